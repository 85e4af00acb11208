// What a call of a catalogued API yields.
#include "lower/python/operations.h"

namespace procsafe::python {
namespace {

Origin origin_of(const Api& api, const ApiCatalog& catalog, std::string_view type_name) {
  if (api.origin != Origin::not_applicable) return api.origin;
  const ApiType* type = catalog.find_type(type_name);
  return type != nullptr ? type->origin : Origin::child;
}

}  // namespace

Ref Operations::handle(const Api& api, Node call, Origin origin, Ref of) {
  const std::string_view type = api.type.empty() ? std::string_view(api.name) : std::string_view(api.type);
  return pool_.process(type, origin, call.id(), of, place(call));
}

/// `psutil.Process(pid)`: as good or bad as its pid.
Ref Operations::handle_of_pid(const Api& api, const Arguments& arguments, Node call) {
  const Ref pids = arguments.find(api.passes);
  if (pids == nullptr) return handle(api, call, arguments.more_positional ? Origin::unknown : Origin::self, nullptr);
  std::vector<Ref> handles;
  for (const Ref pid : ObjectPool::alternatives(pids)) {
    switch (pid->kind) {
      case Object::Kind::none: handles.push_back(handle(api, call, Origin::self, nullptr)); break;
      case Object::Kind::number: handles.push_back(handle(api, call, Origin::literal, nullptr)); break;
      case Object::Kind::pid:
      case Object::Kind::process: handles.push_back(handle(api, call, pid->origin, pid)); break;
      case Object::Kind::slot: handles.push_back(handle(api, call, Origin::parameter, pid)); break;
      default: handles.push_back(handle(api, call, Origin::unknown, pid)); break;
    }
  }
  return pool_.choice(std::move(handles));
}

Ref Operations::printed_by(const Spawned& started) {
  if (started.output == Origin::searched || started.output == Origin::pid_file)
    return pool_.pid(started.output, started.call.id(), nullptr, place(started.call));
  return started.carried != nullptr ? pool_.tagged(tag_output, {}, started.carried) : nullptr;
}

/// The output of a command: pids when the command searches for some, or prints a pid file.
Ref Operations::output(Node call, Ref receiver) {
  std::vector<Ref> texts;
  const auto add = [&](const Spawned& started) {
    if (const Ref printed = printed_by(started)) texts.push_back(printed);
  };
  if (receiver == nullptr) {
    if (const Spawned* started = spawned_at(call.id())) add(*started);
  } else {
    for (const Ref one : ObjectPool::alternatives(slots_.resolve(receiver))) {
      if (const Spawned* started = spawned(one)) add(*started);
    }
  }
  return texts.empty() ? pool_.unknown_at(call.id()) : pool_.choice(std::move(texts));
}

/// `process.children()`, `process.parent()` (O4, O9).
Ref Operations::related_process(Ref receiver, Node call, bool ancestor) {
  std::vector<Ref> processes;
  for (const Ref one : ObjectPool::alternatives(slots_.resolve(receiver))) {
    if (!one->is(Object::Kind::process)) continue;
    Origin origin = one->origin;
    if (ancestor) {
      origin = origin == Origin::self ? Origin::parent : Origin::unknown;
      processes.push_back(pool_.process("psutil.Process", origin, call.id(), nullptr, place(call)));
      continue;
    }
    if (origin == Origin::self) origin = Origin::child;
    // Children are other processes than their parent, but as good or bad as it; of a parameter as its callers say.
    const Ref root = root_of(one);
    const bool symbolic = origin == Origin::parameter && root->is(Object::Kind::slot);
    processes.push_back(pool_.process("psutil.Process", origin, call.id(), symbolic ? root : nullptr, place(call)));
  }
  return processes.empty() ? pool_.unknown_at(call.id()) : pool_.choice(std::move(processes));
}

Ref Operations::yield(const Api& api, Ref receiver, const Arguments& arguments, Node call, const Context& context) {
  const std::string& kind = api.returns;
  const Ref passed = arguments.find(api.passes);
  const Ref unknown = pool_.unknown_at(call.id());
  if (kind == "process") {
    const std::string_view type = api.type.empty() ? std::string_view(api.name) : std::string_view(api.type);
    return handle(api, call, origin_of(api, input_.catalog.python(), type), nullptr);
  }
  if (kind == "handle-of") return handle_of_pid(api, arguments, call);
  if (kind == "result")
    return pool_.process("subprocess.CompletedProcess", Origin::not_applicable, call.id(), nullptr, place(call));
  if (kind == "instance") return pool_.instance(api.type);
  if (kind == "pid") {
    if (api.has_trait("of-receiver") && receiver != nullptr)
      return pool_.pid(Origin::child, call.id(), root_of(receiver), place(call));
    return pool_.pid(api.origin, call.id(), nullptr, place(call));
  }
  if (kind == "pid-pair")
    return pool_.sequence({pool_.pid(api.origin, call.id(), nullptr, place(call)), unknown}, false);
  if (kind == "pid-status") {
    const Ref target = arguments.find(api.target);
    // Whether some child has ended is no state of a process: loops that reap all that have wait for none (T2).
    if (target != nullptr && target->is(Object::Kind::number)) return pool_.sequence({unknown, unknown}, false);
    const Ref waited = target != nullptr ? target : unknown;
    const Ref state = pool_.tagged(tag_poll, subjects(waited));
    return pool_.sequence({state, state}, false);
  }
  if (kind == "group" && passed != nullptr) {
    std::vector<Ref> groups;
    for (const Ref one : ObjectPool::alternatives(passed)) {
      if (one->is(Object::Kind::number) && one->number == 0) {
        groups.push_back(pool_.pid(Origin::own_group, call.id(), nullptr, place(call)));
      } else if (one->is(Object::Kind::pid) && one->origin == Origin::self) {
        groups.push_back(pool_.pid(Origin::own_group, call.id(), nullptr, place(call)));
      } else {
        groups.push_back(one);
      }
    }
    return pool_.choice(std::move(groups));
  }
  if (kind == "output") return output(call, api.operation == Operation::spawn ? nullptr : receiver);
  if (kind == "output-pair") return pool_.sequence({output(call, receiver), unknown}, false);
  if (kind == "status-output") return pool_.sequence({unknown, output(call, nullptr)}, false);
  if (kind == "transport-pair") {
    const Ref transport = handle(api, call, Origin::child, nullptr);
    return pool_.sequence({transport, unknown}, false);
  }
  if (kind == "handles") {
    const Ref pid = pool_.pid(api.origin, call.id(), nullptr, place(call));
    return pool_.sequence({pid, unknown, pid, unknown}, false);
  }
  if (kind == "state") {
    const Ref about = receiver != nullptr ? receiver : passed != nullptr ? passed : unknown;
    for (const Ref root : subjects(about)) context.state.mark(root, mark_alive_checked);
    return pool_.tagged(tag_poll, subjects(about));
  }
  if (kind == "identity" && receiver != nullptr) return pool_.tagged(tag_identity, subjects(receiver));
  if (kind == "descendants" && receiver != nullptr) {
    note(Event::Kind::descended, call, receiver, context);
    return related_process(receiver, call, false);
  }
  if (kind == "ancestor" && receiver != nullptr) return related_process(receiver, call, true);
  if (kind == "same") {
    if (passed == nullptr) return unknown;
    if (api.timeout.given()) {
      const Timeout timeout = timeout_of(api.timeout, arguments, api);
      if (timeout != Timeout::absent || !api.has_trait("may-limit")) limit(passed, timeout);
    }
    return passed;
  }
  if (kind == "pair-of-same" && passed != nullptr) return pool_.sequence({passed, passed}, false);
  if (kind == "clock") return pool_.tagged(tag_clock, {});
  if (kind == "lock") context.state.lock_tested = true;
  if (kind == "never") context.state.ended = true;
  return unknown;
}

}  // namespace procsafe::python
