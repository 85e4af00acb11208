// Questions about paths, asked when the whole file was walked: who holds, waits for and ends what was started.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "lower/python/journal.h"
#include "lower/python/object.h"
#include "lower/python/operations.h"
#include "lower/python/program.h"
#include "lower/python/syntax.h"

namespace procsafe::python {

/// Completes the attributes of the drafts in a journal and adds the operations that are no calls: loops that wait,
/// fallback imports, stand-ins of the sanctioned manager.
class Review {
 public:
  Review(Journal& journal, const Syntax& syntax, Program& program, const Operations& operations,
         const ApiCatalog& catalog);

  void run();

 private:
  /// Something that was done to a process.
  struct Use {
    enum class Kind : std::uint8_t { wait, signal, spawn, event };
    Kind kind = Kind::event;
    Node node;
    const Function* function = nullptr;
    const Draft* draft = nullptr;
    const Event* event = nullptr;
  };
  using Roots = std::vector<Ref>;

  // review.cpp
  void index_uses();
  [[nodiscard]] std::vector<Use> uses_of(const Roots& roots) const;
  [[nodiscard]] static bool ends(const Use& use);
  [[nodiscard]] static bool reaps(const Use& use);
  /// Is one of the processes ended (or, with `waits`, waited for) inside the node, or by a function called there?
  [[nodiscard]] bool touched_in(Node region, const Roots& roots, bool waits) const;
  [[nodiscard]] bool touched_in(Node region, const Roots& roots, bool waits, std::set<const Function*>& seen) const;
  Draft& add(Node node, const Function* function, Operation operation, Form form, SourceRange range);

  // lifetimes.cpp
  void review_spawns();
  void review_spawn(Draft& draft, bool& handler_needed);
  [[nodiscard]] Lifetime lifetime_of(const Draft& draft, const Roots& roots, const std::vector<Use>& uses) const;
  [[nodiscard]] Lifetime lifetime_of_fork(const Draft& draft, const Roots& roots, const std::vector<Use>& uses) const;
  [[nodiscard]] bool ended_by_finally(Node spawn, const Roots& roots) const;
  [[nodiscard]] bool is_held_by_scope_class(const Draft& draft, const Roots& roots, bool waits) const;
  [[nodiscard]] bool is_waited_straight(const Draft& draft, const std::vector<Use>& uses) const;
  [[nodiscard]] bool is_dropped(const std::vector<Use>& uses) const;
  [[nodiscard]] bool is_reaped(const Draft& draft, const std::vector<Use>& uses) const;
  [[nodiscard]] bool outlives(const Draft& draft, const std::vector<Use>& uses) const;
  [[nodiscard]] bool has_cleanup(const Draft& draft, const Roots& roots) const;

  // outcomes.cpp
  void review_outcomes();
  [[nodiscard]] Outcome outcome_of(const Draft& draft) const;
  [[nodiscard]] Outcome outcome_of_wait(const Draft& draft) const;
  void review_swallowed();
  [[nodiscard]] bool is_swallowed(Node node) const;
  void review_trees();

  // waits.cpp
  void review_waits();
  void review_wait(Draft& draft);
  [[nodiscard]] bool leaves_child(const Draft& draft) const;
  [[nodiscard]] bool catches_expiry(Node clause) const;
  [[nodiscard]] bool is_local(const Draft& draft) const;
  [[nodiscard]] bool leaves_pipe(const Draft& draft) const;
  void review_loops();
  void review_loop(const Loop& loop);
  [[nodiscard]] bool is_poll_by_exception(Node statement) const;

  // cleanup.cpp
  void review_handlers();
  [[nodiscard]] bool ends_something(const Function& function) const;
  [[nodiscard]] const Draft* only_signal(const Function& function) const;
  void review_twins();
  void review_fallbacks();
  void review_managers();
  void review_aliases();
  const std::set<std::string_view>& attribute_names();

  Journal& journal_;
  const Syntax& syntax_;
  Program& program_;
  const Operations& operations_;
  const ApiCatalog& catalog_;
  std::map<Ref, std::vector<Use>, BySerial> uses_;
  std::set<std::string_view> attribute_names_;
  std::set<Ref, BySerial> started_;  ///< unstarted handles that were started somewhere
};

}  // namespace procsafe::python
