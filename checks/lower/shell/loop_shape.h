// Whether a loop waits by looking, and whether something bounds it (T2).
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "catalog/shell_catalog.h"
#include "lower/shell/syntax.h"

namespace procsafe::shell {

/// Finds the body of a function of the script by its name, or null.
using FunctionBodies = std::map<std::string, const Statement*>;

/// Reads the shape of one loop. Purely syntactic: what a condition depends on is told by the names in it and by
/// what the loop assigns to them.
class LoopShape {
 public:
  LoopShape(const Statement& loop, const ShellCatalog& catalog, const FunctionBodies& functions);

  /// It waits for something outside, and no counter, clock or retry limit ends it.
  [[nodiscard]] bool waits_unbounded() const;

 private:
  /// What a way out, or the head, depends on.
  enum class Basis : std::uint8_t {
    nothing,      ///< constant
    input,        ///< what a user or a file gives, or the arguments
    bound,        ///< a counter or a clock
    computation,  ///< values the loop itself computes
    observation,  ///< the state of something outside
  };
  /// A condition under which a command runs.
  struct Guard {
    const Statement* condition;
    bool failed;  ///< runs when the condition does not hold
  };
  using Guards = std::vector<Guard>;

  void scan(const List& list, int depth);
  void scan(const Statement& statement, int depth);
  void look(const List& condition, int depth);
  void scan_simple(const Statement& statement, int depth);
  void scan_assignment(const Assignment& assignment);
  void scan_read(const Statement& statement);
  void settle_values();
  [[nodiscard]] bool depends_on_itself(const std::string& name) const;
  void scan_arithmetic(std::string_view expression);
  void find_exits(const List& list, Guards& guards, int loops, int depth);
  void find_exits(const Statement& statement, Guards& guards, int loops, int depth);
  void find_exits_simple(const Statement& statement, Guards& guards, int loops, int depth);
  void add_exit(const Guards& guards);
  [[nodiscard]] Basis basis(const Guard& guard) const;
  [[nodiscard]] Basis basis(const List& condition) const;
  [[nodiscard]] Basis basis(const Statement& condition) const;
  [[nodiscard]] Basis basis_of_test(const Statement& test) const;
  [[nodiscard]] Basis basis_of_names(const Word& word) const;
  [[nodiscard]] Basis basis_of_pipeline(const Statement& pipeline) const;
  [[nodiscard]] bool acts(const Statement& statement) const;
  [[nodiscard]] Basis basis_of_arithmetic(std::string_view expression) const;
  [[nodiscard]] bool is_changed(const Word& word) const;
  [[nodiscard]] bool is_counter(const std::string& name) const { return counters_.contains(name); }
  [[nodiscard]] std::string name_of(const Statement& statement) const;
  [[nodiscard]] bool infinite_head() const;

  const Statement& loop_;
  const ShellCatalog& catalog_;
  const FunctionBodies& functions_;
  std::set<std::string> counters_;  ///< changed by arithmetic on themselves, or taken from a clock
  std::set<std::string> observed_;  ///< assigned from the output of a command
  std::set<std::string> computed_;  ///< assigned from their own old value
  std::set<std::string> assigned_;  ///< in any way
  std::set<std::string> read_;      ///< filled by read
  std::map<std::string, std::set<std::string>> sources_;  ///< of an assigned variable: what its values were made of
  std::map<std::string, std::vector<Basis>> flags_;       ///< assigned a constant, under these guards
  std::vector<Basis> exits_;
  int looking_ = 0;  ///< inside conditions, which do no work of their own
  int piped_ = 0;    ///< inside something whose input is not the user's
  bool pauses_ = false;
  bool asks_ = false;   ///< waits for what a user types
  bool moves_ = false;  ///< goes from folder to folder
  bool active_ = false;
  bool shifts_ = false;
  bool continues_ = false;
  bool blocks_ = false;
  bool leaves_ = false;  ///< unconditionally
};

}  // namespace procsafe::shell
