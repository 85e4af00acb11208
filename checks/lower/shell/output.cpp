#include <algorithm>
#include <array>

#include "lower/shell/awk.h"
#include "lower/shell/script_lowering.h"

namespace procsafe::shell {
namespace {

ValueSet group_of(const ValueSet& members) {
  ValueSet groups;
  for (Value value : members) {
    if (value.kind == Value::Kind::pid && value.origin == Origin::self) value = Value::pid(Origin::own_group);
    groups.insert(std::move(value));
  }
  return groups;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Filters whose first operand is a program or pattern, not a file.
bool takes_pattern(std::string_view name) {
  return is_one_of(name, {"sed", "gsed", "awk", "gawk", "mawk", "nawk", "grep", "egrep", "fgrep", "ggrep", "rg", "jq",
                          "yq", "perl"});
}

/// How ps was asked: which processes, which columns.
struct PsQuery {
  const Field* pid = nullptr;
  const Field* parent = nullptr;
  std::string columns;
};

PsQuery read_ps(std::span<const Field> arguments) {
  PsQuery query;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i].text.bytes();
    const Field* next = i + 1 < arguments.size() ? &arguments[i + 1] : nullptr;
    const bool constant = arguments[i].text.constant();
    if (word == "--ppid" || (constant && word.starts_with("--ppid="))) {
      query.parent = word == "--ppid" ? next : &arguments[i];
      i += word == "--ppid" ? std::size_t{1} : std::size_t{0};
    } else if (word.starts_with("--ppid=")) {
      query.parent = &arguments[i];
    } else if (word.starts_with("--pid=") || word.starts_with("-p$") || word.starts_with("-p\"$")) {
      query.pid = &arguments[i];
    } else if (constant && !word.empty() && word.back() == 'o' && word.size() < 8 && next != nullptr) {
      query.columns += next->text.bytes() + ",";
      ++i;
    } else if (constant && (word.starts_with("-o") || word.starts_with("--format="))) {
      query.columns += word.substr(word.starts_with("-o") ? 2 : 9) + ",";
    } else if (constant && word.size() < 8 && !word.empty() &&
               (word.back() == 'p' || word == "--pid" || word == "-q")) {
      query.pid = next;
      ++i;
    } else if (constant && is_one_of(word, {"-u", "-U", "-C", "-t", "-g", "-G", "--user", "--sort", "-O", "--tty"})) {
      ++i;
    } else if (!constant && query.pid == nullptr && !word.starts_with('-')) {
      query.pid = &arguments[i];
    }
  }
  return query;
}

bool names_column(std::string_view columns, std::string_view column) {
  for (std::size_t at = columns.find(column); at != std::string_view::npos; at = columns.find(column, at + 1)) {
    const bool begins = at == 0 || columns[at - 1] == ',' || columns[at - 1] == ' ';
    const std::size_t stop = at + column.size();
    if (begins && (stop >= columns.size() || columns[stop] == ',' || columns[stop] == '=' || columns[stop] == ' '))
      return true;
  }
  return false;
}

Content searched_by_ps(std::span<const Field> arguments, const Value& found) {
  const PsQuery query = read_ps(arguments);
  Content content;
  if (query.parent != nullptr) {
    content.values = children_of(target_values(query.parent->text));
    return content;
  }
  if (query.pid == nullptr) {
    content.values.insert(found);
    return content;
  }
  const ValueSet pids = target_values(query.pid->text);
  content.identifies = query.pid->keys;
  if (names_column(query.columns, "ppid")) {
    const bool self = target_origin(pids) == Origin::self;
    content.values.insert(Value::pid(self ? Origin::parent : Origin::unknown));
    content.identifies.clear();
  } else if (names_column(query.columns, "pgid") || names_column(query.columns, "pgrp") ||
             names_column(query.columns, "sid")) {
    content.values = group_of(pids);
    content.identifies.clear();
  } else if (query.columns.empty() || names_column(query.columns, "pid")) {
    content.values = pids;
    content.keys = query.pid->keys;
  } else {
    content.values.insert(Value::unknown());
  }
  return content;
}

/// The arguments of echo or printf as one text.
Text joined_text(std::span<const Field> arguments, std::string_view name) {
  Text joined;
  const bool format = name == "printf";
  bool first = true;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Text& text = arguments[i].text;
    const bool option = first && text.constant() && text.bytes().size() > 1 && text.bytes().starts_with('-');
    if (option) continue;
    if (!first) joined.append_synthetic(" ", text.empty() ? 0 : text.source_range(0, 1).begin);
    first = false;
    if (!format || i > 0 || !text.constant()) {
      joined.append(text);
      continue;
    }
    for (std::size_t at = 0; at < text.bytes().size(); ++at) {  // the format: escapes, and %s taken out
      const char c = text.bytes()[at];
      const char next = at + 1 < text.bytes().size() ? text.bytes()[at + 1] : '\0';
      const Offset source = text.source_range(at, at + 1).begin;
      if (c == '\\' && next == 'n') {
        joined.append_synthetic("\n", source);
        ++at;
      } else if (c == '%' && (next == 's' || next == 'd' || next == 'b' || next == 'q')) {
        ++at;
      } else {
        joined.append(c, source);
      }
    }
  }
  return joined;
}

}  // namespace

ValueSet children_of(const ValueSet& roots) {
  ValueSet children;
  for (Value value : roots) {
    if (value.kind == Value::Kind::pid && (value.origin == Origin::self || value.origin == Origin::own_group))
      value = Value::pid(Origin::child);
    children.insert(std::move(value));
  }
  return children;
}

void ScriptLowering::print(Content content) {
  if (streams_.output == nullptr) return;
  Content& output = *streams_.output;
  output.values.merge(content.values);
  output.keys.merge(content.keys);
  output.identifies.merge(content.identifies);
}

Content ScriptLowering::identity_told(std::span<const Field> arguments) {
  Content content;
  for (const Field& field : arguments) {
    const std::string& path = field.text.bytes();
    if (path.starts_with("/proc/") && (path.ends_with("/exe") || path.ends_with("/cwd")))
      content.identifies.insert(field.keys.begin(), field.keys.end());
  }
  return content;
}

Content ScriptLowering::printed(const Command& command, const std::string& name, const ShellCommand& entry,
                                std::span<const Field> arguments, Environment& environment) {
  Content content = identity_told(arguments);
  switch (entry.prints) {
    case ShellCommand::Prints::other: break;
    case ShellCommand::Prints::searched: return searched(command, name, entry, arguments);
    case ShellCommand::Prints::text: {
      Text text = joined_text(arguments, name);
      for (const Field& field : arguments) {
        content.keys.insert(field.keys.begin(), field.keys.end());
        content.identifies.insert(field.identifies.begin(), field.identifies.end());
      }
      content.values = text.is_hole() ? text.holes().front().values : ValueSet(Value::of_text(std::move(text)));
      break;
    }
    case ShellCommand::Prints::input: return filtered(command, name, entry, arguments, environment);
  }
  return content;
}

Content ScriptLowering::filtered(const Command& command, const std::string& name, const ShellCommand& entry,
                                 std::span<const Field> arguments, Environment& environment) {
  const Options options = parse_options(entry, arguments, OptionOrder::permuted);
  std::vector<std::size_t> files = options.operands;
  if (name == "tr" || name == "tee") {
    if (name == "tee" && streams_.input != nullptr) {
      for (const std::size_t at : files) write_file(path_key(arguments[at]), *streams_.input, false, environment);
    }
    files.clear();
  } else if (takes_pattern(name) && !files.empty() && !options.has("e") && !options.has("f")) {
    files.erase(files.begin());
  }
  // Values of options look like operands; a file is the last of them.
  if (!is_one_of(name, {"cat", "tac", "zcat"}) && files.size() > 1) files.erase(files.begin(), files.end() - 1);
  std::erase_if(files, [&](std::size_t at) {
    const std::string& bytes = arguments[at].text.bytes();
    return bytes.empty() || bytes == "-" ||
           bytes.find_first_not_of("0123456789") == std::string::npos;  // the count of head -n 1
  });
  Content content;
  for (const std::size_t at : files) {
    Content file = read_file(arguments[at], environment);
    content.values.merge(file.values);
    content.keys.merge(file.keys);
    content.identifies.merge(file.identifies);
  }
  if (files.empty() && streams_.input != nullptr) content = *streams_.input;
  const bool pattern = takes_pattern(name) && !options.operands.empty();
  if (pattern && name.ends_with("awk")) {
    Content printed = run_awk(command, arguments[options.operands.front()].text, content, environment);
    if (!printed.values.empty()) return printed;
  }
  if (pattern && target_origin(content.values) == Origin::searched) {
    // A line chosen by its pid tells what that process is.
    const Field& field = arguments[options.operands.front()];
    content.identifies.insert(field.keys.begin(), field.keys.end());
  }
  if (is_one_of(name, {"tee", "cat", "tac", "sort", "uniq"})) return content;
  // Parts of a text are not that text.
  for (const Value& value : content.values) {
    if (value.kind != Value::Kind::text || !value.text) continue;
    ValueSet pids = value.text->constant() ? ValueSet() : target_values(*value.text);
    Content rest = content;
    rest.values = std::move(pids);
    for (const Value& other : content.values) {
      if (other.kind != Value::Kind::text) rest.values.insert(other);
    }
    return rest;
  }
  return content;
}

Content ScriptLowering::run_awk(const Command& command, const Text& program, const Content& input,
                                Environment& environment) {
  Content printed;
  for (const AwkText& text : awk_texts(program, input.values)) {
    if (text.executed) {
      run_text(text.text, command, ShellRuns{}, {}, environment);
    } else {
      printed.values.insert(Value::of_text(text.text));
    }
  }
  printed.keys = input.keys;
  return printed;
}

Content ScriptLowering::searched(const Command& command, const std::string& name, const ShellCommand& entry,
                                 std::span<const Field> arguments) const {
  Content content;
  Value found = Value::pid(Origin::searched, Location{session_.context.path, command.range});
  if (name == "ps") return searched_by_ps(arguments, found);
  const Options options = parse_options(entry, arguments, OptionOrder::permuted);
  if (name == "pgrep") {
    if (options.has("count")) {
      content.values.insert(Value::unknown());
      return content;
    }
    for (const std::string_view scope : {"parent", "pgroup", "session"}) {
      const Options::Option* option = options.find(scope);
      if (option == nullptr || !option->value) continue;
      const ValueSet roots = target_values(*option->value);
      content.values = scope == "parent" ? children_of(roots) : roots;
      return content;
    }
  }
  for (const std::size_t at : options.operands) {
    if (const std::string* word = arguments[at].constant()) content.keys.insert("name:" + *word);
  }
  content.values.insert(std::move(found));
  return content;
}

void ScriptLowering::compare_identities(const std::string& name, const Command& command, Environment& environment) {
  const std::span<const Field> arguments = std::span(command.words).subspan(1);
  const bool test = is_one_of(name, {"[", "test", "[["});
  const bool match = is_one_of(name, {"grep", "egrep", "fgrep", "rg", "awk"});
  if (!test && !match) return;
  const bool compares = match || std::any_of(arguments.begin(), arguments.end(), [](const Field& field) {
                          return field.is("=") || field.is("==") || field.is("!=") || field.is("=~") ||
                                 field.is("-eq") || field.is("-ef");
                        });
  const bool inverted =
      match && std::any_of(arguments.begin(), arguments.end(), [](const Field& field) {
        const std::string& word = field.text.bytes();
        return word.size() > 1 && word[0] == '-' && word[1] != '-' && word.find('v') != std::string::npos;
      });
  if (!compares || inverted) return;
  std::set<std::string> told;
  std::set<std::string> patterns;
  bool by_name = false;
  for (const Field& field : arguments) {
    told.insert(field.identifies.begin(), field.identifies.end());
    const std::string& path = field.text.bytes();
    if (match && path.starts_with("/proc/")) {
      told.insert(field.keys.begin(), field.keys.end());
    } else {
      patterns.insert(field.keys.begin(), field.keys.end());
    }
    by_name = by_name || target_origin(target_values(field.text)) == Origin::searched;
  }
  if (match && streams_.input != nullptr) {
    told.insert(streams_.input->identifies.begin(), streams_.input->identifies.end());
    by_name = std::any_of(streams_.input->keys.begin(), streams_.input->keys.end(),
                          [](const std::string& key) { return key.starts_with("name:"); });
  }
  if (by_name) {  // the pid is among those a search by name found
    environment.verified.insert(patterns.begin(), patterns.end());
    return;
  }
  // Looking for the pid itself proves only that it exists.
  if (match && std::any_of(told.begin(), told.end(), [&](const std::string& key) { return patterns.contains(key); }))
    return;
  environment.verified.insert(told.begin(), told.end());
}

}  // namespace procsafe::shell
