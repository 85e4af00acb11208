#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "lower/shell/script_lowering.h"

namespace procsafe::shell {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

/// Files under /proc/PID that tell which program the process runs.
bool tells_identity(std::string_view path) {
  if (!path.starts_with("/proc/")) return false;
  for (const std::string_view name : {"/cmdline", "/comm", "/exe", "/stat", "/status", "/environ", "/cwd"}) {
    if (path.ends_with(name)) return true;
  }
  return false;
}

/// `/proc/*/cmdline`, `/proc/[0-9]*`: every process is looked at.
bool scans_proc(std::string_view path) {
  return path.starts_with("/proc/") && path.find('*') != std::string_view::npos;
}

ValueSet constant_target(std::string_view word, bool alone) {
  if (word.starts_with('%')) return Value::pid(Origin::child);
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error == std::errc{} && stop == word.data() + word.size()) return Value::of_number(number);
  return alone ? ValueSet(Value::pid(Origin::literal)) : ValueSet();
}

void add_targets(const Text& text, bool alone, int depth, ValueSet& targets);

void add_value(const Value& value, int depth, ValueSet& targets) {
  if (value.kind == Value::Kind::text && value.text) {
    if (depth < 8) add_targets(*value.text, false, depth + 1, targets);
  } else {
    targets.insert(value);
  }
}

void add_targets(const Text& text, bool alone, int depth, ValueSet& targets) {
  if (!text.constant()) {
    for (const Text::Hole& hole : text.holes()) {
      if (hole.values.empty()) targets.insert(Value::unknown());
      for (const Value& value : hole.values) add_value(value, depth, targets);
    }
    return;
  }
  std::string_view rest = text.bytes();
  while (!rest.empty()) {
    const std::size_t begin = rest.find_first_not_of(" \t\n,");
    if (begin == std::string_view::npos) return;
    rest.remove_prefix(begin);
    const std::size_t stop = std::min(rest.find_first_of(" \t\n,"), rest.size());
    targets.merge(constant_target(rest.substr(0, stop), alone));
    rest.remove_prefix(stop);
  }
}

/// A text whose holes hold further texts with holes doubles with every alternative it is put into: inside a text
/// only what says where a pid comes from is kept.
ValueSet flattened(const ValueSet& values) {
  ValueSet flat;
  for (const Value& value : values) {
    if (value.kind != Value::Kind::text || !value.text || value.text->constant()) {
      flat.insert(value);
      continue;
    }
    bool tells = value.text->names_only_holes();
    for (const Text::Hole& hole : value.text->holes()) {
      for (const Value& inner : hole.values) {
        const bool text = inner.kind == Value::Kind::text;
        if (!text) flat.insert(inner);
        tells = tells && (!text || (inner.text && inner.text->constant()));
      }
    }
    if (!tells) flat.insert(Value::unknown());
  }
  return flat;
}

/// The only thing the content may be, when that is a text.
const Text* only_text(const Content& content) {
  const Value* value = content.partial ? nullptr : content.values.single();
  return value != nullptr && value->kind == Value::Kind::text ? value->text.get() : nullptr;
}

bool all_elements(const Part& part) {
  return part.subscript == "@" || part.subscript == "*" || part.name == "@" || part.name == "*";
}

ValueSet values_of(const Text& text) {
  if (!text.is_hole()) return Value::of_text(text);
  const ValueSet& values = text.holes().front().values;
  return values.empty() ? ValueSet(Value::unknown()) : values;
}

}  // namespace

ValueSet target_values(const Text& text) {
  ValueSet targets;
  add_targets(text, true, 0, targets);
  return targets;
}

ValueSet pid_values(const Text& text) {
  ValueSet values;
  add_targets(text, false, 0, values);
  return values;
}

std::vector<Field> ScriptLowering::expand(std::span<const Word> words, Environment& environment) {
  std::vector<Field> fields;
  for (const Word& word : words) expand(word, environment, fields);
  return fields;
}

void ScriptLowering::expand(const Word& word, Environment& environment, std::vector<Field>& fields) {
  const std::size_t first = fields.size();
  Expansion to{fields, word.parts.size() == 1};
  for (const Part& part : word.parts) expand_part(part, environment, to);
  for (std::size_t i = first; i < fields.size(); ++i) {
    fields[i].source = word.span.source();
    // A word that holds more than the expansion is one operand as a rule: $user@$host.
    fields[i].splits = fields[i].splits && fields[i].text.is_hole();
  }
}

Field ScriptLowering::expand_to_one(const Word& word, Environment& environment) {
  std::vector<Field> fields;
  expand(word, environment, fields);
  if (fields.empty()) {
    Field empty;
    empty.source = word.span.source();
    return empty;
  }
  Field joined = std::move(fields.front());
  for (std::size_t i = 1; i < fields.size(); ++i) {
    joined.text.append_synthetic(" ", word.span.range().begin);
    joined.text.append(fields[i].text);
    joined.keys.merge(fields[i].keys);
    joined.identifies.merge(fields[i].identifies);
  }
  return joined;
}

Content ScriptLowering::content_of(const Word& word, Environment& environment) {
  Field field = expand_to_one(word, environment);
  Content content;
  content.values = values_of(field.text);
  content.keys = std::move(field.keys);
  content.identifies = std::move(field.identifies);
  return content;
}

void ScriptLowering::expand_part(const Part& part, Environment& environment, Expansion& to) {
  switch (part.kind) {
    case Part::Kind::literal: to.field().text.append(part.text); break;
    case Part::Kind::parameter: expand_parameter(part, environment, to); break;
    case Part::Kind::arithmetic: to.append_hole(Value::unknown(), part.span.range()); break;
    case Part::Kind::command: append_content(output_of(part.body, environment), part, to); break;
    case Part::Kind::process: {
      Content content;
      if (part.output) {
        Environment inside = environment;
        const Streams outer = std::exchange(streams_, Streams{});
        run_subshell(part.body, inside);
        streams_ = outer;
      } else {
        content = output_of(part.body, environment);
      }
      Field& field = to.field();
      field.text.append_hole(Value::unknown(), part.span.range());
      field.readable = std::move(content);
      break;
    }
  }
}

void ScriptLowering::expand_parameter(const Part& part, Environment& environment, Expansion& to) {
  Content content = look_up(part, environment);
  if (part.operand && (part.op == ":-" || part.op == "-" || part.op == ":=" || part.op == "=")) {
    Content otherwise = content_of(*part.operand, environment);
    // What the variable holds comes first; a default of the empty string adds nothing.
    if (const Text* text = only_text(otherwise); text == nullptr || !text->empty()) {
      content.elements.reset();
      content.values.merge(otherwise.values);
      content.keys.merge(otherwise.keys);
    }
    if (part.op.back() == '=') environment.assign(part.name, content);
  } else if (part.operand && (part.op == ":+" || part.op == "+") && !part.quoted) {
    // What is given only sometimes counts as given: ${limit:+--max-time "$limit"}
    for (const Part& inner : part.operand->parts) {
      if (inner.kind == Part::Kind::literal && !inner.quoted) {
        append_words(inner.text, {}, to);
      } else {
        expand_part(inner, environment, to);
      }
    }
    return;
  } else if (part.operand && (part.op == ":+" || part.op == "+")) {
    content = content_of(*part.operand, environment);
    content.partial = true;
  } else if (part.op == "length" || part.op == "indirect") {
    content = {};
    content.values.insert(Value::unknown());
  } else if (part.operand) {
    Field operand = expand_to_one(*part.operand, environment);
    if (only_text(content) != nullptr || content.elements) {  // cut or replaced: not this text any more
      content = {};
      content.values.insert(Value::unknown());
    }
  }
  if (part.hole == nullptr && (part.op.empty() || part.op == "@")) content.keys.insert("$" + part.name);
  append_content(content, part, to);
}

Field& ScriptLowering::Expansion::field() {
  if (!open) fields.emplace_back();
  open = true;
  return fields.back();
}

void ScriptLowering::Expansion::append_hole(const ValueSet& values, SourceRange source) {
  const ValueSet held = values.empty() ? ValueSet(Value::unknown()) : whole ? values : flattened(values);
  field().text.append_hole(held, source);
}

void ScriptLowering::append_words(const Text& text, const std::function<void(Field&)>& tag, Expansion& to) {
  const std::string& bytes = text.bytes();
  for (std::size_t at = 0; at < bytes.size();) {
    if (is_blank(bytes[at])) {
      to.open = false;
      ++at;
      continue;
    }
    std::size_t stop = at;
    while (stop < bytes.size() && !is_blank(bytes[stop])) ++stop;
    Field& field = to.field();
    field.text.append(text.substr(at, stop));
    if (tag) tag(field);
    at = stop;
  }
}

void ScriptLowering::append_content(const Content& content, const Part& part, Expansion& to) {
  const auto tag = [&](Field& field) {
    field.keys.insert(content.keys.begin(), content.keys.end());
    field.identifies.insert(content.identifies.begin(), content.identifies.end());
  };
  // A variable amid other text is reported where it is used, one that is all of a word where it was written.
  std::optional<Text> used;
  if (const Text* whole = only_text(content); whole != nullptr && !to.whole) used = whole->placed_at(part.span.range());
  const Text* text = used ? &*used : only_text(content);
  if (content.elements && all_elements(part)) {
    bool first = true;
    for (const Text& element : *content.elements) {
      if (!first) to.open = false;
      Field& field = to.field();
      field.text.append(element);
      // An element that is itself unknown is one word between quotes.
      field.splits = field.splits || (!part.quoted && element.is_hole());
      tag(field);
      first = false;
    }
    return;
  }
  if (text != nullptr && part.quoted) {
    Field& field = to.field();
    field.text.append(*text);
    tag(field);
    return;
  }
  if (text != nullptr && text->constant()) {
    append_words(*text, tag, to);
    return;
  }
  const bool begins = !to.open;
  Field& field = to.field();
  if (text != nullptr) {
    field.text.append(*text);
  } else {
    to.append_hole(content.values, part.span.range());
  }
  // Words that hold more than the expansion are operands of one word as a rule: user@$host.
  field.splits = field.splits || (begins && (!part.quoted || all_elements(part)));
  tag(field);
}

Content ScriptLowering::look_up(const Part& part, Environment& environment) {
  Content content;
  const std::string& name = part.name;
  if (part.hole != nullptr) {
    content.values = part.hole->values;
    return content;
  }
  if (name == "@" || name == "*") return all_arguments(environment);
  if (name == "!") return job_pid(environment);
  if (name == "$" || name == "BASHPID") {
    content.values.insert(Value::pid(Origin::self));
  } else if (name == "PPID") {
    content.values.insert(Value::pid(Origin::parent));
  } else if (name.ends_with("_PID") && environment.variables.contains("coproc " + name)) {
    content.values.insert(Value::pid(Origin::child));
  } else if (name == "#" || name == "?" || name == "-" || name == "_" || name == "0" || name.empty()) {
    content.values.insert(Value::unknown());
  } else if (std::isdigit(static_cast<unsigned char>(name.front())) != 0) {
    unsigned index = 0;
    std::from_chars(name.data(), name.data() + name.size(), index);
    return positional(index, environment);
  } else {
    content = variable(name, environment);
    if (!part.subscript.empty() && !all_elements(part)) {
      std::size_t index = 0;
      const auto [stop, error] =
          std::from_chars(part.subscript.data(), part.subscript.data() + part.subscript.size(), index);
      const bool constant = error == std::errc{} && stop == part.subscript.data() + part.subscript.size();
      if (content.elements && constant && index < content.elements->size())
        content.values = values_of((*content.elements)[index]);
      content.elements.reset();
    } else if (content.elements && part.subscript.empty() && !content.elements->empty()) {
      content.values = values_of(content.elements->front());
    }
  }
  return content;
}

Content ScriptLowering::variable(const std::string& name, const Environment& environment) {
  Content content;
  const Content* found = environment.variables.find(name);
  if (found != nullptr) {
    content = *found;
    if (!content.partial) return content;
  }
  if (const auto anywhere = assigned_.find(name); anywhere != assigned_.end()) {
    Content all = anywhere->second;
    // Behind the first assignment the script itself tells the value; before it, or in a function, any
    // of them may.
    if (found == nullptr) return all;
    if (!function_.empty()) content.merge(all);
    content.partial = function_.empty();
    return content;
  }
  if (found != nullptr) return content;
  if (outer_ != nullptr && outer_environment_ != nullptr) return outer_->variable(name, *outer_environment_);
  content.values.insert(slot_path_.empty() ? Value::unknown()
                                           : Value::of_slot({Slot::Kind::global, slot_path_ + "::" + name, 0}));
  for (const std::string& sourced : sourced_)
    content.values.insert(Value::of_slot({Slot::Kind::global, sourced + "::" + name, 0}));
  return content;
}

Content ScriptLowering::positional(unsigned index, const Environment& environment) {
  Content content;
  if (environment.positional) {
    const std::size_t at = index - 1 + environment.shifted;
    if (index > 0 && at < environment.positional->size() && !environment.shifted_often) {
      content.values = values_of((*environment.positional)[at]);
    } else if (environment.shifted_often) {
      return all_arguments(environment);
    }
    return content;
  }
  const bool known = !environment.shifted_often;
  content.keys.insert("$" + std::to_string(index + (known ? environment.shifted : 100)));
  const std::string symbol = slot_symbol(function_);
  if (symbol.empty()) {
    content.values.insert(Value::pid(Origin::parameter));
  } else {
    content.values.insert(
        Value::of_slot({Slot::Kind::parameter, symbol, known ? index + environment.shifted : any_argument}));
  }
  return content;
}

Content ScriptLowering::all_arguments(const Environment& environment) {
  Content content;
  if (environment.positional) {
    std::vector<Text> rest;
    for (std::size_t i = environment.shifted; i < environment.positional->size(); ++i)
      rest.push_back((*environment.positional)[i]);
    for (const Text& text : rest) content.values.merge(values_of(text));
    if (!environment.shifted_often) content.elements = std::move(rest);
    return content;
  }
  const std::string symbol = slot_symbol(function_);
  content.values.insert(symbol.empty() ? Value::pid(Origin::parameter)
                                       : Value::of_slot({Slot::Kind::parameter, symbol, any_argument}));
  return content;
}

Content ScriptLowering::output_of(const List& body, Environment& environment) {
  // $(<file)
  if (body.size() == 1 && body.front()->kind == Statement::Kind::simple && body.front()->words.empty() &&
      body.front()->redirects.size() == 1 && body.front()->redirects.front().kind == Redirect::Kind::input)
    return read_file(expand_to_one(body.front()->redirects.front().target, environment), environment);
  Content output;
  const Streams outer = streams_;
  streams_.output = &output;
  run_subshell(body, environment);
  streams_ = outer;
  if (output.values.empty()) output.values.insert(Value::unknown());
  return output;
}

Content ScriptLowering::read_file(const Field& path, const Environment& environment) {
  if (path.readable) return *path.readable;
  const std::string key = path_key(path);
  if (const Content* written = environment.files.find(key)) return *written;
  Content content;
  content.keys.insert(key);
  const bool scan = scans_proc(path.text.bytes());
  if (!scan && tells_identity(path.text.bytes())) {
    content.identifies = path.keys;
    content.values.insert(Value::unknown());
    return content;
  }
  Value pid = Value::pid(scan ? Origin::searched : Origin::pid_file);
  pid.name = key;
  content.values.insert(std::move(pid));
  if (const auto filed = filed_.find(key); filed != filed_.end()) content.values.merge(filed->second.values);
  return content;
}

std::string ScriptLowering::path_key(const Field& field) {
  if (const std::string* path = field.constant()) return "file:" + *path;
  std::string source = field.source;
  std::erase_if(source, [](char c) { return c == '"' || c == '{' || c == '}'; });
  return "file:" + source;
}

void ScriptLowering::assign(const Assignment& assignment, Environment& environment, bool local) {
  if (!assignment.valued) return;
  Content content;
  if (assignment.array) {
    std::vector<Field> fields = expand(assignment.elements, environment);
    std::vector<Text> elements;
    bool known = true;
    for (Field& field : fields) {
      content.values.merge(values_of(field.text));
      content.keys.merge(field.keys);
      known = known && !field.splits;
      elements.push_back(std::move(field.text));
    }
    if (known) content.elements = std::move(elements);
  } else {
    content = content_of(assignment.value, environment);
  }
  remember(content);
  if (assignment.append || !assignment.subscript.empty()) {
    if (const Content* before = environment.variables.find(assignment.name)) append_to(*before, assignment, content);
  }
  if (!local) {
    mark_global(content);
    Content& all = assigned_[assignment.name];
    if (all.values.empty()) {
      all = content;
    } else {
      all.merge(content);
    }
  }
  environment.assign(assignment.name, std::move(content));
}

void ScriptLowering::append_to(const Content& before, const Assignment& assignment, Content& content) {
  if (assignment.array && before.elements && content.elements) {
    std::vector<Text> elements = *before.elements;
    elements.insert(elements.end(), content.elements->begin(), content.elements->end());
    content.elements = std::move(elements);
  } else if (!assignment.array && assignment.subscript.empty() && only_text(before) != nullptr &&
             only_text(content) != nullptr) {
    Text joined = *only_text(before);
    joined.append(*only_text(content));
    content.values = Value::of_text(std::move(joined));
    content.keys.insert(before.keys.begin(), before.keys.end());
    return;
  } else {
    content.elements.reset();
  }
  content.values.merge(before.values);
  content.keys.insert(before.keys.begin(), before.keys.end());
}

}  // namespace procsafe::shell
