#include "lower/cpp/outcome.h"

#include <algorithm>

#include "lower/cpp/paths.h"

namespace procsafe::cpp {
namespace {

/// A comment on the lines of the statement or on the line above it.
bool has_comment_near(Syntax statement, const Unit& unit) {
  const SourceFile& file = unit.input.file;
  const SourceRange place = unit.place(statement);
  const std::uint32_t first = file.position(place.begin).line;
  const std::uint32_t last = file.position(place.end).line;
  return std::any_of(unit.tree.comments().begin(), unit.tree.comments().end(), [&](const SourceRange& comment) {
    const SourceRange range = unit.map.to_file(comment);
    const std::uint32_t begin = file.position(range.begin).line;
    const std::uint32_t end = file.position(range.end > range.begin ? range.end - 1 : range.begin).line;
    return (begin >= first && begin <= last) || end + 1 == first;
  });
}

bool is_void_cast(Syntax node) {
  if (node.is(Kind::cast)) return node.field(Role::type).text() == "void";
  if (!node.is(Kind::argument_list)) return false;
  const Syntax callee = node.parent().field(Role::function);
  return callee.is(Kind::template_function) && callee.text().starts_with("static_cast<void>");
}

bool is_assignment_target(Syntax name) {
  const Syntax parent = name.parent();
  return parent.is(Kind::assignment) && name.role() == Role::left && operator_text(parent) == "=";
}

}  // namespace

bool read_elsewhere(const Variable& variable, Syntax except, const Analysis& analysis) {
  const SyntaxTree& tree = analysis.unit.tree;
  for (NodeId id = variable.extent.begin; id < variable.extent.end; ++id) {
    const Syntax node = tree.at(id);
    if (!node.is(Kind::identifier) || node.text() != variable.name || node == variable.declarator) continue;
    if (except.contains(node) || is_assignment_target(node)) continue;
    if (analysis.unit.declarations.find_variable(variable.name, node) != &variable) continue;
    return true;
  }
  return false;
}

bool value_used(Syntax expression, const Analysis& analysis) {
  for (Syntax node = expression; node;) {
    const Syntax parent = node.parent();
    switch (parent.kind()) {
      case Kind::parenthesized: node = parent; continue;
      case Kind::cast:
        if (is_void_cast(parent)) return false;
        node = parent;
        continue;
      case Kind::argument_list: return !is_void_cast(parent);
      case Kind::comma:
        if (node.role() == Role::left) return false;
        node = parent;
        continue;
      case Kind::expression_statement: return false;
      case Kind::for_statement: return node.role() == Role::condition;
      case Kind::assignment: {
        const Place place = analysis.definitions.place_of(parent.field(Role::left));
        if (parent.field(Role::left).text() == "std::ignore" || parent.field(Role::left).text() == "_") return false;
        if (place.variable == none || !place.path.empty()) return true;
        const Variable& variable = analysis.unit.declarations.variables()[place.variable];
        if (variable.kind == Variable::Kind::global || variable.is_static) return true;
        return read_elsewhere(variable, parent, analysis) || value_used(parent, analysis);
      }
      case Kind::init_declarator: {
        const Variable* variable = nullptr;
        for (const Variable& candidate : analysis.unit.declarations.variables()) {
          if (candidate.initializer == node && candidate.kind != Variable::Kind::field) variable = &candidate;
        }
        if (variable == nullptr || variable->kind == Variable::Kind::global) return true;
        return read_elsewhere(*variable, node, analysis);
      }
      default: return static_cast<bool>(parent);
    }
  }
  return false;
}

Outcome outcome_of(const Call& call, const Analysis& analysis) {
  if (value_used(call.node, analysis)) return Outcome::checked;
  // The status of wait(2) comes back through an argument.
  if (call.api != nullptr && call.api->out.index && call.api->has_trait("status")) {
    const Syntax out = call.argument(call.api->out);
    const Place place = analysis.definitions.place_of(out);
    if (place.variable != none) {
      const Variable& variable = analysis.unit.declarations.variables()[place.variable];
      if (variable.kind != Variable::Kind::local || variable.is_static) return Outcome::checked;
      if (read_elsewhere(variable, call.node, analysis)) return Outcome::checked;
    } else if (place.valid()) {
      return Outcome::checked;
    }
  }
  const Syntax statement = statement_of(call.node);
  const bool on_purpose = statement.text().find("void") != std::string_view::npos ||
                          statement.text().find("ignore") != std::string_view::npos ||
                          statement.text().starts_with("_ =");
  return on_purpose && has_comment_near(statement, analysis.unit) ? Outcome::dropped : Outcome::unchecked;
}

bool leaves_child(const Call& wait, const Analysis& analysis) {
  if (!wait.api->has_trait("result") || !wait.api->timeout.given() || !wait.receiver) return false;
  const Syntax limit = wait.argument(wait.api->timeout);
  if (limit && analysis.unit.constants.number(limit) == -1) return false;
  if (value_used(wait.node, analysis)) return false;
  const Place place = analysis.definitions.place_of(wait.receiver);
  if (place.variable == none || !place.path.empty()) return false;
  if (analysis.unit.declarations.variables()[place.variable].kind != Variable::Kind::local) return false;
  const Syntax function = enclosing_callable(wait.node);
  return std::none_of(analysis.calls.nodes().begin(), analysis.calls.nodes().end(), [&](Syntax node) {
    if (node.id() <= wait.node.id() || !function.contains(node)) return false;
    const Call* later = analysis.calls.find(node);
    if (later == nullptr || later->api == nullptr || !later->receiver) return false;
    const bool ends = later->api->operation == Operation::signal || later->api->operation == Operation::wait;
    return ends && analysis.definitions.place_of(later->receiver) == place;
  });
}

}  // namespace procsafe::cpp
