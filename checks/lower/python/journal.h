// What the interpreter saw: the operations and what else happened to processes, for the questions about paths.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
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
  bool dropped = false;     ///< no operation after all
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
    stored,   ///< in an attribute, a container or a global
    passed,   ///< to a function nobody knows
    started,  ///< an unstarted one began
  };
  Kind kind = Kind::polled;
  Node node;
  const Function* function = nullptr;
  std::vector<Ref> about;
};

struct Journal {
  std::map<NodeId, Draft> drafts;  ///< by the node of the operation
  std::vector<Draft> inner;        ///< operations inside strings
  std::vector<Event> events;
  std::map<NodeId, Ref> exceptions;  ///< what an except clause or `suppress(…)` catches
  std::map<NodeId, Ref> conditions;  ///< what conditions of branches and loops depend on
};

}  // namespace procsafe::python
