// Which process runs a piece of code behind a fork.
#pragma once

#include <cstdint>

#include "lower/cpp/analysis.h"

namespace procsafe::cpp {

/// The processes that may reach a place: the parent, the child, and the parent whose call failed.
struct Sides {
  bool parent = true;
  bool child = true;
  bool failed = true;
  [[nodiscard]] bool only_parent() const { return parent && !child; }
  [[nodiscard]] bool only_child() const { return child && !parent; }
  friend Sides operator&(Sides a, Sides b) { return {a.parent && b.parent, a.child && b.child, a.failed && b.failed}; }
};

/// How the result of a spawn says what happened.
enum class ResultKind : std::uint8_t {
  pid,     ///< fork: 0 in the child, less than 0 on failure
  handle,  ///< popen: null on failure
  error,   ///< posix_spawn: 0 on success
  truth,   ///< CreateProcess: 0 on failure
};
[[nodiscard]] ResultKind result_kind(const Call& spawn);

/// Reads the code behind one spawn.
class SpawnPaths {
 public:
  SpawnPaths(const Analysis& analysis, const Call& spawn);

  /// Where the pid, handle or status that the call returns is kept; invalid when it is not.
  [[nodiscard]] const Place& result() const { return result_; }
  /// Who reaches `node`, which stands behind the spawn in the same function.
  [[nodiscard]] Sides sides_at(Syntax node) const;
  /// Who goes on when `condition` is true or false.
  [[nodiscard]] Sides when(Syntax condition, bool truth) const;
  /// Who enters a case of a switch over the result; everybody when the switch asks something else.
  [[nodiscard]] Sides in_case(Syntax case_statement) const;

 private:
  [[nodiscard]] Syntax statement_expression(Syntax inside) const;
  [[nodiscard]] bool is_result(Syntax expression) const;
  [[nodiscard]] Sides compare(std::string_view op, std::int64_t number, bool truth) const;
  [[nodiscard]] Sides behind(Syntax statement) const;

  const Analysis& analysis_;
  const Call& spawn_;
  ResultKind kind_;
  Place result_;
};

/// Is the call an exec that some fork reaches (S1): in the child of a fork of its function, in a function called
/// there, or in the function a clone starts?
[[nodiscard]] bool reached_by_fork(const Call& exec, const Analysis& analysis);

/// The name under which a file says that it calls a function in the child of a fork (Slot::Kind::name).
[[nodiscard]] Slot child_slot(std::string_view symbol);

/// Does a fork daemonise (B6): its parent ends while the child lives on?
[[nodiscard]] bool lets_child_go(const Call& fork, const Analysis& analysis);

}  // namespace procsafe::cpp
