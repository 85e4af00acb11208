// What is known at one point of a function: bindings, and what happened to which process.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "lower/python/object.h"
#include "lower/python/program.h"

namespace procsafe::python {

/// What happened to a process on some path up to here.
enum Mark : std::uint16_t {
  mark_asked_to_end = 1,  ///< got a graceful signal
  mark_killed = 2,
  mark_reaped = 4,
  mark_alive_checked = 8,
  mark_verified = 16,   ///< its pid was compared with a name, command line or start time (O5)
  mark_timer = 32,      ///< a timer of this function ends it (T4)
  mark_own_group = 64,  ///< its group was compared with the own one (O9)
  mark_read = 128,      ///< its pipes were read
  mark_exited = 256,    ///< it was seen to have ended, on every path up to here
};

class State {
 public:
  /// The value of a local, or null when it has none here.
  [[nodiscard]] Ref find(Symbol symbol) const;
  void bind(Symbol symbol, Ref value);
  void unbind(Symbol symbol);
  /// Forgets all bindings for which `predicate(symbol)` holds.
  template <class Predicate>
  void unbind_if(Predicate predicate) {
    std::erase_if(bindings_, [&](const auto& binding) { return predicate(binding.first); });
  }
  [[nodiscard]] const std::vector<std::pair<Symbol, Ref>>& bindings() const { return bindings_; }

  [[nodiscard]] std::uint16_t marks(Ref root) const;
  void mark(Ref root, std::uint16_t marks);
  void set_marks(Ref root, std::uint16_t marks);
  [[nodiscard]] const std::vector<std::pair<Ref, std::uint16_t>>& all_marks() const { return marks_; }

  /// Content written to a file of this path in this function (O5).
  [[nodiscard]] Ref written(Ref path) const;
  void write(Ref path, Ref content);

  /// Is this the child of a fork?
  bool in_forked_child = false;
  /// A lock was tried on this path: it tells whether the owner of a pid file lives.
  bool lock_tested = false;
  /// Did the path end: return, raise, break, continue?
  bool ended = false;

  /// After it, this is what holds on either path. A path that ended adds nothing to one that did not.
  void join(const State& other, ObjectPool& pool);

 private:
  std::vector<std::pair<Symbol, Ref>> bindings_;      // sorted by symbol
  std::vector<std::pair<Ref, std::uint16_t>> marks_;  // sorted by serial
  std::vector<std::pair<Ref, Ref>> files_;
};

}  // namespace procsafe::python
