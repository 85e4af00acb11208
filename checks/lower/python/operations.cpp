#include "lower/python/operations.h"

#include <algorithm>

#include "lower/python/strings.h"

namespace procsafe::python {
namespace {

bool is_pipe(Ref value) { return value != nullptr && mentions(value, "subprocess.PIPE"); }

/// Flags that programs write as numbers, too: the values of Microsoft's and Linux' headers.
std::int64_t number_of_flag(std::string_view flag) {
  if (flag == "subprocess.DETACHED_PROCESS") return 0x8;
  if (flag == "os.WNOHANG") return 0x1;
  return 0;
}

bool has_bits(Ref value, std::int64_t bits) {
  if (value->is(Object::Kind::number)) return (value->number & bits) != 0;
  if (!value->is(Object::Kind::choice) && !value->is(Object::Kind::tagged)) return false;
  return std::any_of(value->elements.begin(), value->elements.end(), [&](Ref part) { return has_bits(part, bits); });
}

bool is_flag_given(const std::vector<std::string>& flags, Ref value) {
  return value != nullptr && std::any_of(flags.begin(), flags.end(), [&](const std::string& flag) {
           return mentions(value, flag) || has_bits(value, number_of_flag(flag));
         });
}

Timeout timeout_of_value(Ref value, const Api& api) {
  switch (value->kind) {
    case Object::Kind::none: return Timeout::none;
    case Object::Kind::real: return value->number == 1 ? Timeout::none : Timeout::bounded;
    case Object::Kind::number: {
      const auto& never = api.timeout_never;
      return std::find(never.begin(), never.end(), value->number) != never.end() ? Timeout::none : Timeout::bounded;
    }
    case Object::Kind::name: return value->name == "math.inf" ? Timeout::none : Timeout::unknown;
    default: return Timeout::unknown;
  }
}

Signal signal_of_one(Ref object) {
  if (object->is(Object::Kind::number)) return classify_signal(object->number);
  std::string_view name;
  if (object->is(Object::Kind::text)) name = object->text->bytes();
  if (object->is(Object::Kind::name)) name = object->name;
  if (name.empty()) return Signal::unknown;
  if (name.ends_with(".value")) name.remove_suffix(6);
  if (const std::size_t dot = name.rfind('.'); dot != std::string_view::npos) name = name.substr(dot + 1);
  // The console events of Windows can be handled (O9).
  if (name == "CTRL_C_EVENT" || name == "CTRL_BREAK_EVENT") return Signal::graceful;
  return classify_signal(name);
}

}  // namespace

Signal signal_of(Ref object) {
  std::optional<Signal> all;
  for (const Ref one : ObjectPool::alternatives(object)) {
    const Signal signal = signal_of_one(one);
    if (all && *all != signal) return Signal::unknown;
    all = signal;
  }
  return all.value_or(Signal::unknown);
}

bool is_true(Ref object) {
  return (object->is(Object::Kind::number) && object->number != 0) ||
         (object->is(Object::Kind::text) && !object->text->empty());
}

bool is_false(Ref object) {
  return object->is(Object::Kind::none) || (object->is(Object::Kind::number) && object->number == 0);
}

const Location* Operations::place(Node node) {
  const auto [found, added] = places_.try_emplace(node.id(), nullptr);
  if (added) found->second = pool_.keep({input_.file.path, node.range()});
  return found->second;
}

const Spawned* Operations::spawned_at(NodeId call) const {
  const auto found = spawned_.find(call);
  return call == no_node || found == spawned_.end() ? nullptr : &found->second;
}

const Spawned* Operations::spawned(Ref handle) const { return spawned_at(root_of(handle)->site); }

Origin Operations::output_of(Ref handle) const {
  const Spawned* started = spawned(handle);
  return started == nullptr ? Origin::not_applicable : started->output;
}

std::vector<Ref> Operations::subjects(Ref object) {
  std::vector<Ref> roots;
  const auto add = [&](Ref one) {
    const Ref root = root_of(one);
    if (std::find(roots.begin(), roots.end(), root) == roots.end()) roots.push_back(root);
    return root;
  };
  for (const Ref one : ObjectPool::alternatives(object)) {
    if (one->is(Object::Kind::none) || one->is(Object::Kind::number)) continue;
    const Ref root = add(one);
    if (!root->is(Object::Kind::slot)) continue;
    for (const Ref held : ObjectPool::alternatives(slots_.read(root))) {
      if (!held->is(Object::Kind::none) && !held->is(Object::Kind::number)) add(held);
    }
  }
  return roots;
}

Timeout Operations::timeout_of(const Argument& where, const Arguments& arguments, const Api& api) {
  const Ref value = arguments.find(where);
  if (value == nullptr) {
    if (arguments.may_hold(where)) return Timeout::unknown;
    return api.timeout_default ? Timeout::bounded : Timeout::absent;
  }
  std::optional<Timeout> all;
  for (const Ref one : ObjectPool::alternatives(value)) {
    const Timeout timeout = timeout_of_value(one, api);
    if (all && *all != timeout) return Timeout::unknown;
    all = timeout;
  }
  return all.value_or(Timeout::unknown);
}

void Operations::note(Event::Kind kind, Node node, Ref object, const Context& context, bool beyond) {
  if (!context.recording) return;
  Event event{kind, node, context.function, {}, {}, beyond};
  std::unordered_set<Ref> seen;
  collect(object, 0, seen, event.about, event.pids);
  // Who was given only the pid, cannot wait for the process through the handle.
  if (kind == Event::Kind::passed) std::erase_if(event.about, [](Ref root) { return root->is(Object::Kind::pid); });
  if (!event.about.empty() || !event.pids.empty()) journal_.events.push_back(std::move(event));
}

/// The handles in an object, and the pids of others, also inside containers.
void Operations::collect(Ref object, int depth, std::unordered_set<Ref>& seen, std::vector<Ref>& handles,
                         std::vector<Ref>& pids) {
  for (const Ref one : ObjectPool::alternatives(object)) {
    if (!seen.insert(one).second) continue;
    if ((one->is(Object::Kind::sequence) || one->is(Object::Kind::mapping)) && depth < 3) {
      for (const Ref element : one->elements) collect(element, depth + 1, seen, handles, pids);
      continue;
    }
    if (one->is(Object::Kind::text) || one->is(Object::Kind::real)) continue;  // tables of constants can be large
    const bool pid_only = one->is(Object::Kind::pid) && root_of(one)->is(Object::Kind::process);
    const std::vector<Ref> roots = subjects(one);
    std::vector<Ref>& into = pid_only ? pids : handles;
    into.insert(into.end(), roots.begin(), roots.end());
  }
}

void Operations::refer(Node node, const Api& api, const Context& context) {
  if (!context.recording || api.operation != Operation::spawn) return;
  Draft draft;
  draft.node = node;
  draft.api = &api;
  draft.function = context.function;
  draft.fact.attributes.set(Operation::spawn);
  draft.fact.attributes.set(Form::reference);
  draft.fact.attributes.set(Attribute::sanctioned, api.has_trait("sanctioned"));
  draft.fact.attributes.set(Attribute::reaped, true);
  draft.fact.range = node.range();
  draft.fact.what = std::string(node.text());
  draft.fact.symbol = std::string(context.symbol);
  journal_.drafts.insert_or_assign(node.id(), std::move(draft));
}

void Operations::limit(Ref awaitable, Timeout timeout) {
  for (const Ref one : ObjectPool::alternatives(awaitable)) {
    if (one->is(Object::Kind::sequence)) {
      for (const Ref inner : one->elements) limit(inner, timeout);
    }
    if (!one->is(Object::Kind::tagged) || (one->tags & tag_awaitable) == 0) continue;
    journal_.limits.emplace_back(static_cast<NodeId>(one->number), timeout);
  }
}

Draft* Operations::draft(const Api& api, Ref receiver, const Arguments& arguments, Node call, const Context& context) {
  if (!context.recording || !api.operation) return nullptr;
  const Operation operation = *api.operation;
  if (operation == Operation::search) return nullptr;
  if (api.has_trait("replaces") && context.state.in_forked_child) return nullptr;
  Draft draft;
  draft.node = call;
  draft.api = &api;
  draft.function = context.function;
  draft.receiver = receiver;
  draft.fact.attributes.set(operation);
  draft.fact.range = call.range();
  draft.fact.what = std::string(call.field(Field::function).text());
  draft.fact.symbol = std::string(context.symbol);
  const Ref target = arguments.find(api.target);
  if (const Ref about = target != nullptr ? target : receiver; about != nullptr) draft.about = subjects(about);
  for (const Ref root : draft.about) draft.marks = static_cast<std::uint16_t>(draft.marks | context.state.marks(root));
  const auto [found, added] = journal_.drafts.insert_or_assign(call.id(), std::move(draft));
  return &found->second;
}

Ref Operations::perform(const Api& api, Ref receiver, const Arguments& arguments, Node call, const Context& context) {
  const Command command = lower_command(api, arguments, call, context);
  if (api.operation == Operation::spawn || command.known) note_spawned(api, arguments, call, command);
  if (Draft* made = draft(api, receiver, arguments, call, context)) {
    switch (*api.operation) {
      case Operation::spawn: spawn(*made, arguments, command, context); break;
      case Operation::wait: wait(*made, arguments, context); break;
      case Operation::signal: signal(*made, arguments, context); break;
      default: break;
    }
  }
  if (api.returns == "state" && receiver != nullptr) note(Event::Kind::polled, call, receiver, context);
  if (api.has_trait("reaps") && receiver != nullptr) note(Event::Kind::reaped, call, receiver, context);
  const Ref yielded = yield(api, receiver, arguments, call, context);
  if (const auto found = journal_.drafts.find(call.id()); found != journal_.drafts.end()) {
    if (*api.operation == Operation::spawn && found->second.started == nullptr) found->second.started = yielded;
  }
  if (!api.has_trait("awaited")) return yielded;
  return pool_.awaitable(yielded, call.id());
}

void Operations::spawn(Draft& draft, const Arguments& arguments, const Command& command, const Context& context) {
  const Api& api = *draft.api;
  AttributeSet& attributes = draft.fact.attributes;
  attributes.set(Attribute::sanctioned, api.has_trait("sanctioned"));
  attributes.set(Attribute::reaped, true);
  attributes.set(api.lifetime);
  bool blocking = api.blocking;
  const Ref flags = arguments.find(api.flags);
  if (!api.blocking_when.empty()) blocking = is_flag_given(api.blocking_when, flags);
  if (is_flag_given(api.detaching, flags)) attributes.set(Lifetime::untracked);
  if (command.known && command.summary.background_only) blocking = false;
  attributes.set(Attribute::blocking, blocking);
  if (blocking) {
    Timeout timeout = api.timeout_impossible ? Timeout::impossible : timeout_of(api.timeout, arguments, api);
    const bool awaited = api.has_trait("awaited");
    for (const Limit& limit : context.limits) {
      if (!limit.awaited_only || awaited) timeout = limit.timeout;
    }
    attributes.set(timeout);
    attributes.set(Attribute::in_async, !awaited && context.function != nullptr && context.function->is_async);
  }
  const Ref check = arguments.find(api.check);
  draft.check = check != nullptr && !is_false(check) ? Flag::yes : Flag::no;
  draft.may_check = arguments.may_hold(api.check);
  if (command.known && command.summary.background_only) attributes.set(Timeout::not_applicable);
  const Arguments::Keyword* preexec = arguments.named("preexec_fn");
  attributes.set(Attribute::preexec, preexec != nullptr && !is_false(preexec->value));
  // Whatever the shell started lives on when its time is over (T6).
  attributes.set(Attribute::leader_only,
                 api.blocking && command.shell && timeout_of(api.timeout, arguments, api) == Timeout::bounded);
  if (api.has_trait("starts")) {
    draft.started = draft.receiver;
    note(Event::Kind::started, draft.node, draft.receiver, context);
  }
}

void Operations::wait(Draft& draft, const Arguments& arguments, const Context& context) {
  const Api& api = *draft.api;
  AttributeSet& attributes = draft.fact.attributes;
  if (is_flag_given(api.nonblocking, arguments.find(api.flags))) {
    draft.dropped = true;
    const Ref any = arguments.find(api.target);
    if (any == nullptr || any->is(Object::Kind::number)) journal_.any_waits.insert(context.function);
    if (const Ref target = arguments.find(api.target)) note(Event::Kind::polled, draft.node, target, context);
    return;
  }
  Timeout timeout = api.timeout_impossible ? Timeout::impossible : timeout_of(api.timeout, arguments, api);
  const bool awaited = api.has_trait("awaited");
  for (const Limit& limit : context.limits) {
    if (!limit.awaited_only || awaited) timeout = limit.timeout;
  }
  // Unknown flags may hold WNOHANG.
  const Ref flags = arguments.find(api.flags);
  if (flags != nullptr && !flags->is(Object::Kind::number) && !flags->is(Object::Kind::name) &&
      !flags->is(Object::Kind::tagged))
    timeout = Timeout::unknown;
  if ((draft.marks & mark_timer) != 0) timeout = Timeout::bounded;
  draft.timeout_given = arguments.find(api.timeout) != nullptr;
  attributes.set(timeout);
  attributes.set(Attribute::blocking, true);
  attributes.set(Attribute::in_async, !awaited && context.function != nullptr && context.function->is_async);
  const bool drains = api.has_trait("drains");
  for (const Ref root : draft.about)
    context.state.mark(root, drains ? std::uint16_t(mark_reaped | mark_read) : std::uint16_t(mark_reaped));
  const Ref any = arguments.find(api.target);
  if (api.has_trait("any-child") || (any != nullptr && any->is(Object::Kind::number)))
    journal_.any_waits.insert(context.function);
}

void Operations::signal(Draft& draft, const Arguments& arguments, const Context& context) {
  const Api& api = *draft.api;
  Signal signal = Signal::unknown;
  if (!api.fixed_signal.empty()) {
    signal = classify_signal(api.fixed_signal);
  } else if (const Ref value = arguments.find(api.signal)) {
    signal = signal_of(slots_.resolve_fields(value));
  }
  draft.fact.attributes.set(signal);
  const Ref target = arguments.find(api.target);
  const Ref to = target != nullptr ? pid_of_folder(target) : draft.receiver;
  if (to != nullptr) {
    ValueSet values = slots_.to_values(to);
    // A handle on which a method was called is there; what else the variable may hold is not signalled.
    draft.fact.target = std::move(values);
  }
  if (draft.fact.target.empty()) draft.fact.target.insert(Value::unknown());
  mark_signal(draft, signal, context);
}

/// Of a descriptor of /proc/<pid>, which serves as the pidfd of that process; else the object itself.
Ref Operations::pid_of_folder(Ref descriptor) {
  constexpr std::string_view kFolder = "/proc/";
  const bool file = descriptor->is(Object::Kind::tagged) && (descriptor->tags & tag_file) != 0;
  if (!file || descriptor->of == nullptr || !descriptor->of->is(Object::Kind::text)) return descriptor;
  const Text& path = *descriptor->of->text;
  if (path.bytes() == "/proc/self") return pool_.pid(Origin::self, no_node, nullptr, nullptr);
  const bool of_pid = path.bytes().starts_with(kFolder) && descriptor->of->elements.size() == 1 &&
                      path.substr(kFolder.size(), path.bytes().size()).is_hole();
  return of_pid ? descriptor->of->elements.front() : descriptor;
}

void Operations::mark_signal(Draft& draft, Signal signal, const Context& context) {
  if ((draft.marks & mark_own_group) != 0) draft.fact.attributes.set(Origin::own_group);
  const bool from_file = std::any_of(draft.about.begin(), draft.about.end(), [](Ref root) {
    return root->is(Object::Kind::pid) && root->origin == Origin::pid_file;
  });
  if (from_file && ((draft.marks & mark_verified) != 0 || context.state.lock_tested))
    draft.fact.attributes.set(Origin::verified);
  draft.fact.attributes.set(Attribute::preceded, (draft.marks & mark_asked_to_end) != 0);
  std::uint16_t mark = 0;
  if (signal == Signal::graceful) mark = mark_asked_to_end;
  if (signal == Signal::forceful) mark = mark_killed;
  if (signal == Signal::unknown) mark = mark_asked_to_end;
  for (const Ref root : draft.about) context.state.mark(root, mark);
}

Command Operations::lower_command(const Api& api, const Arguments& arguments, Node call, const Context& context) {
  if (api.command_style == CommandStyle::none || !context.recording) return {};
  std::vector<OperationFact> found;
  const Command command = commands_.lower(api, arguments, {call, context.symbol}, found);
  add_inner(std::move(found), call, context.function);
  return command;
}

void Operations::add_inner(std::vector<OperationFact> facts, Node call, const Function* function) {
  for (OperationFact& fact : facts) {
    Draft draft;
    draft.node = call;
    draft.function = function;
    draft.fact = std::move(fact);
    journal_.inner.push_back(std::move(draft));
  }
}

void Operations::note_spawned(const Api& api, const Arguments& arguments, Node call, const Command& command) {
  Spawned& started = spawned_[call.id()];
  started.api = &api;
  started.call = call;
  const auto flag = [&](std::string_view name) {
    const Arguments::Keyword* keyword = arguments.named(name);
    return keyword != nullptr && !is_false(keyword->value);
  };
  if (command.known) {
    started.background_only = command.summary.background_only;
    started.tree = command.summary.tree || command.shell;
    started.output = command.summary.output;
    started.carried = command.carried;
  }
  // A filter prints of what it reads.
  if (const Arguments::Keyword* in = arguments.named("stdin")) {
    for (const Ref one : ObjectPool::alternatives(in->value)) {
      if (one->is(Object::Kind::tagged) && (one->tags & tag_file) != 0 && one->of != nullptr &&
          one->of->is(Object::Kind::process))
        started.output = worse(started.output, output_of(one->of));
    }
  }
  const Arguments::Keyword* preexec = arguments.named("preexec_fn");
  started.own_session =
      command.nohup || flag("start_new_session") || flag("process_group") ||
      (preexec != nullptr && (mentions(preexec->value, "os.setsid") || mentions(preexec->value, "os.setpgrp") ||
                              preexec->node.text().find("set") != std::string_view::npos));
  const Arguments::Keyword* out = arguments.named("stdout");
  const Arguments::Keyword* err = arguments.named("stderr");
  started.piped = (out != nullptr && is_pipe(out->value)) || (err != nullptr && is_pipe(err->value));
}

}  // namespace procsafe::python
