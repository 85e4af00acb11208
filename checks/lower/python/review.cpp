#include "lower/python/review.h"

#include <algorithm>

#include "lower/python/paths.h"

namespace procsafe::python {

Review::Review(Journal& journal, const Syntax& syntax, Program& program, const Operations& operations,
               const ApiCatalog& catalog)
    : journal_(journal), syntax_(syntax), program_(program), operations_(operations), catalog_(catalog) {}

void Review::run() {
  index_uses();
  review_twins();
  review_waits();
  review_loops();
  review_spawns();
  review_outcomes();
  review_swallowed();
  review_trees();
  review_handlers();
  review_fallbacks();
  review_managers();
  review_aliases();
}

void Review::index_uses() {
  for (const auto& [id, draft] : journal_.drafts) {
    Use use;
    use.node = draft.node;
    use.function = draft.function;
    use.draft = &draft;
    switch (draft.fact.attributes.get<Operation>()) {
      case Operation::wait: use.kind = Use::Kind::wait; break;
      case Operation::signal: use.kind = Use::Kind::signal; break;
      case Operation::spawn: use.kind = Use::Kind::spawn; break;
      default: continue;
    }
    if (use.kind == Use::Kind::wait && draft.dropped) continue;
    for (const Ref root : draft.about) uses_[root].push_back(use);
  }
  for (const Event& event : journal_.events) {
    if (event.kind == Event::Kind::started) started_.insert(event.about.begin(), event.about.end());
    for (const Ref root : event.about)
      uses_[root].push_back({Use::Kind::event, event.node, event.function, nullptr, &event});
  }
}

std::vector<Review::Use> Review::uses_of(const Roots& roots) const {
  std::vector<Use> uses;
  for (const Ref root : roots) {
    if (const auto found = uses_.find(root); found != uses_.end())
      uses.insert(uses.end(), found->second.begin(), found->second.end());
  }
  std::sort(uses.begin(), uses.end(), [](const Use& a, const Use& b) { return a.node < b.node; });
  return uses;
}

bool Review::ends(const Use& use) {
  if (use.kind != Use::Kind::signal) return false;
  const Signal signal = use.draft->fact.attributes.get<Signal>();
  return signal == Signal::graceful || signal == Signal::forceful || signal == Signal::unknown;
}

bool Review::reaps(const Use& use) {
  if (use.kind == Use::Kind::wait) return true;
  return use.kind == Use::Kind::event && use.event->kind == Event::Kind::reaped;
}

bool Review::touched_in(Node region, const Roots& roots, bool waits) const {
  std::set<const Function*> seen;
  return touched_in(region, roots, waits, seen);
}

bool Review::touched_in(Node region, const Roots& roots, bool waits, std::set<const Function*>& seen) const {
  for (const Use& use : uses_of(roots)) {
    if (region.contains(use.node) && (reaps(use) || (!waits && ends(use)))) return true;
  }
  for (const Call& call : journal_.calls) {
    if (!region.contains(call.node) || call.callee == nullptr || !seen.insert(call.callee).second) continue;
    if (touched_in(call.callee->node, roots, waits, seen)) return true;
  }
  return false;
}

Draft& Review::add(Node node, const Function* function, Operation operation, Form form, SourceRange range) {
  Draft draft;
  draft.node = node;
  draft.function = function;
  draft.fact.attributes.set(operation);
  draft.fact.attributes.set(form);
  draft.fact.range = range;
  draft.fact.symbol = function != nullptr ? function->symbol : std::string();
  return journal_.drafts.insert_or_assign(node.id(), std::move(draft)).first->second;
}

}  // namespace procsafe::python
