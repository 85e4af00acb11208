#include <algorithm>
#include <charconv>
#include <utility>

#include "lower/shell/script_lowering.h"

namespace procsafe::shell {
namespace {

/// Names a `read` assigns: its operands. Options with a value are skipped.
std::vector<std::string> read_names(std::span<const Field> arguments, bool& array) {
  static const ShellCommand kRead = [] {
    ShellCommand command;
    command.options.short_options = "rsea:d:i:n:N:p:t:u:Azk:q";
    return command;
  }();
  const Options options = parse_options(kRead, arguments, OptionOrder::options_first);
  std::vector<std::string> names;
  if (const Options::Option* into = options.find("a"); into != nullptr && into->value) {
    array = true;
    names.push_back(into->value->bytes());
  }
  for (const std::size_t at : options.operands) {
    if (const std::string* name = arguments[at].constant()) names.push_back(*name);
  }
  if (names.empty()) names.emplace_back("REPLY");
  return names;
}

}  // namespace

bool ScriptLowering::perform_builtin(const std::string& name, const Command& command, Environment& environment) {
  const std::span<const Field> arguments = std::span(command.words).subspan(1);
  if (name == "exit" || name == "return" || name == "break" || name == "continue") {
    if ((name == "break" || name == "continue") && breaks_ != nullptr && !environment.ended)
      breaks_->push_back(environment);
    if (name == "return" && returns_ != nullptr && !environment.ended) returns_->push_back(environment);
    environment.ended = true;
    return true;
  }
  if (name == "exec" && arguments.empty()) return true;
  if (name == "trap") {
    perform_trap(arguments, command, environment);
  } else if (name == "alias") {
    perform_alias_definition(arguments);
  } else if (name == "wait") {
    perform_wait(arguments, command, environment);
  } else if (name == "disown") {
    perform_disown(arguments, command, environment);
  } else if (name == "jobs" || name == "fg") {
    // $(jobs -p) lists the jobs of the shell around the substitution.
    for (std::size_t i = 0; i < session_.jobs.size(); ++i) environment.open_jobs.insert(i);
    finish_all(environment);
    if (name == "jobs") print_jobs(arguments);
  } else if (name == "read") {
    perform_read(arguments, environment);
  } else if (name == "mapfile" || name == "readarray") {
    perform_mapfile(arguments, environment);
  } else if (name == "shift") {
    perform_shift(arguments, environment);
  } else if (name == "set") {
    perform_set(arguments, environment);
  } else if (name == "source" || name == ".") {
    perform_source(arguments, environment);
  } else if (name == "local" || name == "declare" || name == "typeset" || name == "export" || name == "readonly" ||
             name == "integer") {
    perform_declaration(name, command, environment);
  } else if (name == "unset") {
    for (const Field& field : arguments) {
      if (const std::string* variable = field.constant()) environment.assign(*variable, Content{});
    }
  } else {
    return false;
  }
  return true;
}

void ScriptLowering::perform_declaration(const std::string& name, const Command& command, Environment& environment) {
  const bool local = name == "local" || (!function_.empty() && (name == "declare" || name == "typeset") &&
                                         std::none_of(command.words.begin(), command.words.end(),
                                                      [](const Field& field) { return field.is("-g"); }));
  if (command.statement == nullptr || command.unwrapped > 1) return;
  for (const Assignment& assignment : command.statement->declared) assign(assignment, environment, local);
  for (std::size_t i = 1; i < command.words.size(); ++i) {
    const std::string* word = command.words[i].constant();
    if (word == nullptr || word->starts_with('-')) continue;
    if (local && word->find('=') == std::string::npos) environment.assign(*word, Content{});
    if (name == "export") consume_values(variable(*word, environment).values, false);
  }
  if (name != "export") return;
  for (const Assignment& assignment : command.statement->declared)
    consume_values(variable(assignment.name, environment).values, false);
}

void ScriptLowering::perform_alias_definition(std::span<const Field> arguments) {
  for (const Field& field : arguments) {
    const std::string& bytes = field.text.bytes();
    const std::size_t equals = bytes.find('=');
    if (equals == std::string::npos || equals == 0) continue;
    aliases_.insert_or_assign(bytes.substr(0, equals), field.text.substr(equals + 1, bytes.size()));
  }
}

void ScriptLowering::perform_wait(std::span<const Field> arguments, const Command& command, Environment& environment) {
  bool any = false;
  for (const Field& field : arguments) {
    if (field.text.bytes().starts_with('-')) continue;
    any = true;
    consume(field, true);
    if (field.text.bytes().starts_with('%')) finish_all(environment);
  }
  if (!any) finish_all(environment);
  if (!swallowed_) return;
  OperationFact fact;
  fact.attributes.set(Operation::wait);
  fact.attributes.set(Attribute::swallowed, true);
  emit(std::move(fact), command, false);
}

void ScriptLowering::perform_read(std::span<const Field> arguments, Environment& environment) {
  bool array = false;
  const std::vector<std::string> names = read_names(arguments, array);
  Content content;
  if (streams_.input != nullptr) {
    content = *streams_.input;
    content.elements.reset();
  } else if (const std::string symbol = slot_symbol(function_); !function_.empty() && !symbol.empty()) {
    content.values.insert(Value::of_slot({Slot::Kind::parameter, symbol, input_argument}));
  }
  // What is typed or piped in as text is not known to be a pid.
  ValueSet values;
  for (const Value& value : content.values) {
    if (value.kind != Value::Kind::text) {
      values.insert(value);
    } else if (value.text) {
      values.merge(target_values(*value.text));
    }
  }
  if (values.empty()) values.insert(Value::unknown());
  content.values = std::move(values);
  remember(content);
  for (const std::string& name : names) {
    assigned_[name].merge(content);
    environment.assign(name, content);
  }
}

void ScriptLowering::perform_mapfile(std::span<const Field> arguments, Environment& environment) {
  static const ShellCommand kMapfile = [] {
    ShellCommand command;
    command.options.short_options = "d:n:O:s:tu:C:c:";
    return command;
  }();
  const Options options = parse_options(kMapfile, arguments, OptionOrder::options_first);
  std::string name = "MAPFILE";
  if (!options.operands.empty()) {
    if (const std::string* given = arguments[options.operands.front()].constant()) name = *given;
  }
  Content content;
  if (streams_.input != nullptr) content = *streams_.input;
  content.elements.reset();
  if (content.values.empty()) content.values.insert(Value::unknown());
  remember(content);
  assigned_[name].merge(content);
  environment.assign(name, std::move(content));
}

void ScriptLowering::perform_shift(std::span<const Field> arguments, Environment& environment) {
  unsigned count = 1;
  if (!arguments.empty()) {
    const std::string& text = arguments.front().text.bytes();
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || stop != text.data() + text.size()) environment.shifted_often = true;
  }
  environment.shifted += count;
}

void ScriptLowering::perform_set(std::span<const Field> arguments, Environment& environment) {
  const auto dashes =
      std::find_if(arguments.begin(), arguments.end(), [](const Field& field) { return field.is("--"); });
  if (dashes == arguments.end()) return;
  const std::span<const Field> rest = arguments.subspan(static_cast<std::size_t>(dashes - arguments.begin()) + 1);
  std::vector<Text> positional;
  for (const Field& field : rest) positional.push_back(field.text);
  environment.positional = std::make_shared<const std::vector<Text>>(std::move(positional));
  environment.shifted = 0;
  // An expansion that may be several words moves what stands behind it.
  environment.shifted_often = std::any_of(rest.begin(), rest.end(), [](const Field& field) { return field.splits; });
}

}  // namespace procsafe::shell
