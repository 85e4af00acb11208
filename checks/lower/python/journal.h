// What the interpreter saw: the operations and what else happened to processes, for the questions about paths.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/api.h"
#include "facts/file_facts.h"
#include "lower/python/object.h"
#include "lower/python/program.h"

namespace procsafe::python {

/// One operation, at the call (or loop, or class) that performs it.
struct Draft {
  Node node;
  const Api* api = nullptr;
  const Function* function = nullptr;  ///< the `def` or lambda around it; null at file level
  OperationFact fact;
  std::vector<Ref> about;   ///< the processes and pids it is about: roots, and the slots they came through
  Ref started = nullptr;    ///< the handle or pid a spawn yields
  Ref receiver = nullptr;   ///< of a method call
  std::uint16_t marks = 0;  ///< what had happened before to what it is about
  Flag check = Flag::no;    ///< of a spawn: a failing command raises
  bool may_check = false;   ///< `**options` may hold check=True
  bool timeout_given = false;
  bool dropped = false;  ///< no operation after all
};

/// What happened to a handle beside operations.
struct Event {
  enum class Kind : std::uint8_t {
    polled,
    read,     ///< a pipe of it was read
    reaped,   ///< waited for in a way that is no operation
    entered,  ///< by `with`
    stacked,  ///< given to an ExitStack
    returned,
    yielded,
    stored,     ///< in an attribute, a container or a global
    passed,     ///< to a function nobody knows
    started,    ///< an unstarted one began
    descended,  ///< its children were looked up
  };
  Kind kind = Kind::polled;
  Node node;
  const Function* function = nullptr;
  std::vector<Ref> about;  ///< whose handles these are
  std::vector<Ref> pids;   ///< whose pids these are, without the handle
  bool beyond = false;     ///< stored where it outlives the function
};

/// A call of a function of this file.
struct Call {
  Node node;
  const Function* caller = nullptr;
  const Function* callee = nullptr;
};

/// A `while` loop.
struct Loop {
  Node node;
  const Function* function = nullptr;
  bool limited = false;  ///< a timeout or alarm around it ends it
};

/// A function registered to run at exit or on a signal.
struct Handler {
  Node node;
  const Function* function = nullptr;  ///< that is registered, when it is known
  Ref signal = nullptr;                ///< null: at exit
};

/// An import of a module or function that starts processes.
struct Import {
  Node node;
  const Function* function = nullptr;
};

/// An API under a name of the module or of a class: `run = subprocess.run`.
struct Alias {
  Node node;  ///< the API
  std::string_view name;
};

struct Journal {
  std::map<NodeId, Draft> drafts;  ///< by the node of the operation
  std::vector<Draft> inner;        ///< operations inside strings
  std::vector<Event> events;
  std::vector<Call> calls;
  std::vector<Import> imports;
  std::vector<Alias> aliases;
  std::vector<std::pair<NodeId, Timeout>> limits;  ///< that hold for operations of other units
  bool reaps_all = false;                          ///< by a handler of SIGCHLD
  std::set<const Function*> any_waits;             ///< functions that wait for any child
  std::map<NodeId, Loop> loops;
  std::vector<Handler> handlers;
  std::map<NodeId, Ref> exceptions;  ///< what an except clause or `suppress(…)` catches
  std::map<NodeId, Ref> conditions;  ///< what conditions of branches and loops depend on

  /// Adds what another part of the file did.
  void merge(const Journal& other);
};

}  // namespace procsafe::python
