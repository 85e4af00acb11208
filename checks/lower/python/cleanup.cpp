// What a file registers for its own end, what it falls back to, and what stands in for the manager.
#include <algorithm>

#include "lower/python/paths.h"
#include "lower/python/review.h"

namespace procsafe::python {
namespace {

bool is_manager_name(std::string_view name) { return name == "ProcessManager"; }

/// Does the body of the `try` import the sanctioned manager?
bool imports_manager(Node body) {
  for (const Node statement : body) {
    if (!statement.is(Kind::import_statement) && !statement.is(Kind::import_from_statement)) continue;
    const std::string_view module = statement.field(Field::module_name).text();
    if (module == "procsafe" || module.starts_with("procsafe.")) return true;
    for (const Node name : statement) {
      const Node first = name.is(Kind::aliased_import) ? name.field(Field::name) : name;
      if (first.text() == "procsafe" || first.text().starts_with("procsafe.") || is_manager_name(first.text()))
        return true;
    }
  }
  return false;
}

}  // namespace

/// Cleanup for some of the ways a program ends only.
void Review::review_handlers() {
  bool interrupt = false;
  bool terminate = false;
  bool at_exit = false;
  const Handler* first = nullptr;
  for (const Handler& handler : journal_.handlers) {
    if (handler.signal == nullptr) {
      at_exit = true;
      continue;
    }
    // Only handlers that end something are cleanup.
    if (handler.function == nullptr || !ends_something(*handler.function)) continue;
    const bool is_interrupt = mentions(handler.signal, "signal.SIGINT");
    const bool is_terminate = mentions(handler.signal, "signal.SIGTERM");
    if (!is_interrupt && !is_terminate) continue;
    interrupt = interrupt || is_interrupt;
    terminate = terminate || is_terminate;
    if (first == nullptr || handler.node < first->node) first = &handler;
  }
  if (first == nullptr) return;
  bool finally_ends = at_exit;
  for (NodeId id = 0; id < syntax_.size() && !finally_ends; ++id)
    finally_ends = syntax_.node(id).is(Kind::finally_clause);
  if (interrupt && terminate && finally_ends) return;
  const auto found = journal_.drafts.find(first->node.id());
  if (found != journal_.drafts.end()) found->second.fact.attributes.set(Attribute::partial_cleanup, true);
}

bool Review::ends_something(const Function& function) const {
  std::set<const Function*> seen{&function};
  std::vector<const Function*> open{&function};
  while (!open.empty()) {
    const Function* at = open.back();
    open.pop_back();
    for (auto draft = journal_.drafts.lower_bound(at->node.id());
         draft != journal_.drafts.end() && at->node.contains(draft->second.node); ++draft) {
      const Operation operation = draft->second.fact.attributes.get<Operation>();
      if (operation == Operation::signal || operation == Operation::wait) return true;
    }
    for (const Call& call : journal_.calls) {
      if (call.callee != nullptr && at->node.contains(call.node) && seen.insert(call.callee).second)
        open.push_back(call.callee);
    }
  }
  return false;
}

/// A function whose whole effect is one signal.
const Draft* Review::only_signal(const Function& function) const {
  const Draft* only = nullptr;
  for (auto at = journal_.drafts.lower_bound(function.node.id());
       at != journal_.drafts.end() && function.node.contains(at->second.node); ++at) {
    if (only != nullptr || at->second.fact.attributes.get<Operation>() != Operation::signal) return nullptr;
    only = &at->second;
  }
  if (only == nullptr || only->about.empty()) return nullptr;
  std::size_t statements = 0;
  std::vector<Node> open{function.node.field(Field::body)};
  while (!open.empty()) {
    const Node block = open.back();
    open.pop_back();
    for (const Node statement : block) {
      if (statement.is(Kind::if_statement) || statement.is(Kind::try_statement) || statement.is(Kind::with_statement)) {
        std::vector<Node> parts{statement};
        while (!parts.empty()) {
          const Node part = parts.back();
          parts.pop_back();
          for (const Node child : part) {
            if (child.is(Kind::block)) {
              open.push_back(child);
            } else if (child.is(Kind::else_clause) || child.is(Kind::except_clause) || child.is(Kind::finally_clause)) {
              parts.push_back(child);
            }
          }
        }
      } else if (!statement.is(Kind::pass_statement) && !statement.is(Kind::return_statement) &&
                 !statement.is(Kind::import_statement) &&
                 !(statement.is(Kind::expression_statement) && statement.first().is(Kind::string))) {
        ++statements;
      }
    }
  }
  return statements <= 1 ? only : nullptr;
}

/// A forceful function beside its graceful twin offers the choice to its callers (F1).
void Review::review_twins() {
  std::vector<std::pair<const Function*, const Draft*>> single;
  for (const Function& function : program_.functions()) {
    if (const Draft* signal = only_signal(function)) single.emplace_back(&function, signal);
  }
  const auto same_target = [](const Draft& a, const Draft& b) {
    for (const Ref left : a.about) {
      for (const Ref right : b.about) {
        if (left == right) return true;
        const bool parameters = left->is(Object::Kind::slot) && right->is(Object::Kind::slot) &&
                                left->slot->kind == Slot::Kind::parameter && right->slot->kind == Slot::Kind::parameter;
        if (parameters && left->slot->index == right->slot->index) return true;
      }
    }
    return false;
  };
  for (const auto& [function, signal] : single) {
    if (signal->fact.attributes.get<Signal>() != Signal::forceful) continue;
    for (const auto& [other, gentle] : single) {
      if (other == function || other->owner != function->owner) continue;
      if (gentle->fact.attributes.get<Signal>() != Signal::graceful || !same_target(*signal, *gentle)) continue;
      journal_.drafts.at(signal->node.id()).fact.attributes.set(Attribute::preceded, true);
    }
  }
}

void Review::review_fallbacks() {
  for (NodeId id = 0; id < syntax_.size(); ++id) {
    const Node statement = syntax_.node(id);
    if (!statement.is(Kind::try_statement) || !imports_manager(statement.field(Field::body))) continue;
    for (const Node clause : statement) {
      if (!clause.is(Kind::except_clause)) continue;
      const Node block = clause.child(Kind::block);
      for (const Import& import : journal_.imports) {
        if (!block.contains(import.node)) continue;
        Draft& draft = add(import.node, import.function, Operation::spawn, Form::import_, import.node.range());
        draft.fact.attributes.set(Attribute::fallback, true);
        draft.fact.attributes.set(Attribute::reaped, true);
        draft.fact.what = std::string(import.node.text());
      }
      for (auto at = journal_.drafts.lower_bound(block.id());
           at != journal_.drafts.end() && block.contains(at->second.node); ++at) {
        AttributeSet& attributes = at->second.fact.attributes;
        if (attributes.get<Operation>() == Operation::spawn && attributes.get<Form>() != Form::import_)
          attributes.set(Attribute::fallback, true);
      }
    }
  }
}

void Review::review_managers() {
  for (const Class& klass : program_.classes()) {
    if (!is_manager_name(klass.name)) continue;
    const Node name = klass.node.field(Field::name);
    Draft& draft = add(klass.node, klass.outer_function, Operation::definition, Form::call, name.range());
    draft.fact.what = std::string(name.text());
  }
}

/// An API under another name that nothing in this file uses is there for other files: exported (S2).
void Review::review_aliases() {
  for (const Alias& alias : journal_.aliases) {
    if (program_.module_reads().contains(program_.symbol(alias.name)) || attribute_names().contains(alias.name))
      continue;
    Draft& draft = add(alias.node, nullptr, Operation::spawn, Form::reference, alias.node.range());
    draft.fact.attributes.set(Attribute::reaped, true);
    draft.fact.what = std::string(alias.node.text());
  }
}

const std::set<std::string_view>& Review::attribute_names() {
  if (attribute_names_.empty()) {
    for (NodeId id = 0; id < syntax_.size(); ++id) {
      const Node node = syntax_.node(id);
      if (node.is(Kind::attribute)) attribute_names_.insert(node.field(Field::attribute).text());
    }
    attribute_names_.insert("");  // computed, even when there is none
  }
  return attribute_names_;
}

}  // namespace procsafe::python
