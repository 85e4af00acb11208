// Does anybody look at the outcome, and what happens when ending a process fails?
#include <algorithm>
#include <array>

#include "lower/python/paths.h"
#include "lower/python/review.h"

namespace procsafe::python {
namespace {

/// The node whose value is the call's: behind `await` and parentheses.
Node value_of(Node call) {
  while (call.parent().is(Kind::await) || call.parent().is(Kind::parenthesized_expression)) call = call.parent();
  return call;
}

/// Is the value dropped: an expression statement, or the right side of `x and call()` as one?
bool is_dropped_value(Node value) {
  Node parent = value.parent();
  while (parent.is(Kind::boolean_operator) && value.role() == Field::right) {
    value = parent;
    parent = value.parent();
  }
  if (parent.is(Kind::conditional_expression)) return is_dropped_value(parent);
  return parent.is(Kind::expression_statement);
}

}  // namespace

void Review::review_outcomes() {
  for (auto& [id, draft] : journal_.drafts) {
    if (draft.api == nullptr || draft.dropped) continue;
    const Operation operation = draft.fact.attributes.get<Operation>();
    if (operation == Operation::spawn && draft.fact.attributes.get<Form>() == Form::call)
      draft.fact.attributes.set(outcome_of(draft));
    if (operation == Operation::wait && draft.api->has_trait("status"))
      draft.fact.attributes.set(outcome_of_wait(draft));
  }
}

Outcome Review::outcome_of(const Draft& draft) const {
  const Api& api = *draft.api;
  if (!draft.fact.attributes.has(Attribute::blocking)) return Outcome::not_applicable;
  if (api.has_trait("raises")) return Outcome::checked;
  if (api.returns == "status-output")
    return is_dropped_value(value_of(draft.node)) ? Outcome::unchecked : Outcome::checked;
  if (api.returns != "status" && api.returns != "result" && api.returns != "pid") return Outcome::not_applicable;
  if (draft.check == Flag::yes) return Outcome::checked;
  if (draft.may_check) return Outcome::unknown;
  const Node value = value_of(draft.node);
  if (is_dropped_value(value)) return Outcome::unchecked;
  const Node parent = value.parent();
  const bool bound = parent.is(Kind::assignment) && value.role() == Field::right;
  if (!bound || !parent.field(Field::left).is(Kind::identifier)) return Outcome::checked;
  const std::string_view name = parent.field(Field::left).text();
  if (name == "_") return Outcome::dropped;  // said aloud: nobody wants it
  const Symbol symbol = program_.symbol(name);
  // A name of the module may be read by importers; one that is read anywhere in its function is looked at (S4).
  if (draft.function == nullptr || draft.function->globals.contains(symbol) || draft.function->reads.contains(symbol))
    return Outcome::checked;
  return Outcome::unchecked;
}

Outcome Review::outcome_of_wait(const Draft& draft) const {
  const Node value = value_of(draft.node);
  if (!is_dropped_value(value)) return Outcome::checked;
  // Reaping what one has just ended oneself: the outcome is known (S4).
  if ((draft.marks & (mark_asked_to_end | mark_killed)) != 0) return Outcome::checked;
  return Outcome::unchecked;
}

void Review::review_swallowed() {
  for (auto& [id, draft] : journal_.drafts) {
    const Operation operation = draft.fact.attributes.get<Operation>();
    if (operation != Operation::signal && operation != Operation::wait) continue;
    if (draft.dropped || draft.api == nullptr) continue;
    draft.fact.attributes.set(Attribute::swallowed, is_swallowed(draft.node));
  }
}

bool Review::is_swallowed(Node node) const {
  constexpr std::array<std::string_view, 8> kBroad{
      "builtins.Exception", "builtins.BaseException",    "builtins.OSError", "os.error",
      "builtins.IOError",   "builtins.EnvironmentError", "psutil.Error",     "builtins.PermissionError"};
  const auto is_broad = [&](Ref caught) {
    std::vector<Ref> types{caught};
    while (!types.empty()) {
      const Ref type = types.back();
      types.pop_back();
      types.insert(types.end(), type->elements.begin(), type->elements.end());
      if (type->is(Object::Kind::name) && std::find(kBroad.begin(), kBroad.end(), type->name) != kBroad.end())
        return true;
    }
    return false;
  };
  for (const Node around : tries_around(node)) {
    for (const Node clause : around) {
      if (!clause.is(Kind::except_clause)) continue;
      const auto caught = journal_.exceptions.find(clause.id());
      const bool broad = caught == journal_.exceptions.end() || is_broad(caught->second);
      if (broad) return is_silent(clause.child(Kind::block));
    }
  }
  for (const Node around : withs_around(node)) {
    for (const Node item : around.child(Kind::with_clause)) {
      const auto caught = journal_.exceptions.find(item.id());
      if (caught != journal_.exceptions.end() && is_broad(caught->second)) return true;
    }
  }
  return false;
}

/// Signals that reach only the leader of a tree (T6).
void Review::review_trees() {
  for (auto& [id, draft] : journal_.drafts) {
    if (draft.fact.attributes.get<Operation>() != Operation::signal || draft.api == nullptr ||
        draft.receiver == nullptr)
      continue;
    const bool leader = std::any_of(draft.about.begin(), draft.about.end(), [&](Ref root) {
      const Spawned* started = operations_.spawned(root);
      return started != nullptr && started->tree;
    });
    if (!leader) continue;
    const std::vector<Use> uses = uses_of(draft.about);
    const bool whole = std::any_of(uses.begin(), uses.end(), [](const Use& use) {
      if (use.kind == Use::Kind::event) return use.event->kind == Event::Kind::descended;
      return use.kind == Use::Kind::signal && use.draft->api != nullptr && use.draft->api->name == "os.killpg";
    });
    const Signal signal = draft.fact.attributes.get<Signal>();
    const bool ending = signal == Signal::graceful || signal == Signal::forceful || signal == Signal::unknown;
    draft.fact.attributes.set(Attribute::leader_only, ending && !whole);
  }
}

}  // namespace procsafe::python
