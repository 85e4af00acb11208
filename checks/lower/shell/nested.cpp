#include <utility>

#include "lower/shell/script_lowering.h"

namespace procsafe::shell {

void ScriptLowering::run_text(const Text& text, const Command& command, const ShellRuns& runs,
                              std::span<const Field> arguments, Environment& environment) {
  if (runs.same_shell) {
    run_same_shell(text, environment);
    return;
  }
  if (text.is_hole()) {
    // One of several texts, each of which may run.
    for (const Value& value : text.holes().front().values) {
      if (value.kind == Value::Kind::text && value.text && !value.text->is_hole())
        run_text(*value.text, command, runs, arguments, environment);
      if (value.kind == Value::Kind::slot && value.slot->kind == Slot::Kind::parameter)
        carry(*value.slot, command, false, environment);
    }
    return;
  }
  if (session_.depth >= Session::max_depth) {
    if (!muted()) note_depth(command.range);
    return;
  }
  ++session_.depth;
  ScriptLowering inner(session_, {}, this);
  inner.outer_environment_ = &environment;
  inner.bounded_ = bounded_ || command.bounded;
  inner.function_outside_ = symbol();
  Environment inside;
  std::vector<Text> positional;
  // The first argument behind the text is $0.
  for (std::size_t i = 1; i < arguments.size(); ++i) positional.push_back(arguments[i].text);
  if (command.appended) {
    Text appended;
    appended.append_hole(command.appended->values, command.range);
    positional.insert(positional.end(), arguments.empty() ? 1 : 2, appended);
  }
  inside.positional = std::make_shared<const std::vector<Text>>(std::move(positional));
  inside.files = environment.files;
  inside.terminated = environment.terminated;
  static_cast<void>(inner.lower(read_script(text, session_.dialect), std::move(inside)));
  environment.files = inner.final_.files;
  environment.terminated = inner.final_.terminated;
  --session_.depth;
}

void ScriptLowering::run_joined(std::span<const Field> words, const Command& command, const ShellRuns& runs,
                                Environment& environment) {
  if (words.empty()) return;
  if (words.size() == 1) {
    run_text(words.front().text, command, runs, {}, environment);
    return;
  }
  Text joined;
  for (const Field& word : words) {
    const Offset place = word.text.source_range(0, 1).begin;
    if (!joined.empty()) joined.append_synthetic(" ", place);
    joined.append(word.text);
  }
  run_text(joined, command, runs, {}, environment);
}

void ScriptLowering::run_input(const Command& command, const ShellRuns& runs, Environment& environment) {
  if (streams_.input == nullptr) return;
  const Content input = *streams_.input;
  const Streams outer = std::exchange(streams_, Streams{nullptr, streams_.output});
  for (const Value& value : input.values) {
    if (value.kind == Value::Kind::text && value.text) run_text(*value.text, command, runs, {}, environment);
  }
  streams_ = outer;
}

void ScriptLowering::run_same_shell(const Text& text, Environment& environment) {
  if (text.is_hole()) {
    for (const Value& value : text.holes().front().values) {
      if (value.kind == Value::Kind::text && value.text && !value.text->is_hole())
        run_same_shell(*value.text, environment);
      if (value.kind == Value::Kind::slot && value.slot->kind == Slot::Kind::parameter)
        carry(*value.slot, Command{}, false, environment);
    }
    return;
  }
  if (session_.depth >= Session::max_depth) {
    if (!muted() && !text.empty()) note_depth(text.source_range(0, text.bytes().size()));
    return;
  }
  ++session_.depth;
  texts_.push_back(read_script(text, session_.dialect));
  const List& list = texts_.back()->statements;
  run(list, environment);
  --session_.depth;
}

void ScriptLowering::note_depth(SourceRange range) {
  session_.facts.notices.push_back(
      {Notice::Level::error, range, "partly analysed: shell text is nested more deeply than is followed"});
}

}  // namespace procsafe::shell
