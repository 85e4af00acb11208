#include "lower/python/analysis.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lower/python/review.h"

namespace procsafe::python {
namespace {

/// Walks of one unit in one round of the link stage after which what is known is taken as it is. A chain of helpers
/// needs one walk a link.
constexpr int kMaxWalks = 6;

LowerInput with_names(LowerInput input, Names& names) {
  return {input.file, input.wanted, input.catalog, input.shell, names, input.semantics};
}

/// With its decorators.
SourceRange extent(const Function& function) {
  const Node parent = function.node.parent();
  return parent.is(Kind::decorated_definition) ? parent.range() : function.node.range();
}

}  // namespace

Analysis::Analysis(const LowerInput& input, Syntax syntax, std::vector<Notice> notices)
    : input_(with_names(input, current_)),
      syntax_(std::move(syntax)),
      program_(syntax_, module_symbol(input.file)),
      slots_(pool_, program_, current_),
      names_(input.file, input.catalog.python(), pool_, slots_),
      interpreter_(input_, syntax_, program_, pool_, slots_, names_, journal_),
      notices_(std::move(notices)) {
  divide();
}

void Analysis::divide() {
  units_.emplace_back().awake = true;
  for (Function& function : program_.functions()) {
    if (function.outer == nullptr) {
      Unit& unit = units_.emplace_back();
      unit.range = extent(function);
      unit.awake = input_.wanted == nullptr || input_.wanted->found_in(input_.file.text_of(unit.range));
    }
    function.unit = function.outer == nullptr ? static_cast<UnitId>(units_.size() - 1) : function.outer->unit;
    units_[function.unit].functions.push_back(&function);
  }
}

FileFacts Analysis::run(Names& names) {
  current_.set(names);
  for (Unit& unit : units_) unit.walks = 0;
  const auto refreshed = std::exchange(first_, false) ? SlotStore::Refreshed::shared : slots_.refresh();
  if (refreshed == SlotStore::Refreshed::shared) {
    names_.forget();
    mark_all_stale();
  }
  // What is asked of classes of other files depends on what is known of them, whoever reads it.
  changed_ = changed_ || refreshed != SlotStore::Refreshed::nothing;
  settle();
  if (changed_) facts_ = facts();
  changed_ = false;
  return facts_;
}

bool Analysis::is_meant(const Unit& unit, const WantedWords& words) const {
  // Who calls a class means its constructor, which does not spell the name.
  const Function& function = *unit.functions.front();
  const bool special = function.owner != nullptr && is_special_name(function.name);
  return (special && words.contains(function.owner->name)) || words.found_in(input_.file.text_of(unit.range));
}

bool Analysis::wake(const WantedWords& words) {
  bool any = false;
  for (UnitId id = 0; id < units_.size(); ++id) {
    Unit& unit = units_[id];
    if (unit.awake || !is_meant(unit, words)) continue;
    unit.awake = true;
    unit.woken = true;
    slots_.stale().insert(id);
    any = true;
  }
  return any;
}

void Analysis::mark_all_stale() {
  for (UnitId id = 0; id < units_.size(); ++id) slots_.stale().insert(id);
}

void Analysis::settle() {
  walk_stale();
  while (wake(fresh_words())) walk_stale();
}

void Analysis::walk_stale() {
  for (bool any = true; any;) {
    any = false;
    for (UnitId id = 0; id < units_.size(); ++id) {
      if (slots_.stale().erase(id) == 0 || !units_[id].awake || units_[id].walks >= kMaxWalks) continue;
      walk(id);
      any = true;
    }
  }
}

void Analysis::walk(UnitId id) {
  Unit& unit = units_[id];
  ++unit.walks;
  changed_ = true;
  journal_ = {};
  slots_.enter(id);
  if (id == 0) {
    if (interpreter_.walk_module()) mark_all_stale();
    if (interpreter_.imports_unspelled()) {
      for (Unit& one : units_) one.awake = true;
    }
    slots_.stale().erase(id);
  } else {
    interpreter_.walk(unit.functions);
  }
  slots_.leave();
  unit.journal = std::exchange(journal_, {});
}

void Analysis::learn(std::string_view word, Mention mention, WantedWords& fresh) {
  if (known_words_.add(word, mention)) fresh.add(word, mention);
}

/// Does the value make an operation of what is done with it?
bool Analysis::matters(Ref value) {
  const auto [found, added] = matters_.try_emplace(value, false);
  if (!added) return found->second;
  const auto element_matters = [this](Ref element) { return matters(element); };
  bool result = false;
  switch (value->kind) {
    case Object::Kind::process: result = true; break;
    case Object::Kind::tagged: result = (value->tags & (tag_poll | tag_identity | tag_awaitable)) != 0; break;
    case Object::Kind::name: {
      const ApiCatalog& apis = input_.catalog.python();
      const Api* api = apis.find(value->name);
      result = api != nullptr ? api->operation.has_value()
                              : apis.find_type(value->name) != nullptr || apis.leads_to_operation(value->name);
      break;
    }
    case Object::Kind::choice:
    case Object::Kind::sequence:
    case Object::Kind::mapping:
      result = std::any_of(value->elements.begin(), value->elements.end(), element_matters);
      break;
    default: break;
  }
  matters_[value] = result;
  return result;
}

/// The names by which what sleeps can let flow something into what is awake, or the other way round.
WantedWords Analysis::fresh_words() {
  WantedWords fresh;
  if (std::all_of(units_.begin(), units_.end(), [](const Unit& unit) { return unit.awake; })) return fresh;
  slots_.each([&](const Slot& slot, Ref value, const std::vector<UnitId>& readers) {
    // A module under its own name is looked for by that, or by its members.
    const bool told = value != nullptr &&
                      (slot.kind == Slot::Kind::carrier || (matters(value) && !value->is_name(spelled_name(slot))));
    // What an operation is about comes from anywhere; who was woken up, was so for what it was handed.
    const auto asks = [&](UnitId id) { return acts(id) || (units_[id].woken && slot.kind == Slot::Kind::parameter); };
    if (told) learn(spelled_name(slot), mention_by_reader(slot), fresh);
    if (std::any_of(readers.begin(), readers.end(), asks)) learn(spelled_name(slot), mention_by_writer(slot), fresh);
  });
  add_acting_functions(fresh);
  return fresh;
}

bool Analysis::acts(UnitId id) const { return !units_[id].journal.drafts.empty() || !units_[id].journal.inner.empty(); }

/// The classes of other files that classes of this one derive from, as far as they are known by now.
std::set<std::string> Analysis::foreign_ancestors() {
  std::set<std::string> found;
  std::vector<Ref> work;
  for (const Class& klass : program_.classes()) work.insert(work.end(), klass.bases.begin(), klass.bases.end());
  while (!work.empty()) {
    const Ref base = work.back();
    work.pop_back();
    if (!base->is(Object::Kind::name) || !names_.is_project(base->name)) continue;
    const auto [name, added] = found.emplace(base->name);
    if (!added) continue;
    if (const Ref further = slots_.read_linked({Slot::Kind::global, *name + ".__bases__", 0})) {
      const auto bases = ObjectPool::alternatives(further);
      work.insert(work.end(), bases.begin(), bases.end());
    }
  }
  return found;
}

/// What acting functions read of classes they inherit from.
std::vector<Slot> Analysis::foreign_questions() {
  const std::set<std::string> ancestors = foreign_ancestors();
  std::vector<Slot> asked;
  if (ancestors.empty()) return asked;
  slots_.each([&](const Slot& slot, Ref value, const std::vector<UnitId>& readers) {
    if (value != nullptr || slot.kind == Slot::Kind::carrier || slot.kind == Slot::Kind::parameter) return;
    const bool inherited = ancestors.contains(slot.symbol.substr(0, slot.symbol.rfind('.')));
    if (inherited && std::any_of(readers.begin(), readers.end(), [this](UnitId id) { return acts(id); }))
      asked.push_back(slot);
  });
  std::sort(asked.begin(), asked.end());
  return asked;
}

/// A function that does something to processes does it for those who call it.
void Analysis::add_acting_functions(WantedWords& fresh) {
  std::set<const Function*> acting;
  for (const Unit& unit : units_) {
    for (const auto& [id, draft] : unit.journal.drafts) acting.insert(draft.function);
    for (const Draft& draft : unit.journal.inner) acting.insert(draft.function);
    for (const Handler& handler : unit.journal.handlers) {
      if (handler.function != nullptr) learn(handler.function->name, Mention::any, fresh);
    }
  }
  for (bool grew = true; grew;) {
    grew = false;
    for (const Unit& unit : units_) {
      for (const Call& call : unit.journal.calls) {
        if (acting.contains(call.callee)) grew = acting.insert(call.caller).second || grew;
      }
    }
  }
  for (const Function* function : acting) {
    if (function == nullptr || function->node.is(Kind::lambda)) continue;
    learn(spelled_name({Slot::Kind::result, function->qualified, 0}), Mention::any, fresh);
  }
}

FileFacts Analysis::facts() {
  FileFacts facts;
  facts.notices = notices_;
  for (const SourceRange comment : syntax_.comments()) add_directive(input_.file, comment, facts);
  Journal journal;
  for (const Unit& unit : units_) journal.merge(unit.journal);
  for (const auto& [id, timeout] : journal.limits) {
    const auto found = journal.drafts.find(id);
    if (found == journal.drafts.end()) continue;
    AttributeSet& attributes = found->second.fact.attributes;
    if (attributes.get<Timeout>() != Timeout::not_applicable) attributes.set(timeout);
  }
  Review(journal, syntax_, program_, interpreter_.operations(), input_.catalog.python()).run();
  if (const auto& place = interpreter_.too_deep()) {
    facts.notices.push_back({Notice::Level::error, *place,
                             fmt::format("partly analysed: the code in line {} is nested too deeply",
                                         input_.file.position(place->begin).line)});
  }
  for (auto& [node, draft] : journal.drafts) {
    if (!draft.dropped) facts.operations.push_back(std::move(draft.fact));
  }
  for (Draft& draft : journal.inner) facts.operations.push_back(std::move(draft.fact));
  facts.flows = slots_.exported();
  facts.asks = foreign_questions();
  return facts;
}

}  // namespace procsafe::python
