// The calls of a file and what each one calls.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lower/cpp/unit.h"

namespace procsafe::cpp {

class Values;

/// `f(x)`, `a.b(c)`, `new T(x)`, `T x(y)`, `T{x}`, a member initializer: something that calls or constructs.
struct Call {
  Syntax node;
  Syntax callee;    ///< the called expression or the constructed type
  Syntax receiver;  ///< the object of a method call; null for free functions and for methods of `*this`
  std::vector<Syntax> arguments;
  const Api* api = nullptr;
  Meaning meaning;
  /// The class of the catalogue whose method or constructor it is, or that it derives from.
  ClassName type;
  const Variable* constructed = nullptr;  ///< the variable a declaration constructs
  bool through_value = false;             ///< called through a variable, a cast, dlsym: arguments as written
  std::size_t first_argument = 0;         ///< arguments before it name the function: syscall(SYS_kill, …)
  SourceRange range;                      ///< in the file
  std::string what;                       ///< as the user writes it

  /// The argument an entry of the catalogue speaks of, or null.
  [[nodiscard]] Syntax argument(const Argument& which) const;
  [[nodiscard]] Syntax argument(std::size_t index) const {
    return first_argument + index < arguments.size() ? arguments[first_argument + index] : Syntax();
  }
  [[nodiscard]] std::size_t argument_count() const {
    return arguments.size() > first_argument ? arguments.size() - first_argument : 0;
  }
};

/// All calls of a file. Each is resolved when it is first asked for.
class CallTable {
 public:
  CallTable(const Unit& unit, const Values& values);

  /// The nodes that call something, in document order.
  [[nodiscard]] const std::vector<Syntax>& nodes() const { return nodes_; }
  /// The call at a node, or null when the node calls nothing.
  [[nodiscard]] const Call* find(Syntax node) const;

 private:
  [[nodiscard]] Call resolve(Syntax node) const;
  void resolve_call(Syntax node, Call& call) const;
  void resolve_method(Syntax callee, Call& call) const;
  void resolve_through_value(Syntax callee, Call& call) const;
  void resolve_construction(Syntax type, Call& call) const;
  void resolve_constructed_variable(const Variable& variable, Call& call) const;
  void resolve_system_call(Call& call) const;
  void describe(Call& call) const;
  void correct(Call& call) const;

  const Unit& unit_;
  const Values& values_;
  std::vector<Syntax> nodes_;
  std::map<NodeId, const Variable*> constructed_;
  struct Slot_ {
    bool busy = false;
    bool done = false;
    Call call;
  };
  mutable std::map<NodeId, Slot_> resolved_;
};

}  // namespace procsafe::cpp
