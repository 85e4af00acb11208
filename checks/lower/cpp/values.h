// What expressions may be: numbers, pids and where they come from, process handles, functions.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lower/cpp/calls.h"
#include "lower/cpp/definitions.h"

namespace procsafe::cpp {

class Texts;

/// The slot of what a function returns; `out` > 0: of what it writes through parameter number out-1.
[[nodiscard]] Slot result_slot(std::string symbol, std::uint32_t out = 0);
[[nodiscard]] Slot parameter_slot(std::string symbol, std::uint32_t index);
[[nodiscard]] Slot field_slot(std::string symbol);

/// Stands for the class of a field whose owner is not known: `*::pid` is every field `pid`.
inline constexpr std::string_view any_class = "*";

class Values {
 public:
  explicit Values(const Unit& unit);
  /// The tables need each other; they are joined once all exist.
  void connect(const CallTable& calls, const DefinitionTable& definitions, const Texts& texts);

  /// What an expression may be. May hold slots.
  [[nodiscard]] ValueSet of(Syntax expression) const;
  /// What a definition gives.
  [[nodiscard]] ValueSet of(const Definition& definition) const;
  /// The class of the catalogue (or of the project) that an expression is, points to or holds.
  [[nodiscard]] ClassName class_of(Syntax expression) const;
  /// The symbol under which the project's function that a call calls is known.
  [[nodiscard]] std::string callee_symbol(const Call& call) const;
  /// The slot of a field or global that is read or written by name; nothing for locals.
  [[nodiscard]] std::optional<Slot> slot_of(Syntax expression) const;
  /// The slot of a field under the name of its class as it is spelled here, where this file does not declare that
  /// class.
  [[nodiscard]] std::optional<Slot> spelled_slot(Syntax field_expression) const;
  /// Does a definition of kind `argument` write the place?
  [[nodiscard]] bool writes(const Definition& definition) const;
  /// The definitions that may reach a use of a variable or field.
  [[nodiscard]] DefinitionTable::Reaching reaching(const Place& place, Syntax use) const;
  /// Resolves slots by what the link stage knows so far.
  [[nodiscard]] ValueSet resolved(const ValueSet& values) const { return resolve(values, unit_.input.names); }

  /// While it lives, names that may mean several functions are settled by what the link stage knows of each. Asking
  /// makes every file that spells the name part of the analysis, so only what decides an operation asks.
  class Decisive {
   public:
    explicit Decisive(const Values& values) : values_(values), outer_(values.decisive_) { values.decisive_ = true; }
    ~Decisive() { values_.decisive_ = outer_; }
    Decisive(const Decisive&) = delete;
    Decisive& operator=(const Decisive&) = delete;

   private:
    const Values& values_;
    bool outer_;
  };

  [[nodiscard]] const CallTable& calls() const { return *calls_; }
  [[nodiscard]] const DefinitionTable& definitions() const { return *definitions_; }

 private:
  [[nodiscard]] ValueSet compute(Syntax node) const;
  void forget_partial(std::size_t kept) const;
  [[nodiscard]] ValueSet of_name(Syntax name) const;
  [[nodiscard]] bool is_member_variable(Syntax name) const;
  [[nodiscard]] ValueSet of_place(Syntax expression) const;
  [[nodiscard]] ValueSet of_variable(const Variable& variable, Syntax use) const;
  [[nodiscard]] ValueSet of_call(Syntax node) const;
  [[nodiscard]] ValueSet of_api(const Call& call) const;
  [[nodiscard]] ValueSet of_opened(const Call& call) const;
  [[nodiscard]] bool of_started_process(Syntax expression) const;
  [[nodiscard]] bool tells_origin(const ValueSet& values) const;
  [[nodiscard]] ValueSet held_by_container(const Call& call, std::size_t written) const;
  [[nodiscard]] ValueSet named_by_macro(std::string_view macro_name, Syntax use) const;
  [[nodiscard]] ValueSet named_origin(const Call& call, const ValueSet& result) const;
  [[nodiscard]] ValueSet of_output(const Call& call) const;
  [[nodiscard]] ValueSet negated(const ValueSet& values) const;
  [[nodiscard]] ValueSet of_argument(const Definition& definition) const;
  [[nodiscard]] ValueSet inside(const ValueSet& values) const;
  [[nodiscard]] ClassName class_of_variable(const Variable& variable, Syntax use) const;
  [[nodiscard]] ClassName class_of_field(Syntax field_expression) const;
  [[nodiscard]] std::string owner_of(Syntax field_expression) const;

  const Unit& unit_;
  const CallTable* calls_ = nullptr;
  const DefinitionTable* definitions_ = nullptr;
  const Texts* texts_ = nullptr;
  mutable int depth_ = 0;
  mutable bool decisive_ = false;
  mutable std::set<NodeId> active_;  ///< names whose class is being looked for: a cycle ends there

  /// What is known of an expression. While it is computed, it counts as nothing where it is asked for again; what
  /// depends on such a cut is kept only as long as the expression of that level is being computed.
  struct Known {
    ValueSet values;
    int level = 0;  ///< being computed at that depth, or computed with a cut there
    enum class State : std::uint8_t { fresh, busy, partial, whole } state = State::fresh;
  };
  using Question = std::pair<NodeId, bool>;  ///< of an expression, decisive
  mutable std::map<Question, Known> known_;
  mutable std::vector<Question> partial_;
  mutable int cut_;  ///< the lowest level at which what is being computed now was cut
};

struct Analysis;
/// Is a HANDLE known to be, or called, that of a process? The same functions wait for threads and events.
[[nodiscard]] bool is_process_handle(Syntax handle, const Analysis& analysis);

}  // namespace procsafe::cpp
