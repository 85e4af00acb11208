#include <algorithm>
#include <array>
#include <cctype>

#include "lower/shell/script_lowering.h"

namespace procsafe::shell {
namespace {

constexpr int kMaxUnwrapped = 24;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

bool is_assignment(const Field& field) {
  const std::string& word = field.text.bytes();
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0 || std::isdigit(static_cast<unsigned char>(word[0])) != 0)
    return false;
  return std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

}  // namespace

std::string ScriptLowering::command_name(const Field& field) {
  const std::string* word = field.constant();
  std::string name;
  if (word != nullptr) {
    name = *word;
  } else {
    // $PREFIX/bin/kill: the last component tells.
    const std::string& bytes = field.text.bytes();
    const std::size_t close = bytes.rfind('}');
    if (close == std::string::npos || bytes.find('/', close) == std::string::npos) return {};
    name = bytes.substr(close + 1);
  }
  return name.substr(name.rfind('/') == std::string::npos ? 0 : name.rfind('/') + 1);
}

void ScriptLowering::run_simple(const Statement& statement, Environment& environment) {
  if (statement.words.empty()) {
    for (const Assignment& assignment : statement.assignments) assign(assignment, environment, false);
    return;
  }
  for (const Assignment& assignment : statement.assignments) {
    if (assignment.array || !assignment.value.literal()) static_cast<void>(content_of(assignment.value, environment));
  }
  Command command;
  command.words = expand(statement.words, environment);
  command.statement = &statement;
  command.range = statement.span.range();
  command.what = shorten(statement.span.source());
  if (command.words.empty()) return;
  perform(std::move(command), environment);
}

void ScriptLowering::perform(Command command, Environment& environment) {
  if (command.words.empty() || ++command.unwrapped > kMaxUnwrapped) return;
  const std::string name = command_name(command.words.front());
  if (name.empty()) {
    static_cast<void>(perform_alternatives(command, environment));
    return;
  }
  const bool bare = command.words.front().is(name);
  if (!command.program && bare) {
    if (perform_alias(command, environment)) return;
    if (const auto found = function_named_.find(name); found != function_named_.end()) {
      call(*found->second, command, environment);
      return;
    }
  }
  const std::span<const Field> arguments = std::span(command.words).subspan(1);
  const ShellCommand* entry = session_.catalog.find(name);
  note_tree(command, entry);
  if (name.find("atexit") != std::string::npos) session_.handlers.handled.insert("EXIT");
  if (entry == nullptr || (!entry->message && entry->kills == ShellCommand::Kills::no)) {
    for (const Field& field : arguments) consume(field, false);
  }
  if (bare && perform_builtin(name, command, environment)) return;
  compare_identities(name, command, environment);
  if (entry == nullptr) {
    call_unknown(name, command, environment);
    return;
  }
  const ShellCommand* known = entry;
  std::span<const Field> rest = arguments;
  while (!known->subs.empty()) {
    const Options options = parse_options(*known, rest, OptionOrder::options_first);
    if (options.operands.empty()) break;
    const std::size_t at = options.operands.front();
    const ShellCommand* sub = rest[at].constant() == nullptr ? nullptr : known->sub(*rest[at].constant());
    if (sub == nullptr) break;
    known = sub;
    rest = rest.subspan(at + 1);
  }
  perform_known(command, *known, rest, environment);
  print(printed(command, name, *known, rest, environment));
}

bool ScriptLowering::perform_alternatives(const Command& command, Environment& environment) {
  const Field& first = command.words.front();
  if (!first.text.is_hole()) return false;
  const ValueSet values = first.text.holes().front().values;
  bool any = false;
  for (const Value& value : values) {
    if (value.kind == Value::Kind::slot && value.slot->kind == Slot::Kind::parameter) {
      carry(*value.slot, command, true, environment);
      any = true;
    }
    if (value.kind != Value::Kind::text || !value.text || !value.text->constant()) continue;
    Command alternative = command;
    alternative.words.erase(alternative.words.begin());
    const std::vector<Field> words = split(*value.text);
    alternative.words.insert(alternative.words.begin(), words.begin(), words.end());
    perform(std::move(alternative), environment);
    any = true;
  }
  if (any || command.words.size() < 2) return any;
  return perform_behind_variable(command, environment);
}

bool ScriptLowering::perform_behind_variable(const Command& command, Environment& environment) {
  // $SUDO kill …, $ADB shell …: the variable's name, or the word behind it, tells what it holds.
  const std::string& source = command.words.front().source;
  std::string name = lower_case(source);
  std::erase_if(name, [](char c) { return c == '$' || c == '{' || c == '}' || c == '"'; });
  Command guessed = command;
  const ShellCommand* named = session_.catalog.find(name);
  if (named != nullptr && (named->runs || !named->subs.empty())) {
    Text text;
    text.append_synthetic(name, command.range.begin);
    guessed.words.front().text = std::move(text);
    guessed.hides_options = command.words.front().splits;
    perform(std::move(guessed), environment);
    return true;
  }
  const std::string next = command_name(command.words[1]);
  const ShellCommand* entry = next.empty() ? nullptr : session_.catalog.find(next);
  const bool operation =
      entry != nullptr && (entry->kills != ShellCommand::Kills::no || entry->runs || !entry->subs.empty());
  if (!operation || name.find("echo") != std::string::npos || name.find("log") != std::string::npos) return false;
  guessed.words.erase(guessed.words.begin());
  guessed.program = true;
  perform(std::move(guessed), environment);
  return true;
}

bool ScriptLowering::perform_alias(const Command& command, Environment& environment) {
  const auto found = aliases_.find(command.words.front().text.bytes());
  if (found == aliases_.end() || command.words.front().source != found->first) return false;
  std::vector<Field> words = split(found->second);
  if (words.empty() || command.aliases.contains(found->first)) return false;
  Command expanded = command;
  expanded.aliases.insert(found->first);
  expanded.words.erase(expanded.words.begin());
  expanded.words.insert(expanded.words.begin(), words.begin(), words.end());
  perform(std::move(expanded), environment);
  return true;
}

std::vector<Field> ScriptLowering::split(const Text& text) {
  std::vector<Field> fields;
  const std::string& bytes = text.bytes();
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t begin = bytes.find_first_not_of(" \t\n", at);
    if (begin == std::string::npos) break;
    std::size_t stop = begin;
    while (stop < bytes.size() && bytes[stop] != ' ' && bytes[stop] != '\t' && bytes[stop] != '\n') ++stop;
    fields.emplace_back().text = text.substr(begin, stop);
    at = stop;
  }
  return fields;
}

ShellSummary ScriptLowering::lower_command(std::vector<Field> words) {
  ShellSummary summary;
  if (words.empty()) return summary;
  Command command;
  std::string line;
  for (const Field& field : words) {
    if (!field.text.empty()) {
      const SourceRange place = field.text.source_range(0, field.text.bytes().size());
      command.range = command.range.empty() ? place
                                            : SourceRange{std::min(command.range.begin, place.begin),
                                                          std::max(command.range.end, place.end)};
    }
    line += (line.empty() ? "" : " ") + field.text.bytes();
  }
  command.what = shorten(line);
  const std::string name = command_name(words.front());
  const ShellCommand* entry = session_.catalog.find(name);
  summary.tree = entry != nullptr && (entry->tree || (entry->runs && entry->runs->style == ShellRuns::Style::script));
  command.program = true;
  command.words = std::move(words);
  Content output;
  streams_.output = &output;
  Environment environment;
  environment.positional = std::make_shared<const std::vector<Text>>();
  perform(std::move(command), environment);
  report_jobs();
  summary.output = summary_origin(output);
  return summary;
}

void ScriptLowering::perform_known(Command& command, const ShellCommand& entry, std::span<const Field> arguments,
                                   Environment& environment) {
  using Kills = ShellCommand::Kills;
  switch (entry.kills) {
    case Kills::no: break;
    case Kills::kill: signal_kill(command, arguments, environment); break;
    case Kills::pkill: signal_pkill(command, entry, arguments, environment); break;
    case Kills::killall:
    case Kills::everyone:
    case Kills::skill:
    case Kills::fuser: signal_by_name(command, entry, arguments, environment); break;
    case Kills::taskkill: signal_windows(command, arguments, environment, false); break;
    case Kills::wmic: signal_windows(command, arguments, environment, true); break;
    case Kills::daemon: signal_daemon(command, entry, arguments, environment); break;
    case Kills::killproc: signal_killproc(command, entry, arguments, environment); break;
  }
  if (entry.client) check_client(command, entry, arguments);
  if (entry.starts) {
    const Options options = parse_options(entry, arguments, OptionOrder::permuted);
    const bool starts = entry.starts->always || std::any_of(entry.starts->options.begin(), entry.starts->options.end(),
                                                            [&](const std::string& name) { return options.has(name); });
    if (starts) let_go(command);
  }
  if (entry.runs) run_wrapped(command, entry, arguments, environment);
}

void ScriptLowering::run_wrapped(Command& command, const ShellCommand& entry, std::span<const Field> arguments,
                                 Environment& environment) {
  const ShellRuns& runs = *entry.runs;
  if (runs.style == ShellRuns::Style::exec_clause) {
    run_exec_clauses(command, arguments, environment);
    return;
  }
  const OptionOrder order = runs.option_only ? OptionOrder::permuted : OptionOrder::options_first;
  const Options options = parse_options(entry, arguments, order);
  if (options.has("list") || options.has("remove") || (options.has("v") && entry.names.front() == "command")) return;
  command.bounded = command.bounded || runs.bounds;
  if (runs.detaches) detach(command);
  if (const Options::Option* signal = options.find(runs.signal_option);
      signal != nullptr && signal->value && signal_of(*signal->value) == Signal::forceful) {
    OperationFact fact;
    fact.attributes.set(Operation::signal);
    fact.attributes.set(Signal::forceful);
    emit(std::move(fact), command, false);
  }
  const bool background = runs.background || std::any_of(runs.background_options.begin(), runs.background_options.end(),
                                                         [&](const std::string& name) { return options.has(name); });
  if (background) let_go(command);
  if (run_option_text(command, entry, options, arguments, environment)) return;
  std::size_t first = options.operands.empty() ? arguments.size() : options.operands.front();
  if (runs.dashes) {
    const auto dashes = std::find_if(arguments.begin(), arguments.end(), [](const Field& f) { return f.is("--"); });
    first =
        dashes == arguments.end() ? first + runs.operands : static_cast<std::size_t>(dashes - arguments.begin()) + 1;
  } else {
    while (runs.assignments && first < arguments.size() && is_assignment(arguments[first])) ++first;
    first += runs.operands;
  }
  run_operands(command, entry, options, arguments.subspan(std::min(first, arguments.size())), environment);
}

bool ScriptLowering::run_option_text(Command& command, const ShellCommand& entry, const Options& options,
                                     std::span<const Field> arguments, Environment& environment) {
  const ShellRuns& runs = *entry.runs;
  for (const std::string& name : runs.options) {
    const Options::Option* option = options.find(name);
    if (option == nullptr) continue;
    if (option->value) {
      run_text(*option->value, command, runs, {}, environment);
      return true;
    }
    // sh -c takes no value itself: the text is its first operand.
    if (runs.style == ShellRuns::Style::script && !options.operands.empty()) {
      const std::size_t at = options.operands.front();
      run_text(arguments[at].text, command, runs, arguments.subspan(at + 1), environment);
      return true;
    }
  }
  return false;
}

void ScriptLowering::run_operands(Command& command, const ShellCommand& entry, const Options& options,
                                  std::span<const Field> rest, Environment& environment) {
  const ShellRuns& runs = *entry.runs;
  if (!rest.empty() && rest.front().is("--")) rest = rest.subspan(1);  // ssh HOST -- COMMAND
  if (runs.appends_input && streams_.input != nullptr) command.appended = *streams_.input;
  if (runs.appends_input && options.has("arg-file") && options.find("arg-file")->value) {
    Field path;
    path.text = *options.find("arg-file")->value;
    command.appended = read_file(path, environment);
  }
  switch (runs.style) {
    case ShellRuns::Style::argv: {
      if (rest.size() > 1 && !runs.options.empty() && (rest.front().is("-c") || rest.front().is("--command"))) {
        run_text(rest[1].text, command, runs, {}, environment);  // flock FILE -c TEXT
        break;
      }
      std::vector<Field> words(rest.begin(), rest.end());
      if (runs.appends_input && command.appended) place_input(command, options, words);
      run_argv(command, runs, words, environment);
      break;
    }
    case ShellRuns::Style::text:
      if (rest.empty() && runs.reads_input) {
        run_input(command, runs, environment);
      } else if (runs.appends_input) {  // parallel: words are a command whose input stands behind
        run_argv(command, runs, rest, environment);
      } else {
        run_joined(runs.last && !rest.empty() ? rest.last(1) : rest, command, runs, environment);
      }
      break;
    case ShellRuns::Style::script:
      if (runs.option_only) {
        if (options.has("user") && !rest.empty()) {  // runuser -u USER COMMAND
          run_argv(command, runs, rest, environment);
        } else if (runs.reads_input)
          run_input(command, runs, environment);
      } else if (rest.empty() || options.has("s")) {
        if (runs.reads_input) run_input(command, runs, environment);
      }
      break;
    case ShellRuns::Style::exec_clause: break;
  }
}

void ScriptLowering::place_input(Command& command, const Options& options, std::vector<Field>& words) {
  const Options::Option* replace = options.find("replace");
  if (replace == nullptr) return;
  const std::string pattern = replace->value && !replace->value->empty() ? replace->value->bytes() : "{}";
  for (Field& word : words) {
    const std::size_t at = word.text.bytes().find(pattern);
    if (at == std::string::npos) continue;
    Text text = word.text.substr(0, at);
    text.append_hole(command.appended->values, word.text.source_range(at, at + pattern.size()));
    text.append(word.text.substr(at + pattern.size(), word.text.bytes().size()));
    word.text = std::move(text);
    word.keys.insert(command.appended->keys.begin(), command.appended->keys.end());
  }
  command.appended.reset();
}

void ScriptLowering::run_argv(const Command& command, const ShellRuns& runs, std::span<const Field> rest,
                              Environment& environment) {
  if (rest.empty()) return;
  Command inner = command;
  inner.words.assign(rest.begin(), rest.end());
  inner.program = inner.program || !runs.functions;
  perform(std::move(inner), environment);
}

void ScriptLowering::run_exec_clauses(const Command& command, std::span<const Field> arguments,
                                      Environment& environment) {
  static constexpr std::array<std::string_view, 8> kStarts{"-exec", "-execdir", "-ok",    "-okdir",
                                                           "-x",    "-X",       "--exec", "--exec-batch"};
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string* word = arguments[i].constant();
    if (word == nullptr || std::find(kStarts.begin(), kStarts.end(), *word) == kStarts.end()) continue;
    std::size_t stop = i + 1;
    while (stop < arguments.size() && !arguments[stop].is(";") && !arguments[stop].is("+")) ++stop;
    ShellRuns runs;
    run_argv(command, runs, arguments.subspan(i + 1, stop - i - 1), environment);
    i = stop;
  }
}

}  // namespace procsafe::shell
