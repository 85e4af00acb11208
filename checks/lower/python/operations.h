// Calls of catalogued APIs, as operations.
#pragma once

#include <map>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "lower/lowering.h"
#include "lower/python/arguments.h"
#include "lower/python/commands.h"
#include "lower/python/journal.h"
#include "lower/python/names.h"
#include "lower/python/object.h"
#include "lower/python/program.h"
#include "lower/python/slots.h"
#include "lower/python/state.h"

namespace procsafe::python {

/// A context that bounds what runs inside: `async with asyncio.timeout(5)`.
struct Limit {
  Timeout timeout = Timeout::bounded;
  bool awaited_only = true;
};

/// Where an operation stands.
struct Context {
  const Function* function = nullptr;
  std::string_view symbol;
  State& state;
  std::span<const Limit> limits;
  bool recording = true;
};

/// What a spawn started, for questions asked where its handle is used.
struct Spawned {
  const Api* api = nullptr;
  Node call;
  bool tree = false;                       ///< a shell, make, npm: ending the leader leaves the rest
  bool own_session = false;                ///< the leader of a new session or group
  bool background_only = false;            ///< its shell returns at once
  bool piped = false;                      ///< its stdout or stderr is a pipe to us
  Origin output = Origin::not_applicable;  ///< of pids in what it prints
  Ref carried = nullptr;                   ///< its command, when a caller gives some of it (see Command::carried)
};

class Operations {
 public:
  Operations(const LowerInput& input, const Program& program, ObjectPool& pool, SlotStore& slots, NameTable& names,
             Journal& journal)
      : input_(input),
        program_(program),
        pool_(pool),
        slots_(slots),
        names_(names),
        journal_(journal),
        commands_(input, pool, slots) {}

  /// Writes down what the call does, if it does anything, and returns what it yields. `receiver` is the object of
  /// a method, or null.
  Ref perform(const Api& api, Ref receiver, const Arguments& arguments, Node call, const Context& context);
  /// What the command of the call does, without the call itself.
  Command lower_command(const Api& api, const Arguments& arguments, Node call, const Context& context);
  /// An API that is handed over as a value.
  void refer(Node node, const Api& api, const Context& context);
  /// `wait_for(awaitable, …)`: the waits the awaitable performs have this limit.
  void limit(Ref awaitable, Timeout timeout);
  /// A call of a function that runs the text it is given as parameter `index`: `value_of` gives what is handed over for
  /// the parameters it asks for.
  template <class ValueOf>
  void carry(const std::string& function, std::uint32_t index, Node argument, Node call, const Context& context,
             ValueOf value_of);
  Commands& commands() { return commands_; }
  void add_inner(std::vector<OperationFact> facts, Node call, const Function* function);
  /// `beyond`: it is stored where it outlives the function.
  void note(Event::Kind kind, Node node, Ref object, const Context& context, bool beyond = false);

  /// The roots of an object, and of what its slots hold.
  [[nodiscard]] std::vector<Ref> subjects(Ref object);
  [[nodiscard]] Timeout timeout_of(const Argument& where, const Arguments& arguments, const Api& api);
  [[nodiscard]] const Spawned* spawned(Ref handle) const;
  [[nodiscard]] const Spawned* spawned_at(NodeId call) const;
  [[nodiscard]] Origin output_of(Ref handle) const;
  /// What a process prints, when it is pids, or depends on the caller; else null.
  Ref printed_by(const Spawned& started);
  [[nodiscard]] const Location* place(Node node);

 private:
  Draft* draft(const Api& api, Ref receiver, const Arguments& arguments, Node call, const Context& context);
  void spawn(Draft& draft, const Arguments& arguments, const Command& command, const Context& context);
  void wait(Draft& draft, const Arguments& arguments, const Context& context);
  void signal(Draft& draft, const Arguments& arguments, const Context& context);
  Ref pid_of_folder(Ref descriptor);
  void mark_signal(Draft& draft, Signal signal, const Context& context);
  Ref yield(const Api& api, Ref receiver, const Arguments& arguments, Node call, const Context& context);
  Ref handle(const Api& api, Node call, Origin origin, Ref of);
  Ref handle_of_pid(const Api& api, const Arguments& arguments, Node call);
  Ref output(Node call, Ref receiver);
  void collect(Ref object, int depth, std::unordered_set<Ref>& seen, std::vector<Ref>& handles, std::vector<Ref>& pids);
  Ref related_process(Ref receiver, Node call, bool ancestor);

  void note_spawned(const Api& api, const Arguments& arguments, Node call, const Command& command);

  const LowerInput& input_;
  const Program& program_;
  ObjectPool& pool_;
  SlotStore& slots_;
  NameTable& names_;
  Journal& journal_;
  Commands commands_;
  std::map<NodeId, Spawned> spawned_;
  std::map<NodeId, const Location*> places_;
};

template <class ValueOf>
void Operations::carry(const std::string& function, std::uint32_t index, Node argument, Node call,
                       const Context& context, ValueOf value_of) {
  if (!context.recording) return;
  const Ref templates = commands_.templates(function, index);
  if (templates == nullptr) return;
  std::vector<OperationFact> found;
  for (const Ref one : ObjectPool::alternatives(templates)) {
    if (!one->is(Object::Kind::sequence) || one->elements.size() != 2) continue;
    const Ref filled = commands_.fill(one->elements.back(), call.range(), value_of);
    if (filled == nullptr) continue;
    for (const Ref command : ObjectPool::alternatives(filled))
      commands_.lower_filled(one, command, argument, {call, context.symbol}, found);
  }
  add_inner(std::move(found), call, context.function);
}

/// What the signal argument of a call sends.
[[nodiscard]] Signal signal_of(Ref object);
/// Is the value true, as far as it is a constant? Unknown values are neither.
[[nodiscard]] bool is_true(Ref object);
[[nodiscard]] bool is_false(Ref object);

}  // namespace procsafe::python
