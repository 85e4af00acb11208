#include "catalog/shell_catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "catalog/toml_reader.h"

namespace procsafe {
namespace {

template <class E, std::size_t size>
E one_of(TomlReader& reader, std::string_view key, const std::array<std::pair<std::string_view, E>, size>& names) {
  const std::string text = reader.string(key);
  if (text.empty()) return names.front().second;
  for (const auto& [name, value] : names) {
    if (name == text) return value;
  }
  reader.fail(key, fmt::format("has no value '{}'", text));
}

constexpr std::array<std::pair<std::string_view, ShellRuns::Style>, 4> kStyles{{
    {"argv", ShellRuns::Style::argv},
    {"text", ShellRuns::Style::text},
    {"script", ShellRuns::Style::script},
    {"exec-clause", ShellRuns::Style::exec_clause},
}};

constexpr std::array<std::pair<std::string_view, ShellCommand::Kills>, 11> kKills{{
    {"no", ShellCommand::Kills::no},
    {"kill", ShellCommand::Kills::kill},
    {"pkill", ShellCommand::Kills::pkill},
    {"killall", ShellCommand::Kills::killall},
    {"everyone", ShellCommand::Kills::everyone},
    {"skill", ShellCommand::Kills::skill},
    {"fuser", ShellCommand::Kills::fuser},
    {"taskkill", ShellCommand::Kills::taskkill},
    {"wmic", ShellCommand::Kills::wmic},
    {"daemon", ShellCommand::Kills::daemon},
    {"killproc", ShellCommand::Kills::killproc},
}};

constexpr std::array<std::pair<std::string_view, ShellCommand::Prints>, 4> kPrints{{
    {"other", ShellCommand::Prints::other},
    {"searched", ShellCommand::Prints::searched},
    {"input", ShellCommand::Prints::input},
    {"text", ShellCommand::Prints::text},
}};

const toml::table* table_of(TomlReader& reader, std::string_view key) {
  const toml::node* node = reader.node(key);
  if (node == nullptr) return nullptr;
  const toml::table* table = node->as_table();
  if (table == nullptr) reader.fail(key, "must be a table");
  return table;
}

std::uint32_t count_of(TomlReader& reader, std::string_view key) {
  const std::int64_t count = reader.integer(key, 0);
  if (count < 0 || count > 9) reader.fail(key, "must be a small count");
  return static_cast<std::uint32_t>(count);
}

ShellRuns read_runs(const toml::table& table, std::string_view source) {
  TomlReader reader(table, source);
  ShellRuns runs;
  runs.style = one_of(reader, "style", kStyles);
  runs.operands = count_of(reader, "operands");
  runs.dashes = reader.boolean("dashes");
  runs.options = reader.strings("options");
  runs.last = reader.boolean("last");
  runs.option_only = reader.boolean("option_only");
  runs.assignments = reader.boolean("assignments");
  runs.functions = reader.boolean("functions");
  runs.same_shell = reader.boolean("same_shell");
  runs.bounds = reader.boolean("bounds");
  runs.detaches = reader.boolean("detaches");
  runs.reads_input = reader.boolean("reads_input");
  runs.appends_input = reader.boolean("appends_input");
  runs.background = reader.boolean("background");
  runs.background_options = reader.strings("background_options");
  runs.signal_option = reader.string("signal_option");
  reader.finish();
  return runs;
}

ShellClient read_client(const toml::table& table, std::string_view source) {
  TomlReader reader(table, source);
  ShellClient client;
  client.bounds = reader.strings("bounds");
  if (reader.has("together")) client.together.push_back(reader.strings("together"));
  client.settings = reader.strings("settings");
  client.idle = reader.strings("idle");
  client.zero_never = reader.boolean("zero_never");
  client.operands = count_of(reader, "operands");
  client.remote_operand = reader.boolean("remote_operand");
  reader.finish();
  return client;
}

ShellStarts read_starts(const toml::table& table, std::string_view source) {
  TomlReader reader(table, source);
  ShellStarts starts{reader.boolean("always"), reader.strings("options")};
  reader.finish();
  return starts;
}

void read_aliases(TomlReader& reader, ShellCommand& command) {
  const toml::table* table = table_of(reader, "aliases");
  if (table == nullptr) return;
  for (const auto& [letter, name] : *table) {
    if (!name.is_string()) reader.fail("aliases", "must name long options");
    command.aliases.emplace_back(letter.str(), name.as_string()->get());
  }
}

ShellCommand read_command(const toml::table& table, std::string_view source) {
  TomlReader reader(table, source);
  ShellCommand command;
  command.names = reader.strings("names");
  if (command.names.empty()) reader.fail("names", "is missing");
  command.options.short_options = reader.string("short");
  command.options.long_options = reader.strings("long");
  command.options.one_dash = reader.boolean("one_dash");
  read_aliases(reader, command);
  if (const toml::table* runs = table_of(reader, "runs")) command.runs = read_runs(*runs, source);
  if (const toml::table* client = table_of(reader, "client")) command.client = read_client(*client, source);
  if (const toml::table* starts = table_of(reader, "starts")) command.starts = read_starts(*starts, source);
  command.kills = one_of(reader, "kills", kKills);
  command.prints = one_of(reader, "prints", kPrints);
  command.message = reader.boolean("message");
  command.tree = reader.boolean("tree");
  command.passive = reader.boolean("passive");
  for (const toml::table* sub : reader.tables("sub")) command.subs.push_back(read_command(*sub, source));
  reader.finish();
  return command;
}

}  // namespace

ShellOptions::Takes ShellOptions::short_option(char letter) const {
  if (letter == ':') return Takes::unknown_option;
  const std::size_t at = short_options.find(letter);
  if (at == std::string::npos) return Takes::unknown_option;
  if (short_options.compare(at + 1, 2, "::") == 0) return Takes::attached_value;
  return short_options.compare(at + 1, 1, ":") == 0 ? Takes::value : Takes::nothing;
}

ShellOptions::Takes ShellOptions::long_option(std::string_view name, std::string& full) const {
  const std::string* found = nullptr;
  std::size_t matches = 0;
  for (const std::string& option : long_options) {
    const std::string_view bare = std::string_view(option).substr(0, option.find('='));
    if (bare == name) {
      found = &option;
      matches = 1;
      break;
    }
    if (!name.empty() && bare.starts_with(name)) {
      found = &option;
      ++matches;
    }
  }
  if (matches != 1) {
    full = name;
    return Takes::unknown_option;
  }
  full = found->substr(0, found->find('='));
  if (found->ends_with("=?")) return Takes::attached_value;
  return found->ends_with('=') ? Takes::value : Takes::nothing;
}

const ShellCommand* ShellCommand::sub(std::string_view name) const {
  const auto found = std::find_if(subs.begin(), subs.end(), [&](const ShellCommand& command) {
    return std::find(command.names.begin(), command.names.end(), name) != command.names.end();
  });
  return found == subs.end() ? nullptr : &*found;
}

std::string_view ShellCommand::canonical(std::string_view option) const {
  for (const auto& [letter, name] : aliases) {
    if (letter == option) return name;
  }
  return option;
}

void ShellCatalog::add_toml(std::string_view text, std::string_view source) {
  const toml::table document = parse_toml(text, source);
  TomlReader reader(document, source);
  for (const toml::table* table : reader.tables("command")) {
    commands_.push_back(read_command(*table, source));
    for (const std::string& name : commands_.back().names) {
      if (!index_.emplace(name, commands_.size() - 1).second)
        throw CatalogError(fmt::format("{}: command '{}' is defined twice", source, name));
    }
  }
  reader.finish();
}

const ShellCommand* ShellCatalog::find(std::string_view name) const {
  if (const auto found = index_.find(name); found != index_.end()) return &commands_[found->second];
  // Windows tells no capitals from small letters: TASKKILL.
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (std::none_of(name.begin(), name.end(), is_capital)) return nullptr;
  std::string small(name);
  for (char& c : small) c = is_capital(c) ? static_cast<char>(c - 'A' + 'a') : c;
  const auto found = index_.find(small);
  if (found == index_.end()) return nullptr;
  const ShellCommand& command = commands_[found->second];
  const bool windows = command.kills == ShellCommand::Kills::taskkill || command.kills == ShellCommand::Kills::wmic;
  return windows ? &command : nullptr;
}

std::vector<std::string> ShellCatalog::literals() const {
  // What no command names: a job let go, and loops that wait by looking.
  std::set<std::string> words{"&", "while", "until", "for"};
  for (const ShellCommand& command : commands_) {
    const bool operation = command.kills != ShellCommand::Kills::no || command.client || command.starts ||
                           (command.runs && (command.runs->background || !command.runs->background_options.empty() ||
                                             !command.runs->signal_option.empty()));
    if (operation) words.insert(command.names.begin(), command.names.end());
  }
  return {words.begin(), words.end()};
}

}  // namespace procsafe
