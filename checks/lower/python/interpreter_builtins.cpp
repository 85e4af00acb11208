// Built-in functions, and methods of built-in types.
#include <algorithm>
#include <array>

#include "lower/python/interpreter.h"
#include "lower/python/strings.h"

namespace procsafe::python {
namespace {

template <std::size_t size>
bool is_one_of(std::string_view name, const std::array<std::string_view, size>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view constant_text(Ref object) {
  return object != nullptr && object->is(Object::Kind::text) && object->text->constant()
             ? std::string_view(object->text->bytes())
             : std::string_view();
}

}  // namespace

std::optional<Ref> Interpreter::apply_builtin(std::string_view name, const Arguments& arguments, Node call) {
  const Ref first = arguments.at(0) != nullptr ? arguments.at(0)->value : nullptr;
  const Ref second = arguments.at(1) != nullptr ? arguments.at(1)->value : nullptr;
  if (name == "builtins.getattr" && first != nullptr) {
    const std::string_view attribute = constant_text(second);
    if (!attribute.empty()) return attribute_of(first, attribute, call);
    return pool_.unknown_at(call.id());
  }
  if (name == "builtins.__import__" || name == "importlib.import_module") {
    const std::string_view module = constant_text(first);
    if (module.empty()) return pool_.unknown_at(call.id());
    return names_.external(names_.imported_module(module));
  }
  if (name == "builtins.vars" || name == "builtins.globals") return std::nullopt;
  if (name == "functools.partial" || name == "functools.partialmethod") {
    if (first == nullptr) return std::nullopt;
    std::vector<Ref> values;
    std::vector<std::string_view> keys;
    for (std::size_t i = 1; i < arguments.positional.size(); ++i) values.push_back(arguments.positional[i].value);
    for (const Arguments::Keyword& keyword : arguments.keywords) {
      keys.push_back(keyword.name);
      values.push_back(keyword.value);
    }
    return pool_.partial(first, keys, values);
  }
  if (name == "builtins.enumerate" && first != nullptr)
    return pool_.sequence({pool_.sequence({pool_.unknown_at(call.id()), element(first, call)}, false)}, true);
  if (name == "builtins.zip" || name == "itertools.product") {
    std::vector<Ref> parts;
    for (const Arguments::Positional& argument : arguments.positional) parts.push_back(element(argument.value, call));
    return pool_.sequence({pool_.sequence(std::move(parts), arguments.more_positional)}, true);
  }
  if (name == "builtins.dict") {
    if (!arguments.positional.empty()) {
      const Ref mapping = mapping_of_pairs(first);
      return mapping != nullptr ? mapping : first;
    }
    std::vector<std::string_view> keys;
    std::vector<Ref> values;
    for (const Arguments::Keyword& keyword : arguments.keywords) {
      keys.push_back(keyword.name);
      values.push_back(keyword.value);
    }
    return pool_.mapping(keys, values, arguments.more_keywords);
  }
  if ((name == "builtins.map" || name == "builtins.filter") && first != nullptr && second != nullptr) {
    Arguments one;
    one.node = call;
    one.positional.push_back({arguments.at(1)->node, element(second, call)});
    const bool map = name == "builtins.map";
    Ref mapped = map ? pool_.unknown_at(call.id()) : one.positional.front().value;
    for (const Ref callee : ObjectPool::alternatives(first)) {
      if (callee->is(Object::Kind::none)) continue;
      const Ref result = apply(callee, one, call);
      if (map) mapped = result;
    }
    return pool_.sequence({mapped}, true);
  }
  if ((name == "builtins.list" || name == "builtins.tuple" || name == "builtins.sorted" || name == "builtins.set" ||
       name == "builtins.reversed") &&
      first != nullptr) {
    if (first->is(Object::Kind::sequence) && name != "builtins.list" && name != "builtins.tuple")
      return pool_.sequence({first->elements.begin(), first->elements.end()}, true);
    return first;
  }
  if (name == "builtins.list" || name == "builtins.tuple" || name == "builtins.set") return pool_.sequence({}, false);
  if ((name == "builtins.str" || name == "builtins.int" || name == "builtins.float") && first != nullptr) {
    if (name == "builtins.float" && (constant_text(first) == "inf" || constant_text(first) == "infinity"))
      return pool_.real(true);
    if (first->is(Object::Kind::text) && first->elements.size() == 1 && first->text->is_hole())
      return first->elements.front();
    if (name == "builtins.str" && (tags_of(first) & tag_path) != 0) return path_text(first);
    return first;
  }
  if (name == "builtins.next" && first != nullptr) {
    const Ref found = element(first, call);
    return second != nullptr ? pool_.join(found, second) : found;
  }
  if (name == "builtins.any" || name == "builtins.all" || name == "builtins.bool" || name == "builtins.len") {
    if (first == nullptr) return pool_.unknown_at(call.id());
    const Ref about = first->is(Object::Kind::sequence) ? element(first, call) : first;
    return combine(call, std::span(&about, 1));
  }
  if (name == "builtins.super") {
    if (function_ == nullptr || function_->owner == nullptr) return std::nullopt;
    std::vector<Ref> parents;
    for (const Ref base : function_->owner->bases) {
      if (base->is(Object::Kind::klass)) parents.push_back(pool_.instance(*base->klass));
      if (base->is(Object::Kind::name) && input_.catalog.python().find_type(base->name) == nullptr)
        parents.push_back(pool_.instance(base->name));
    }
    return parents.empty() ? pool_.unknown_at(call.id()) : pool_.choice(std::move(parents));
  }
  if (name == "shlex.split" && first != nullptr) {
    if (first->is(Object::Kind::text)) return split_words(first, pool_, slots_);
    if (first->is(Object::Kind::slot)) return first;  // its words: a text as command is split where it comes from
  }
  if (name == "shlex.join" && first != nullptr) {
    Text blank;
    blank.append_synthetic(" ", call.range().begin);
    return join(pool_.text(std::move(blank)), first, call);
  }
  if (name == "textwrap.dedent" && first != nullptr) return first;
  if (name == "os.path.join" && first != nullptr) {
    TextBuilder builder(pool_, slots_);
    for (std::size_t i = 0; i < arguments.positional.size(); ++i) {
      if (i > 0) builder.text().append_synthetic("/", call.range().begin);
      builder.append(path_text(arguments.positional[i].value), arguments.positional[i].node.range());
    }
    return builder.take();
  }
  return std::nullopt;
}

Ref Interpreter::apply_text_method(Ref text, std::string_view name, const Arguments& arguments, Node call) {
  constexpr std::array<std::string_view, 13> kSame{"strip",        "rstrip",       "lstrip",  "encode", "decode",
                                                   "lower",        "expandtabs",   "replace", "upper",  "casefold",
                                                   "removeprefix", "removesuffix", "title"};
  const Ref first = arguments.at(0) != nullptr ? arguments.at(0)->value : nullptr;
  if (name == "format") return format(text, arguments, call);
  if (name == "join" && first != nullptr) return join(text, first, call);
  if (name == "split" || name == "rsplit") {
    if (first != nullptr && !first->is(Object::Kind::none) && constant_text(first).empty())
      return pool_.unknown_at(call.id());
    return split(text, constant_text(first), false, pool_, slots_);
  }
  if (name == "splitlines") return split(text, {}, true, pool_, slots_);
  if (is_one_of(name, kSame)) return text;
  return pool_.unknown_at(call.id());
}

Ref Interpreter::format(Ref text, const Arguments& arguments, Node call) {
  TextBuilder builder(pool_, slots_);
  const std::string& bytes = text->text->bytes();
  std::size_t at = 0;
  std::size_t next = 0;
  for (const FormatField& field : brace_fields(bytes)) {
    builder.append_part(text, at, field.begin);
    at = field.end;
    if (field.literal) {
      builder.append_part(text, field.begin, field.begin + 1);
      continue;
    }
    const std::string_view name = field.name.substr(0, field.name.find_first_of(".["));
    Ref value = nullptr;
    if (const auto* keyword = arguments.named(name)) value = keyword->value;
    std::size_t index = next;
    if (name.empty()) ++next;
    const bool digits = !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
    if (digits) index = static_cast<std::size_t>(name.front() - '0');
    if ((name.empty() || digits) && arguments.at(index) != nullptr) value = arguments.at(index)->value;
    for (std::size_t dot = field.name.find('.'); value != nullptr && dot != std::string_view::npos;) {
      const std::size_t end = field.name.find('.', dot + 1);
      value =
          attribute_of(value, field.name.substr(dot + 1, end == std::string_view::npos ? end : end - dot - 1), call);
      dot = end;
    }
    builder.append(value != nullptr ? value : pool_.unknown(), call.range());
  }
  builder.append_part(text, at, bytes.size());
  return builder.take();
}

Ref Interpreter::format_percent(Ref text, Ref values, Node at_node) {
  TextBuilder builder(pool_, slots_);
  const std::string& bytes = text->text->bytes();
  std::size_t at = 0;
  std::size_t next = 0;
  for (const FormatField& field : percent_fields(bytes)) {
    builder.append_part(text, at, field.begin);
    at = field.end;
    if (field.literal) {
      builder.append_part(text, field.begin, field.begin + 1);
      continue;
    }
    Ref value = pool_.unknown();
    if (!field.name.empty()) {
      Text key;
      key.append_synthetic(field.name, at_node.range().begin);
      value = item(values, pool_.text(std::move(key)), at_node);
    } else if (values->is(Object::Kind::sequence)) {
      if (next < values->elements.size()) value = values->elements[next++];
    } else {
      value = values;
    }
    builder.append(value, at_node.range());
  }
  builder.append_part(text, at, bytes.size());
  return builder.take();
}

Ref Interpreter::join(Ref separator, Ref parts, Node call) {
  parts = slots_.resolve_fields(parts);
  if (!parts->is(Object::Kind::sequence)) {
    // Words of an unknown list: one hole, whatever separates them.
    TextBuilder builder(pool_, slots_);
    builder.append(parts, call.range());
    return builder.take();
  }
  TextBuilder builder(pool_, slots_);
  for (std::size_t i = 0; i < parts->elements.size(); ++i) {
    if (i > 0) builder.append(separator, call.range());
    Ref part = parts->elements[i];
    if (part->is(Object::Kind::choice)) part = part->elements.front();
    builder.append(part, call.range());
  }
  return builder.take();
}

Ref Interpreter::apply_sequence_method(Ref sequence, std::string_view name, const Arguments& arguments, Node call) {
  const Node place = call.field(Field::function).field(Field::object);
  std::vector<Ref> elements(sequence->elements.begin(), sequence->elements.end());
  const Ref first = arguments.at(0) != nullptr ? arguments.at(0)->value : nullptr;
  // Other calls of the function may have put something into a container that outlives it.
  const bool in_loop = loops_ > 0 || outlives_function(place);
  if ((name == "append" || name == "add" || name == "appendleft") && first != nullptr) {
    operations_.note(Event::Kind::stored, call, first, context(), outlives_function(place));
    if (name != "append" || in_loop) {
      if (std::find(elements.begin(), elements.end(), first) == elements.end()) elements.push_back(first);
    } else {
      elements.push_back(first);
    }
    put(place, pool_.sequence(std::move(elements), sequence->open || in_loop || name != "append"),
        pool_.sequence({first}, true));
    return pool_.none();
  }
  if ((name == "extend" || name == "update") && first != nullptr) {
    const Ref more = slots_.resolve_fields(first);
    bool open = sequence->open || in_loop;
    if (more->is(Object::Kind::sequence)) {
      for (const Ref element : more->elements) {
        if (!in_loop || std::find(elements.begin(), elements.end(), element) == elements.end())
          elements.push_back(element);
      }
      open = open || more->open;
    } else {
      elements.push_back(more);
      open = true;
    }
    replace(place, pool_.sequence(std::move(elements), open));
    return pool_.none();
  }
  if (name == "insert" && arguments.at(1) != nullptr) {
    const bool front = first->is(Object::Kind::number) && first->number == 0 && !in_loop;
    elements.insert(front ? elements.begin() : elements.end(), arguments.at(1)->value);
    replace(place, pool_.sequence(std::move(elements), sequence->open || !front));
    return pool_.none();
  }
  if (name == "pop" || name == "popleft" || name == "get") {
    if (elements.empty()) return sequence->open ? pool_.unknown_at(call.id()) : pool_.none();
    const Ref taken = element(sequence, call);
    if (!outlives_function(place)) replace(place, pool_.sequence(std::move(elements), true));
    return taken;
  }
  // A dictionary of which only the values are known is a sequence of them.
  if (name == "copy" || name == "values") return sequence;
  if (name == "items")
    return pool_.sequence({pool_.sequence({pool_.unknown_at(call.id()), element(sequence, call)}, false)}, true);
  return pool_.unknown_at(call.id());
}

/// Could the key be, or stand for, a process?
bool Interpreter::is_telling_key(Ref key) {
  const auto alternatives = ObjectPool::alternatives(key);
  return std::any_of(alternatives.begin(), alternatives.end(), [](Ref one) {
    return one->is(Object::Kind::pid) || one->is(Object::Kind::process) || one->is(Object::Kind::slot);
  });
}

Ref Interpreter::mapping_of_pairs(Ref pairs) {
  if (!pairs->is(Object::Kind::sequence)) return nullptr;
  std::vector<std::string_view> keys;
  std::vector<Ref> values;
  for (const Ref pair : pairs->elements) {
    if (!pair->is(Object::Kind::sequence) || pair->open || pair->elements.size() != 2) return nullptr;
    const Ref key = pair->elements.front();
    keys.push_back(pool_.intern(constant_text(key)));
    values.push_back(pair->elements.back());
    if (!is_telling_key(key)) continue;
    keys.push_back(telling_keys);
    values.push_back(key);
  }
  return pool_.mapping(keys, values, true);
}

Ref Interpreter::apply_mapping_method(Ref mapping, std::string_view name, const Arguments& arguments, Node call) {
  const Ref first = arguments.at(0) != nullptr ? arguments.at(0)->value : nullptr;
  std::vector<Ref> values;
  std::vector<Ref> told;
  for (std::size_t i = 0; i < mapping->elements.size(); ++i)
    (mapping->keys[i] == telling_keys ? told : values).push_back(mapping->elements[i]);
  const Ref key = told.empty() ? pool_.unknown_at(call.id()) : pool_.choice(told);
  const bool empty = values.empty() && !mapping->open;
  if (empty && (name == "get" || name == "pop"))
    return arguments.at(1) != nullptr ? arguments.at(1)->value : pool_.none();
  if (empty && (name == "items" || name == "keys" || name == "values")) return pool_.sequence({}, false);
  if (empty && name == "popitem") return pool_.sequence({}, true);
  if (name == "popitem") return pool_.sequence({key, pool_.choice(std::move(values))}, false);
  if (name == "keys" && !told.empty()) return pool_.sequence(std::move(told), true);
  if ((name == "get" || name == "pop" || name == "setdefault") && first != nullptr) {
    const Ref found = item(mapping, first, call);
    return arguments.at(1) != nullptr ? pool_.join(found, arguments.at(1)->value) : found;
  }
  if (name == "values") return pool_.sequence(std::move(values), true);
  if (name == "items") {
    const Ref value = values.empty() ? pool_.unknown_at(call.id()) : pool_.choice(std::move(values));
    return pool_.sequence({pool_.sequence({key, value}, false)}, true);
  }
  if (name == "copy") return mapping;
  if (name == "update") {
    std::vector<std::string_view> keys(mapping->keys.begin(), mapping->keys.end());
    values.assign(mapping->elements.begin(), mapping->elements.end());
    bool open = mapping->open;
    if (first != nullptr && first->is(Object::Kind::mapping)) {
      keys.insert(keys.end(), first->keys.begin(), first->keys.end());
      values.insert(values.end(), first->elements.begin(), first->elements.end());
      open = open || first->open;
    } else if (first != nullptr) {
      open = true;
    }
    for (const Arguments::Keyword& keyword : arguments.keywords) {
      keys.push_back(keyword.name);
      values.push_back(keyword.value);
    }
    replace(call.field(Field::function).field(Field::object), pool_.mapping(keys, values, open || loops_ > 0));
    return pool_.none();
  }
  return pool_.unknown_at(call.id());
}

/// Methods of files and paths, and of texts that tell something about a process.
Ref Interpreter::apply_tagged_method(Ref tagged, std::string_view name, const Arguments& arguments, Node call) {
  if ((tagged->tags & tag_output) != 0) return apply_opaque_method(tagged, name, call);
  const Ref first = arguments.at(0) != nullptr ? arguments.at(0)->value : nullptr;
  if ((tagged->tags & tag_file) != 0) {
    if (name == "read" || name == "readline" || name == "readlines" || name == "__iter__")
      return content_of(tagged, call);
    if (name == "write" && first != nullptr) {
      state_.write(path_text(tagged->of), first);
      return pool_.unknown_at(call.id());
    }
    if (name == "detach" || name == "fileno" || name == "__enter__") return tagged;
    return pool_.unknown_at(call.id());
  }
  if ((tagged->tags & tag_path) != 0) {
    if (name == "read_text" || name == "read_bytes") return content_of(tagged, call);
    if (name == "open") return pool_.tagged(tag_file, {}, tagged);
    if (name == "iterdir" || name == "glob" || name == "rglob" || name == "readlink") return listing_of(tagged, call);
    if ((name == "write_text" || name == "write_bytes") && first != nullptr) {
      state_.write(path_text(tagged), first);
      return pool_.unknown_at(call.id());
    }
    if (name == "exists" || name == "is_file" || name == "is_dir") {
      const Ref content = content_of(tagged, call);
      if ((tags_of(content) & tag_identity) != 0) return pool_.tagged(tag_poll, subjects_of(content, tag_identity));
      return pool_.unknown_at(call.id());
    }
    if (name == "joinpath" && first != nullptr) {
      TextBuilder builder(pool_, slots_);
      builder.append(path_text(tagged), call.range());
      builder.text().append_synthetic("/", call.range().begin);
      builder.append(path_text(first), call.range());
      return pool_.tagged(tag_path, {}, builder.take());
    }
    if (name == "expanduser" || name == "resolve" || name == "absolute" || name == "as_posix") return tagged;
    return pool_.unknown_at(call.id());
  }
  return combine(call, std::span(&tagged, 1));
}

/// Methods of pids, of texts and containers that hold them, and of parameters: taking a text apart leaves what it
/// holds.
Ref Interpreter::apply_opaque_method(Ref object, std::string_view name, Node call) {
  constexpr std::array<std::string_view, 14> kOther{"isdigit", "isnumeric", "isdecimal", "startswith", "endswith",
                                                    "count",   "find",      "index",     "write",      "close",
                                                    "isalnum", "rfind",     "flush",     "acquire"};
  constexpr std::array<std::string_view, 26> kTaken{
      "strip",     "lstrip",    "rstrip",     "split",   "rsplit",  "splitlines", "decode",  "encode", "group",
      "groups",    "get",       "pop",        "values",  "items",   "keys",       "copy",    "read",   "readline",
      "readlines", "partition", "rpartition", "replace", "findall", "popitem",    "popleft", "lower"};
  if (object->is(Object::Kind::pid) || object->is(Object::Kind::tagged))
    return is_one_of(name, kOther) ? pool_.unknown_at(call.id()) : object;
  return is_one_of(name, kTaken) ? object : pool_.member(object, name);
}

Ref Interpreter::path_text(Ref path) {
  path = slots_.resolve_fields(path);
  while (path->is(Object::Kind::tagged) && path->of != nullptr && (path->tags & (tag_path | tag_file)) != 0)
    path = path->of;
  return path;
}

/// What a folder or link yields: names, which tell something below /proc only.
Ref Interpreter::listing_of(Ref path, Node at) {
  const Ref text = path_text(path);
  const bool processes = text->is(Object::Kind::text) && text->text->bytes().starts_with("/proc");
  return processes ? content_of(path, at) : pool_.unknown_at(at.id());
}

/// What reading a file yields: of a file below /proc what process it is about, of any other a pid in case it is
/// one (O5, O6).
Ref Interpreter::content_of(Ref path, Node at) {
  if (path->is(Object::Kind::tagged) && (path->tags & tag_file) != 0 && path->of->is(Object::Kind::process)) {
    operations_.note(Event::Kind::read, at, path->of, context());
    const Spawned* started = operations_.spawned(path->of);
    const Ref printed = started != nullptr ? operations_.printed_by(*started) : nullptr;
    return printed != nullptr ? printed : pool_.unknown_at(at.id());
  }
  const Ref text = path_text(path);
  if (const Ref written = state_.written(text)) return written;
  if (text->is(Object::Kind::text)) {
    const std::string& bytes = text->text->bytes();
    if (bytes.starts_with("/proc/self") || bytes.starts_with("/proc/sys") || bytes.starts_with("/proc/net") ||
        bytes.starts_with("/sys/") || bytes.starts_with("/dev/"))
      return pool_.unknown_at(at.id());
    if (bytes.starts_with("/proc") && text->elements.empty())
      return pool_.pid(Origin::searched, at.id(), nullptr, operations_.place(at));
    if (bytes.starts_with("/proc/")) {
      std::vector<Ref> about;
      for (const Ref hole : text->elements) {
        const std::vector<Ref> roots = operations_.subjects(hole);
        about.insert(about.end(), roots.begin(), roots.end());
      }
      return pool_.tagged(tag_identity, std::move(about));
    }
  }
  return pool_.pid(Origin::pid_file, at.id(), nullptr, operations_.place(at));
}

}  // namespace procsafe::python
