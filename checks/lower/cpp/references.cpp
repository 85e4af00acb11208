#include "lower/cpp/references.h"

#include <algorithm>
#include <utility>

namespace procsafe::cpp {
namespace {

/// Is the name a value here, neither called, declared nor part of a larger name or a type?
bool stands_as_value(Syntax name) {
  const Syntax parent = name.parent();
  if (parent.is(Kind::qualified_identifier) || parent.is(Kind::template_function) || parent.is(Kind::error))
    return false;
  if (parent.is(Kind::call) && name.role() == Role::function) return false;
  return name.role() != Role::declarator && name.role() != Role::name && name.role() != Role::scope;
}

/// Where the value goes: handed over, or into something that is called in this file?
bool handed_over(Syntax value, const Analysis& analysis) {
  Syntax node = value;
  for (Syntax parent = node.parent(); parent; parent = node.parent()) {
    switch (parent.kind()) {
      case Kind::parenthesized:
      case Kind::cast:
      case Kind::pointer_expression:
      case Kind::conditional:
        if (parent.is(Kind::conditional) && node.role() == Role::condition) return false;
        node = parent;
        continue;
      case Kind::argument_list: {
        // `std::function<…> run(::system)` gives a variable its value.
        if (parent.parent().is(Kind::init_declarator)) return false;
        const std::vector<Syntax> arguments = parent.children();
        const std::string_view callee = parent.parent().field(Role::function).text();
        if (callee.ends_with("_cast") || callee.find("_cast<") != std::string_view::npos) {
          node = parent.parent();
          continue;
        }
        return arguments.size() > 0;
      }
      case Kind::return_statement: return true;
      case Kind::initializer_pair: return true;
      case Kind::initializer_list: {
        const Syntax owner = parent.parent();
        // `int (*run)(const char*){system};` initialises one variable.
        return !(owner.is(Kind::init_declarator) && parent.first() == node && !node.next());
      }
      case Kind::assignment: {
        if (node.role() != Role::right) return false;
        const Place place = analysis.definitions.place_of(parent.field(Role::left));
        return place.variable == none || !place.path.empty();
      }
      case Kind::parameter_declaration: return node.role() == Role::default_value;
      default: return false;
    }
  }
  return false;
}

/// A plain name is the C function only where nothing else can be meant: not outside functions (tables of names,
/// macros), not in a method, whose class may have a member of that name.
bool certain(Syntax name, const Analysis& analysis) {
  if (name.is(Kind::qualified_identifier)) return true;
  if (name.parent().is(Kind::pointer_expression)) return true;
  const Function* function = analysis.unit.declarations.function_at(name);
  if (function == nullptr || function->member) return false;
  // An argument of a macro need not be an expression.
  const Syntax call = name.enclosing(Kind::call);
  const std::string_view callee = call.field(Role::function).text();
  return std::any_of(callee.begin(), callee.end(), [](char byte) { return byte >= 'a' && byte <= 'z'; }) || !call;
}

}  // namespace

void find_references(const Analysis& analysis, FileFacts& facts) {
  const ApiCatalog& apis = analysis.unit.names.apis();
  for (NodeId id = 0; id < analysis.unit.tree.size(); ++id) {
    const Syntax node = analysis.unit.tree.at(id);
    if (!node.is(Kind::identifier) && !node.is(Kind::qualified_identifier)) continue;
    if (!stands_as_value(node)) continue;
    const std::string name = plain_name(node.text());
    if (!apis.is_operation_name(last_component(name)) || !certain(node, analysis)) continue;
    if (analysis.unit.declarations.find_variable(name, node) != nullptr || !handed_over(node, analysis)) continue;
    const Meaning meaning = analysis.unit.names.reference(name, node);
    if (meaning.api == nullptr || meaning.api->operation != Operation::spawn || meaning.on_this) continue;
    if (meaning.api->has_trait("system-call")) continue;
    OperationFact fact;
    fact.attributes.set(Operation::spawn);
    fact.attributes.set(Form::reference);
    fact.range = analysis.unit.place(node);
    fact.what = std::string(node.text());
    fact.symbol = analysis.unit.enclosing_symbol(node);
    facts.operations.push_back(std::move(fact));
  }
}

void find_local_managers(const Analysis& analysis, FileFacts& facts) {
  for (const Class& entry : analysis.unit.declarations.classes()) {
    if (last_component(entry.qualified) != "ProcessManager" || !entry.node.child(Kind::field_list)) continue;
    OperationFact fact;
    fact.attributes.set(Operation::definition);
    fact.range = analysis.unit.place(entry.name ? entry.name : entry.node);
    fact.what = "ProcessManager";
    fact.symbol = std::string(qualifier(entry.qualified));
    facts.operations.push_back(std::move(fact));
  }
}

}  // namespace procsafe::cpp
