#include <algorithm>
#include <cctype>

#include "lower/shell/script_lowering.h"

namespace procsafe::shell {
namespace {

/// `-9`, `-KILL`, `-SIGTERM`: a signal written as an option.
bool is_signal_option(const std::string& word) {
  if (word.size() < 2 || word.front() != '-' || word[1] == '-') return false;
  const std::string_view name = std::string_view(word).substr(1);
  const bool number = name.find_first_not_of("0123456789") == std::string_view::npos;
  const bool upper = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isupper(c) != 0 || std::isdigit(c) != 0 || c == '+' || c == '-';
  });
  return number || (upper && name.size() > 2 && classify_signal(name) != Signal::unknown);
}

/// Takes the signals written as options out of the arguments.
std::vector<Field> without_signals(std::span<const Field> arguments, std::optional<Text>& signal) {
  std::vector<Field> rest;
  bool operands = false;
  for (const Field& field : arguments) {
    operands = operands || field.is("--");
    if (!operands && is_signal_option(field.text.bytes())) {
      signal = field.text.substr(1, field.text.bytes().size());
    } else if (!operands && !field.text.constant() && field.text.bytes().starts_with("-$")) {
      signal = field.text.substr(1, field.text.bytes().size());
    } else {
      rest.push_back(field);
    }
  }
  return rest;
}

/// The words that say which processes are meant, so that `pkill x` and `killall -9 x` are one target.
std::set<std::string> name_keys(const Options& options, std::span<const Field> arguments) {
  std::set<std::string> keys;
  for (const std::size_t at : options.operands) {
    const std::string* word = arguments[at].constant();
    keys.insert("name:" + (word != nullptr ? *word : arguments[at].source));
  }
  return keys;
}

}  // namespace

Signal ScriptLowering::signal_of(const Text& text) {
  if (text.constant()) return classify_signal(text.bytes());
  std::optional<Signal> all;
  for (const Text::Hole& hole : text.holes()) {
    for (const Value& value : hole.values) {
      Signal signal = Signal::unknown;
      if (value.kind == Value::Kind::text && value.text && value.text->constant()) {
        std::string name = value.text->bytes();
        if (name.starts_with('-')) name.erase(0, 1);
        signal = classify_signal(name);
      } else if (value.kind == Value::Kind::number) {
        signal = classify_signal(value.number);
      }
      if (all && *all != signal) {
        // Several: TERM and then KILL, as a rule.
        if (*all == Signal::graceful || signal == Signal::graceful) return Signal::graceful;
        return Signal::unknown;
      }
      all = signal;
    }
  }
  return all.value_or(Signal::unknown);
}

void ScriptLowering::emit_signal(const Command& command, Signal signal, const std::vector<Field>& targets,
                                 ValueSet values, std::set<std::string> keys, Environment& environment, bool by_name) {
  const bool ends = signal == Signal::graceful || signal == Signal::forceful || signal == Signal::unknown;
  const bool itself = !values.empty() && std::all_of(values.begin(), values.end(), [](const Value& value) {
    return value.kind == Value::Kind::pid && value.origin == Origin::self;
  });
  signalled_ = signalled_ || (ends && !itself);
  for (const Field& field : targets) {
    keys.insert(field.keys.begin(), field.keys.end());
    // Holes are numbered anew in every text: alone, such a name says nothing.
    const bool hole = field.source.find(Text::hole_prefix) != std::string::npos;
    const Offset place = hole ? field.text.source_range(0, 1).begin : 0;
    if (field.keys.empty()) keys.insert(hole ? field.source + "@" + std::to_string(place) : field.source);
    consume(field, ends);
  }
  if (command.appended) {
    keys.insert(command.appended->keys.begin(), command.appended->keys.end());
    consume_values(command.appended->values, ends);
  }
  const bool preceded = std::any_of(keys.begin(), keys.end(),
                                    [&](const std::string& key) { return environment.terminated.contains(key); });
  if (signal == Signal::graceful || signal == Signal::unknown) environment.terminated.insert(keys.begin(), keys.end());
  OperationFact fact;
  fact.attributes.set(Operation::signal);
  fact.attributes.set(signal);
  fact.attributes.set(Attribute::preceded, preceded);
  fact.attributes.set(Attribute::swallowed, swallowed_ && signal != Signal::none);
  const bool group = std::any_of(targets.begin(), targets.end(),
                                 [](const Field& field) { return field.text.bytes().starts_with('-'); });
  if (group || by_name) {
    end_trees(values);
  } else {
    fact.attributes.set(Attribute::leader_only, ends && leads_tree(values));
  }
  fact.target = std::move(values);
  emit(std::move(fact), command, by_name);
}

ValueSet ScriptLowering::checked_values(const Field& field, const Environment& environment) {
  ValueSet values = target_values(field.text);
  const bool verified = std::any_of(field.keys.begin(), field.keys.end(),
                                    [&](const std::string& key) { return environment.verified.contains(key); });
  ValueSet checked;
  for (const Value& value : values) {
    const bool known = verified || environment.verified.contains(value.name);
    if (value.kind == Value::Kind::pid && value.origin == Origin::pid_file && known) {
      checked.insert(Value::pid(Origin::verified));
    } else if (value.kind == Value::Kind::slot && verified) {
      // Callers that read the pid from a file are covered by the comparison here.
      checked.merge(verified_slot(value));
    } else {
      checked.insert(value);
    }
  }
  return checked;
}

ValueSet ScriptLowering::verified_slot(const Value& value) {
  ValueSet checked;
  if (session_.context.names == nullptr) return value;
  for (const Value& found : session_.context.names->find(*value.slot)) {
    const bool file = found.kind == Value::Kind::pid && found.origin == Origin::pid_file;
    checked.insert(file ? Value::pid(Origin::verified) : found);
  }
  return checked.empty() ? ValueSet(value) : checked;
}

void ScriptLowering::signal_kill(const Command& command, std::span<const Field> arguments, Environment& environment) {
  Signal signal = Signal::graceful;
  bool given = false;
  std::size_t i = 0;
  for (; i < arguments.size(); ++i) {
    const std::string& word = arguments[i].text.bytes();
    if (word == "--") {
      ++i;
      break;
    }
    if (word.size() < 2 || word.front() != '-') break;
    if (word == "-l" || word == "-L" || word == "-p" || word.starts_with("--list") || word == "--table" ||
        word == "--help" || word == "--version" || word == "-t")
      return;
    if (word == "-s" || word == "-n" || word == "--signal" || word == "-q" || word == "--queue") {
      if (++i >= arguments.size()) return;
      if (word != "-q" && word != "--queue") signal = signal_of(arguments[i].text);
      given = given || word != "-q";
    } else if (word.starts_with("--signal=")) {
      signal = signal_of(arguments[i].text.substr(9, word.size()));
      given = true;
    } else if (word == "--timeout") {
      i += 2;
    } else if (!given && !(i + 1 == arguments.size() && !arguments[i].text.constant() && !command.appended)) {
      signal = signal_of(arguments[i].text.substr(1, word.size()));
      given = true;
    } else {
      break;  // behind the signal, a number with a dash is a group
    }
  }
  std::vector<Field> targets(arguments.begin() + static_cast<std::ptrdiff_t>(std::min(i, arguments.size())),
                             arguments.end());
  if (targets.empty() && !command.appended) {
    if (arguments.size() != 1 || !arguments.front().is("-1")) return;
    targets.push_back(arguments.front());
    signal = Signal::graceful;
  }
  ValueSet values;
  for (const Field& field : targets) {
    const ValueSet one = checked_values(field, environment);
    // kill -- -0 is the own group as 0 is.
    values.merge(one);
    if (field.text.bytes().starts_with('%')) finish_all(environment);
  }
  if (command.appended) {
    Field appended;
    appended.text.append_hole(command.appended->values, command.range);
    appended.keys = command.appended->keys;
    values.merge(checked_values(appended, environment));
  }
  emit_signal(command, signal, targets, std::move(values), {}, environment, false);
}

void ScriptLowering::signal_pkill(const Command& command, const ShellCommand& entry, std::span<const Field> arguments,
                                  Environment& environment) {
  std::optional<Text> named;
  const std::vector<Field> rest = without_signals(arguments, named);
  const Options options = parse_options(entry, rest, OptionOrder::permuted);
  if (options.has("version") || options.has("help")) return;
  if (const Options::Option* option = options.find("signal"); option != nullptr && option->value) named = option->value;
  const Signal signal = named ? signal_of(*named) : Signal::graceful;
  for (const std::string_view scope : {"parent", "pgroup", "session"}) {
    const Options::Option* option = options.find(scope);
    if (option == nullptr || !option->value) continue;
    Field root;
    root.text = *option->value;
    root.source = std::string(scope) + " " + root.text.bytes();
    const ValueSet roots = target_values(root.text);
    end_trees(roots);
    emit_signal(command, signal, {root}, scope == "parent" ? children_of(roots) : roots, {}, environment, false);
    return;
  }
  if (const Options::Option* option = options.find("pidfile"); option != nullptr && option->value) {
    const bool compared = !options.operands.empty();
    emit_signal(command, signal, {}, Value::pid(compared ? Origin::verified : Origin::pid_file),
                {"file:" + option->value->bytes()}, environment, false);
    return;
  }
  emit_signal(command, signal, {}, Value::pid(Origin::searched), name_keys(options, rest), environment, true);
}

void ScriptLowering::signal_by_name(const Command& command, const ShellCommand& entry, std::span<const Field> arguments,
                                    Environment& environment) {
  std::optional<Text> named;
  const std::vector<Field> rest = without_signals(arguments, named);
  const Options options = parse_options(entry, rest, OptionOrder::permuted);
  if (options.has("version") || options.has("help") || options.has("list")) return;
  if (const Options::Option* option = options.find("signal"); option != nullptr && option->value) named = option->value;
  const bool fuser = entry.kills == ShellCommand::Kills::fuser;
  if (fuser && !options.has("kill")) return;
  const Signal fallback = fuser ? Signal::forceful : Signal::graceful;
  const bool everyone = entry.kills == ShellCommand::Kills::everyone;
  emit_signal(command, named ? signal_of(*named) : fallback, {},
              Value::pid(everyone ? Origin::everyone : Origin::searched), name_keys(options, rest), environment, true);
}

void ScriptLowering::signal_windows(const Command& command, std::span<const Field> arguments, Environment& environment,
                                    bool wmic) {
  const auto given = [&](std::string_view option) -> std::ptrdiff_t {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      std::string word = arguments[i].text.bytes();
      std::transform(word.begin(), word.end(), word.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      while (word.starts_with('/') || word.starts_with('-')) word.erase(0, 1);
      if (word == option) return static_cast<std::ptrdiff_t>(i);
    }
    return -1;
  };
  if (wmic) {
    const bool ends = given("delete") >= 0 || given("terminate") >= 0;
    if (given("process") >= 0 && ends)
      emit_signal(command, Signal::forceful, {}, Value::pid(Origin::searched), {}, environment, true);
    return;
  }
  const Signal signal = given("f") >= 0 ? Signal::forceful : Signal::graceful;
  const std::ptrdiff_t pid = given("pid");
  if (pid >= 0 && static_cast<std::size_t>(pid) + 1 < arguments.size()) {
    const Field& target = arguments[static_cast<std::size_t>(pid) + 1];
    emit_signal(command, signal, {target}, checked_values(target, environment), {}, environment, false);
  } else if (given("im") >= 0 || given("fi") >= 0) {
    emit_signal(command, signal, {}, Value::pid(Origin::searched), {}, environment, true);
  }
}

void ScriptLowering::signal_daemon(const Command& command, const ShellCommand& entry, std::span<const Field> arguments,
                                   Environment& environment) {
  const Options options = parse_options(entry, arguments, OptionOrder::permuted);
  if (options.has("help") || options.has("version") || options.has("status")) return;
  if (!options.has("stop")) {
    if (options.has("background") && !options.has("test")) let_go(command);
    return;
  }
  Signal signal = Signal::graceful;
  if (const Options::Option* option = options.find("signal"); option != nullptr && option->value)
    signal = signal_of(*option->value);
  if (options.has("test")) signal = Signal::none;
  const bool named = options.has("exec") || options.has("name") || options.has("user") || options.has("startas");
  const bool filed = options.has("pidfile");
  std::set<std::string> keys;
  for (const std::string_view option : {"pidfile", "exec", "name"}) {
    if (options.has(option) && options.find(option)->value)
      keys.insert(std::string(option) + options.find(option)->value->bytes());
  }
  const Origin origin = filed ? (named ? Origin::verified : Origin::pid_file) : Origin::searched;
  if (const Options::Option* pid = options.find("pid"); pid != nullptr && pid->value && !filed) {
    Field target;
    target.text = *pid->value;
    emit_signal(command, signal, {target}, checked_values(target, environment), std::move(keys), environment, false);
    return;
  }
  emit_signal(command, signal, {}, Value::pid(origin), std::move(keys), environment, origin == Origin::searched);
}

void ScriptLowering::signal_killproc(const Command& command, const ShellCommand& entry,
                                     std::span<const Field> arguments, Environment& environment) {
  std::optional<Text> named;
  const std::vector<Field> rest = without_signals(arguments, named);
  const Options options = parse_options(entry, rest, OptionOrder::permuted);
  const bool filed = options.has("pidfile");
  const bool program = !options.operands.empty();
  const Signal signal = named ? signal_of(*named) : Signal::graceful;
  const Origin origin = filed ? (program ? Origin::verified : Origin::pid_file) : Origin::searched;
  emit_signal(command, signal, {}, Value::pid(origin), name_keys(options, rest), environment, !filed);
}

}  // namespace procsafe::shell
