#include "lower/cpp/operations.h"

#include <algorithm>
#include <utility>

#include "lower/cpp/fork_paths.h"
#include "lower/cpp/lifetimes.h"
#include "lower/cpp/outcome.h"
#include "lower/cpp/paths.h"
#include "lower/cpp/verification.h"

namespace procsafe::cpp {

void OperationBuilder::run() {
  const Values::Decisive decisive(analysis_.values);
  for (const Syntax node : analysis_.calls.nodes()) {
    const Call* call = analysis_.calls.find(node);
    if (call != nullptr && call->api != nullptr && call->api->operation) lower_call(*call);
  }
}

void OperationBuilder::lower_call(const Call& call) {
  switch (*call.api->operation) {
    case Operation::spawn: return lower_spawn(call);
    case Operation::wait: return lower_wait(call);
    case Operation::signal: return lower_signal(call);
    default: return;
  }
}

OperationFact OperationBuilder::make_fact(const Call& call, Operation operation) const {
  OperationFact fact;
  fact.attributes.set(operation);
  fact.range = call.range;
  fact.what = call.what;
  fact.symbol = analysis_.unit.enclosing_symbol(call.node);
  if (const Expansion* expansion = analysis_.unit.map.expansion_at(call.callee.range().begin))
    fact.related.push_back({expansion->definition, "the macro " + expansion->name + " is defined here"});
  return fact;
}

bool OperationBuilder::has_flag(const Call& call, const std::vector<std::string>& names) const {
  const Syntax flags = call.argument(call.api->flags);
  if (!flags || names.empty()) return false;
  const auto number = analysis_.unit.constants.number(flags);
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    if (analysis_.unit.constants.mentions(flags, name)) return true;
    const auto bit = system_constant(name);
    if (!number || !bit) return false;
    return *bit == 0 ? *number == 0 : (*number & *bit) == *bit;
  });
}

Timeout OperationBuilder::timeout_of(const Call& call) const {
  const Api& api = *call.api;
  if (api.timeout_impossible) {
    const Syntax flags = call.argument(api.flags);
    if (flags && !api.nonblocking.empty() && !analysis_.unit.constants.number(flags)) return Timeout::unknown;
    return Timeout::impossible;
  }
  if (!api.timeout.given()) return Timeout::not_applicable;
  const Syntax argument = call.argument(api.timeout);
  if (!argument) return api.timeout_default ? Timeout::bounded : Timeout::absent;
  const auto number = analysis_.unit.constants.number(argument);
  if (number) {
    const auto& never = api.timeout_never;
    return std::find(never.begin(), never.end(), *number) != never.end() ? Timeout::none : Timeout::bounded;
  }
  for (const std::string_view for_ever : {"Forever", "kNoTimeout", "INFINITE", "infinite", "max"}) {
    if (analysis_.unit.constants.mentions(argument, for_ever)) return Timeout::none;
  }
  return argument.is(Kind::identifier) ? Timeout::unknown : Timeout::bounded;
}

std::vector<Text> OperationBuilder::argument_vector(const Call& call) const {
  const Api& api = *call.api;
  std::vector<Text> argv;
  const Syntax first = call.argument(api.command);
  if (api.command_style == CommandStyle::variadic) {
    for (std::size_t i = *api.command.index; call.argument(i); ++i) {
      const Syntax argument = strip_casts(call.argument(i));
      if (argument.is(Kind::null) || analysis_.unit.constants.number(argument) == 0) break;
      for (Text& text :
           argument.is(Kind::initializer_list) ? analysis_.texts.elements_of(argument) : analysis_.texts.of(argument)) {
        argv.push_back(std::move(text));
        if (!argument.is(Kind::initializer_list)) break;
      }
    }
  } else if (first) {
    argv = analysis_.texts.elements_of(first);
  }
  const Syntax program = call.argument(api.program);
  if (!program || program.is(Kind::null)) return argv;
  std::vector<Text> names = analysis_.texts.of(program);
  if (names.empty()) return argv;
  const bool repeats = !api.has_trait("arguments-only");
  if (repeats && !argv.empty() && !(argv.size() == 1 && argv.front().is_hole())) {
    // What is run is the program; what it is told its name is may be anything (busybox).
    if (!names.front().is_hole()) argv.front() = std::move(names.front());
    return argv;
  }
  argv.insert(argv.begin(), std::move(names.front()));
  return argv;
}

OperationBuilder::Command OperationBuilder::lower_command(const Call& call, bool bounded) {
  const Api& api = *call.api;
  Command command;
  if (!api.command.given() && !api.program.given()) return command;
  ShellContext context{analysis_.unit.input.file.path,
                       analysis_.unit.enclosing_symbol(call.node),
                       bounded,
                       {},
                       &analysis_.unit.input.names};
  context.related.push_back({{analysis_.unit.input.file.path, call.range}, "it is started by " + call.what});
  const EmbeddedShell& shell = analysis_.unit.input.shell;
  const Syntax argument = call.argument(api.command);
  const bool alone = api.has_trait("line-if-alone") && (api.program.given() ? !argument : call.argument_count() == 1);
  const bool text = api.command_style == CommandStyle::shell || api.command_style == CommandStyle::line || alone;
  if (text) {
    const Syntax line = argument ? argument : call.argument(api.program);
    bool all_background = true;
    for (const Text& script : analysis_.texts.of(line)) {
      const ShellSummary summary = shell.lower_script(script, context, facts_);
      all_background = all_background && summary.background_only;
      command.tree = command.tree || summary.tree;
      command.known = true;
    }
    command.background = command.known && all_background && api.command_style == CommandStyle::shell;
    return command;
  }
  const std::vector<Text> argv = argument_vector(call);
  if (argv.empty()) return command;
  const ShellSummary summary = shell.lower_argv(argv, context, facts_);
  command.known = true;
  command.tree = summary.tree;
  return command;
}

void OperationBuilder::lower_spawn(const Call& call) {
  const Api& api = *call.api;
  // `system(NULL)` asks whether there is a shell.
  const Syntax command_line = strip_casts(call.argument(api.command));
  const bool text = api.command_style == CommandStyle::shell;
  if (text && (command_line.is(Kind::null) || analysis_.unit.constants.number(command_line) == 0)) return;
  OperationFact fact = make_fact(call, Operation::spawn);
  bool blocking = api.blocking || has_flag(call, api.blocking_when);
  const Timeout timeout = blocking ? timeout_of(call) : Timeout::not_applicable;
  const Command command = lower_command(call, true);
  if (command.background) blocking = false;
  // One process, one finding: an exec belongs to the fork that reaches it (S1).
  if (api.has_trait("exec") && reached_by_fork(call, analysis_)) return;
  fact.attributes.set(Attribute::blocking, blocking);
  fact.attributes.set(blocking ? timeout : Timeout::not_applicable);
  const bool let_go = command.background || has_flag(call, api.detaching) || lets_child_go(call, analysis_);
  if (command.background) {
    // What runs in the background is reported inside the text (T4).
  } else if (let_go || api.lifetime != Lifetime::not_applicable) {
    fact.attributes.set(let_go ? Lifetime::untracked : api.lifetime);
  } else if (!blocking) {
    const Ownership ownership = ownership_of(call, analysis_);
    fact.attributes.set(ownership.lifetime);
    fact.attributes.set(Attribute::reaped, ownership.reaped);
  }
  fact.attributes.set(Attribute::leader_only, command.tree && blocking && timeout == Timeout::bounded);
  if (api.blocking && api.returns == "status") fact.attributes.set(outcome_of(call, analysis_));
  facts_.operations.push_back(std::move(fact));
}

void OperationBuilder::lower_wait(const Call& call) {
  const Api& api = *call.api;
  if (has_flag(call, api.nonblocking)) return;
  if (api.has_trait("process-handle") && !is_process_handle(call.argument(api.target), analysis_)) return;
  OperationFact fact = make_fact(call, Operation::wait);
  fact.attributes.set(Attribute::blocking, true);
  fact.attributes.set(timeout_of(call));
  fact.target = target_of(call);
  const bool after_signal = signalled_before(call, false);
  if (api.has_trait("status")) fact.attributes.set(after_signal ? Outcome::dropped : outcome_of(call, analysis_));
  fact.attributes.set(Attribute::leaves_child, !after_signal && leaves_child(call, analysis_));
  facts_.operations.push_back(std::move(fact));
}

Signal OperationBuilder::signal_of(const Call& call) const {
  if (!call.api->fixed_signal.empty()) return classify_signal(call.api->fixed_signal);
  const Syntax argument = call.argument(call.api->signal);
  if (!argument) return call.api->signal.given() ? Signal::graceful : Signal::unknown;
  const ValueSet values = analysis_.values.resolved(analysis_.values.of(argument));
  std::optional<Signal> found;
  for (const Value& value : values) {
    const Signal signal = value.kind == Value::Kind::number ? classify_signal(value.number)
                          : value.kind == Value::Kind::none ? Signal::none
                                                            : Signal::unknown;
    if (found && *found != signal) return Signal::unknown;
    found = signal;
  }
  return found.value_or(Signal::unknown);
}

ValueSet OperationBuilder::target_of(const Call& call) const {
  const Api& api = *call.api;
  if (api.target.given()) return analysis_.values.of(call.argument(api.target));
  if (call.receiver) {
    const ValueSet values = analysis_.values.of(call.receiver);
    for (const Value& value : values) {
      if (value.kind == Value::Kind::pid || value.kind == Value::Kind::process) return values;
    }
  }
  if (call.type.api != nullptr) return Value::process(call.type.api->name, call.type.api->origin);
  return {};
}

void OperationBuilder::lower_signal(const Call& call) {
  OperationFact fact = make_fact(call, Operation::signal);
  const Signal signal = signal_of(call);
  fact.attributes.set(signal);
  fact.target = target_of(call);
  if (call.api->origin != Origin::not_applicable) fact.attributes.set(call.api->origin);
  if (target_origin(analysis_.values.resolved(fact.target)) == Origin::pid_file && verified_before(call, analysis_))
    fact.attributes.set(Origin::verified);
  fact.attributes.set(Attribute::preceded, signal == Signal::forceful && signalled_before(call, true));
  facts_.operations.push_back(std::move(fact));
}

bool OperationBuilder::signalled_before(const Call& call, bool gracefully) const {
  const Api& api = *call.api;
  const auto target_node = [](const Call& one) {
    const Syntax target = one.api->target.given() ? one.argument(one.api->target) : one.receiver;
    Syntax plain = strip_casts(target);
    if (plain.is(Kind::unary)) plain = strip_casts(plain.field(Role::argument));
    return plain;
  };
  const Syntax target = target_node(call);
  if (!target && api.target.given()) return false;
  const Place place = analysis_.definitions.place_of(target);
  const Syntax function = enclosing_callable(call.node);
  for (const Syntax node : analysis_.calls.nodes()) {
    if (!function.contains(node) || node == call.node) continue;
    const Call* other = analysis_.calls.find(node);
    if (other == nullptr || other->api == nullptr || other->api->operation != Operation::signal) continue;
    const bool before =
        node.id() < call.node.id() || common_ancestor(enclosing_loop(call.node), node) == enclosing_loop(call.node);
    // Cases of one `switch` are steps that its caller takes one after the other.
    const bool step = gracefully && node.enclosing(Kind::switch_statement) &&
                      node.enclosing(Kind::switch_statement) == call.node.enclosing(Kind::switch_statement);
    if (!step && (!before || exclusive(node, call.node))) continue;
    const Place other_place = analysis_.definitions.place_of(target_node(*other));
    const bool same = place.valid() ? place == other_place : target_node(*other).text() == target.text();
    if (!same) continue;
    const Signal signal = signal_of(*other);
    // A signal that the caller chooses is the graceful step before force.
    if (signal == Signal::graceful || signal == Signal::unknown || (!gracefully && signal != Signal::none)) return true;
  }
  return false;
}

}  // namespace procsafe::cpp
