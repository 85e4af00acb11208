#include "catalog/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "catalog/toml_reader.h"

namespace procsafe {
namespace {

template <class E>
E parse_enum(TomlReader& reader, std::string_view key, E fallback) {
  const std::string text = reader.string(key);
  if (text.empty()) return fallback;
  const AttributeInfo& info = attributes()[static_cast<std::size_t>(attribute_of<E>)];
  const auto value = find_value(info, text);
  if (!value) reader.fail(key, fmt::format("has no value '{}'; known are: {}", text, fmt::join(info.values, ", ")));
  return static_cast<E>(*value);
}

CommandStyle parse_style(TomlReader& reader) {
  constexpr std::array<std::pair<std::string_view, CommandStyle>, 4> kStyles{{{"argv", CommandStyle::argv},
                                                                              {"shell", CommandStyle::shell},
                                                                              {"variadic", CommandStyle::variadic},
                                                                              {"line", CommandStyle::line}}};
  const std::string text = reader.string("style", "argv");
  for (const auto& [name, style] : kStyles) {
    if (text == name) return style;
  }
  reader.fail("style", "must be argv, shell, variadic or line");
}

Argument parse_argument(TomlReader& reader) {
  Argument argument;
  if (const std::int64_t index = reader.integer("index", -1); index >= 0)
    argument.index = static_cast<std::uint32_t>(index);
  argument.keyword = reader.string("keyword");
  return argument;
}

Argument read_argument(TomlReader& reader, std::string_view key, std::string_view source) {
  const toml::node* node = reader.node(key);
  if (node == nullptr) return {};
  const auto* table = node->as_table();
  if (table == nullptr) reader.fail(key, "must be a table { index = …, keyword = … }");
  TomlReader inner(*table, source);
  Argument argument = parse_argument(inner);
  if (!argument.given()) reader.fail(key, "needs index or keyword");
  inner.finish();
  return argument;
}

void read_timeout(TomlReader& reader, std::string_view source, Api& api) {
  const toml::node* node = reader.node("timeout");
  if (node == nullptr) return;
  if (const auto* text = node->as_string()) {
    if (text->get() != "impossible") reader.fail("timeout", "must be a table or \"impossible\"");
    api.timeout_impossible = true;
    return;
  }
  const auto* table = node->as_table();
  if (table == nullptr) reader.fail("timeout", "must be a table or \"impossible\"");
  TomlReader inner(*table, source);
  api.timeout = parse_argument(inner);
  api.timeout_never = inner.integers("never");
  api.timeout_default = inner.boolean("default");
  inner.finish();
}

void read_command(TomlReader& reader, std::string_view source, Api& api) {
  const toml::node* node = reader.node("command");
  if (node == nullptr) return;
  const auto* table = node->as_table();
  if (table == nullptr) reader.fail("command", "must be a table { index = …, keyword = …, style = … }");
  TomlReader inner(*table, source);
  api.command_style = parse_style(inner);
  api.command = parse_argument(inner);
  if (!api.command.given()) reader.fail("command", "needs index or keyword");
  inner.finish();
}

void read_signal(TomlReader& reader, std::string_view source, Api& api) {
  const toml::node* node = reader.node("signal");
  if (node != nullptr && node->is_string()) {
    api.fixed_signal = reader.string("signal");
  } else {
    api.signal = read_argument(reader, "signal", source);
  }
}

void read_arity(TomlReader& reader, Api& api) {
  const std::vector<std::int64_t> bounds = reader.integers("arity");
  if (bounds.empty()) return;
  if (bounds.size() != 2 || bounds[0] < 0 || bounds[1] < bounds[0]) reader.fail("arity", "must be [least, most]");
  api.arity = {static_cast<std::uint32_t>(bounds[0]), static_cast<std::uint32_t>(bounds[1])};
}

void read_flags(TomlReader& reader, std::string_view source, Api& api) {
  api.flags = read_argument(reader, "flags", source);
  api.nonblocking = reader.strings("nonblocking");
  api.blocking_when = reader.strings("blocking_when");
  api.detaching = reader.strings("detaching");
}

std::vector<Api> read_api(const toml::table& table, std::string_view source) {
  TomlReader reader(table, source);
  Api api;
  std::vector<std::string> names = reader.strings("names");
  if (names.empty()) names.push_back(reader.required_string("name"));
  if (reader.has("operation")) api.operation = parse_enum(reader, "operation", Operation::spawn);
  api.blocking = reader.boolean("blocking");
  read_timeout(reader, source, api);
  read_command(reader, source, api);
  read_signal(reader, source, api);
  api.shell = read_argument(reader, "shell", source);
  api.check = read_argument(reader, "check", source);
  api.target = read_argument(reader, "target", source);
  api.returns = reader.string("returns");
  api.type = reader.string("type");
  api.origin = parse_enum(reader, "origin", Origin::not_applicable);
  api.lifetime = parse_enum(reader, "lifetime", Lifetime::not_applicable);
  api.traits = reader.strings("traits");
  api.replacement = reader.string("replacement");
  read_arity(reader, api);
  api.program = read_argument(reader, "program", source);
  api.out = read_argument(reader, "out", source);
  api.passes = read_argument(reader, "passes", source);
  api.opens = read_argument(reader, "opens", source);
  api.format = read_argument(reader, "format", source);
  read_flags(reader, source, api);
  reader.finish();

  std::vector<Api> entries;
  for (std::string& name : names) {
    entries.push_back(api);
    entries.back().name = std::move(name);
  }
  return entries;
}

ApiType read_type(const toml::table& table, std::string_view source) {
  TomlReader reader(table, source);
  ApiType type;
  type.name = reader.required_string("name");
  type.bases = reader.strings("bases");
  type.origin = parse_enum(reader, "origin", Origin::child);
  type.traits = reader.strings("traits");
  reader.finish();
  return type;
}

ApiModule read_module(const toml::table& table, std::string_view source) {
  TomlReader reader(table, source);
  ApiModule module;
  module.name = reader.required_string("name");
  module.common = reader.boolean("common");
  module.aliases = reader.strings("aliases");
  reader.finish();
  return module;
}

/// The last component of a qualified name: `run` of `subprocess.run`, `kill` of `QProcess::kill`.
std::string_view last_component(std::string_view name) {
  const std::size_t separator = name.find_last_of(".:");
  return separator == std::string_view::npos ? name : name.substr(separator + 1);
}

}  // namespace

bool ApiCatalog::promises_operation(const Api& api) const {
  // What only looks, registers or passes values on (process_iter, atexit, open) matters beside one of these, and is
  // no reason to look.
  const bool acts =
      api.operation == Operation::spawn || api.operation == Operation::wait || api.operation == Operation::signal;
  return acts || find_type(api.type) != nullptr || find_type(api.name) != nullptr;
}

bool Api::has_trait(std::string_view trait) const {
  return std::find(traits.begin(), traits.end(), trait) != traits.end();
}

void ApiCatalog::add_toml(std::string_view text, std::string_view source) {
  const toml::table document = parse_toml(text, source);
  TomlReader reader(document, source);
  for (const toml::table* table : reader.tables("module")) modules_.push_back(read_module(*table, source));
  for (const toml::table* table : reader.tables("type")) types_.push_back(read_type(*table, source));
  for (const toml::table* table : reader.tables("api")) {
    for (Api& api : read_api(*table, source)) apis_.push_back(std::move(api));
  }
  reader.finish();
  index_names();
  for (const ApiType& type : types_) {
    if (is_own_ancestor(type))
      throw CatalogError(
          fmt::format("{}: the type '{}' derives from itself: take one of the bases out", source, type.name));
  }
}

bool ApiCatalog::is_own_ancestor(const ApiType& type) const {
  std::set<std::string_view> seen;
  std::vector<const ApiType*> work{&type};
  while (!work.empty()) {
    const ApiType* one = work.back();
    work.pop_back();
    for (const std::string& base : one->bases) {
      if (base == type.name) return true;
      const ApiType* next = find_type(base);
      if (next != nullptr && seen.insert(base).second) work.push_back(next);
    }
  }
  return false;
}

void ApiCatalog::index_names() {
  api_index_.clear();
  type_index_.clear();
  namespaces_.clear();
  simple_names_.clear();
  const auto add_prefixes = [this](std::string_view name, bool promises = false) {
    for (const std::string_view separator : {".", "::"}) {
      for (std::size_t at = name.find(separator); at != std::string_view::npos;
           at = name.find(separator, at + separator.size())) {
        bool& leads = namespaces_[std::string(name.substr(0, at))];
        leads = leads || promises;
      }
    }
  };
  for (std::size_t i = 0; i < apis_.size(); ++i) {
    if (!api_index_.emplace(apis_[i].name, i).second)
      throw CatalogError(fmt::format("the API '{}' stands twice in the catalogue", apis_[i].name));
    bool& performs = simple_names_[std::string(last_component(apis_[i].name))];
    performs = performs || apis_[i].operation.has_value();
  }
  for (std::size_t i = 0; i < types_.size(); ++i) {
    if (!type_index_.emplace(types_[i].name, i).second)
      throw CatalogError(fmt::format("the type '{}' stands twice in the catalogue", types_[i].name));
    add_prefixes(types_[i].name, true);
    simple_names_[std::string(last_component(types_[i].name))] = true;  // constructing one may be one
  }
  for (const Api& api : apis_) add_prefixes(api.name, promises_operation(api));
  aliases_.clear();
  for (const ApiModule& module : modules_) {
    const bool leads = namespaces_[module.name];
    add_prefixes(module.name, leads);
    for (const std::string& alias : module.aliases) {
      namespaces_[alias] = leads;
      add_prefixes(alias, leads);
      aliases_[alias] = module.name;
    }
  }
}

const Api* ApiCatalog::find(std::string_view qualified_name) const {
  const auto found = api_index_.find(qualified_name);
  return found == api_index_.end() ? nullptr : &apis_[found->second];
}

const ApiType* ApiCatalog::find_type(std::string_view name) const {
  const auto found = type_index_.find(name);
  return found == type_index_.end() ? nullptr : &types_[found->second];
}

const Api* ApiCatalog::find_method(std::string_view type, std::string_view method) const {
  for (const char* separator : {".", "::"}) {
    if (const Api* api = find(std::string(type) + separator + std::string(method))) return api;
  }
  const ApiType* info = find_type(type);
  if (info == nullptr) return nullptr;
  for (const std::string& base : info->bases) {
    if (const Api* api = find_method(base, method)) return api;
  }
  return nullptr;
}

bool ApiCatalog::is_namespace(std::string_view name) const { return namespaces_.contains(name); }

bool ApiCatalog::leads_to_operation(std::string_view name) const {
  const auto found = namespaces_.find(name);
  return found != namespaces_.end() && found->second;
}

std::string ApiCatalog::canonical(std::string_view qualified_name) const {
  if (api_index_.contains(qualified_name)) return std::string(qualified_name);
  for (std::size_t end = qualified_name.size(); end != std::string_view::npos && end > 0;
       end = qualified_name.substr(0, end).rfind('.')) {
    const auto alias = aliases_.find(qualified_name.substr(0, end));
    if (alias != aliases_.end()) return alias->second + std::string(qualified_name.substr(end));
  }
  return std::string(qualified_name);
}

bool ApiCatalog::derives(std::string_view type, std::string_view base) const {
  if (type == base) return true;
  const ApiType* info = find_type(type);
  return info != nullptr && std::any_of(info->bases.begin(), info->bases.end(),
                                        [&](const std::string& parent) { return derives(parent, base); });
}

/// The name that has to be spelled before the API can be used: a method needs an object, which a value of another file
/// (that the link stage names) or the class makes.
std::string_view ApiCatalog::spelled_first(const Api& api) const {
  const std::string_view name = api.name;
  const std::size_t separator = name.find_last_of(".:");
  if (separator == std::string_view::npos) return name;
  const std::string_view owner = name.substr(0, name[separator] == ':' ? separator - 1 : separator);
  return find_type(owner) != nullptr ? owner : name;
}

std::vector<std::string> ApiCatalog::literals() const {
  std::vector<std::string> words;
  for (const Api& api : apis_) {
    if (!promises_operation(api)) continue;
    const std::string_view name = spelled_first(api);
    const std::string_view top = name.substr(0, name.find_first_of(".:"));
    const bool member = top.size() != name.size();
    const auto module = std::find_if(modules_.begin(), modules_.end(),
                                     [&](const ApiModule& candidate) { return candidate.name == top; });
    const bool common = module != modules_.end() && module->common;
    // A member of a rare module needs the module's name in the file (or a name of ours that the link
    // stage adds as a literal); a member of a common one needs its own.
    if (member && !common) {
      words.emplace_back(top);
      if (module != modules_.end()) words.insert(words.end(), module->aliases.begin(), module->aliases.end());
    } else {
      words.emplace_back(last_component(name));
    }
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

}  // namespace procsafe
