#include "lower/cpp/values.h"

namespace procsafe::cpp {

ClassName Values::class_of_variable(const Variable& variable, Syntax use) const {
  if (variable.type.name != "auto" && !variable.type.empty()) return unit_.names.handle_class(variable.type, use);
  if (variable.declaration.is(Kind::for_range_loop)) return class_of(variable.declaration.field(Role::right));
  Syntax value = variable.initializer;
  if (value.is(Kind::initializer_list) || value.is(Kind::argument_list)) value = value.first();
  return class_of(value);
}

ClassName Values::class_of_field(Syntax node) const {
  const std::string field = plain_name(node.is(Kind::field_expression) ? node.field(Role::field).text() : node.text());
  std::string owner;
  if (node.is(Kind::field_expression)) {
    owner = owner_of(node);
  } else {
    const Function* function = unit_.declarations.function_at(node);
    owner = function != nullptr ? function->scope : unit_.declarations.scope_at(node);
  }
  const Class* entry = owner.empty() ? nullptr : unit_.declarations.find_class(owner);
  if (entry == nullptr && owner.empty()) {
    const std::vector<const Class*> classes = unit_.declarations.classes_with_field(field);
    if (classes.size() == 1) entry = classes.front();
  }
  if (entry != nullptr) {
    if (const auto found = entry->fields.find(field); found != entry->fields.end()) {
      const Variable& variable = unit_.declarations.variables()[found->second];
      return unit_.names.handle_class(variable.type, variable.declarator);
    }
  }
  if (owner.empty()) return {};
  // A method defined under `using namespace` names its class without the namespace.
  for (const std::string& candidate : unit_.names.candidates(owner, unit_.tree.root())) {
    if (ClassName type = unit_.names.published_class(join_names(candidate, field), node)) return type;
  }
  return unit_.names.published_class(join_names(owner, field), node);
}

ClassName Values::class_of(Syntax expression) const {
  const Syntax node = strip_casts(expression);
  if (!node || depth_ > 40) return {};
  if (unit_.answers.known()) {
    const std::string_view known = unit_.answers.receiver_class(unit_.place(node));
    if (!known.empty()) return unit_.names.class_named("::" + std::string(known), node);
  }
  ++depth_;
  ClassName type;
  switch (node.kind()) {
    case Kind::identifier: {
      const Variable* variable = unit_.declarations.find_variable(node.text(), node);
      if (variable == nullptr) {
        type = class_of_field(node);
        if (!type) type = unit_.names.published_class(node.text(), node);  // a global of a header
      } else if (active_.insert(node.id()).second) {
        type = class_of_variable(*variable, node);
        active_.erase(node.id());
      }
      break;
    }
    case Kind::field_identifier: type = class_of_field(node); break;
    case Kind::field_expression: {
      type = class_of_field(node);
      // `it->second`, `pair.first`: what is held by what holds it.
      if (!type) {
        const std::string_view field = node.field(Role::field).text();
        if (field == "second" || field == "first") type = class_of(node.field(Role::argument));
      }
      break;
    }
    case Kind::this_object: type = unit_.names.class_named("::" + unit_.declarations.scope_at(node), node); break;
    case Kind::subscript:
    case Kind::pointer_expression:
    case Kind::lambda: type = class_of(node.field(Role::argument)); break;
    case Kind::new_expression:
    case Kind::compound_literal:
      type = unit_.names.handle_class(parse_type(node.field(Role::type).text()), node);
      break;
    case Kind::conditional: type = class_of(node.field(Role::consequence)); break;
    case Kind::assignment: type = class_of(node.field(Role::right)); break;
    case Kind::call: {
      const Call* call = calls_->find(node);
      if (call == nullptr) break;
      if (call->api != nullptr) {
        if (!call->api->type.empty()) {
          type = unit_.names.class_named("::" + call->api->type, node);
        } else if (call->type && !call->receiver && call->api->operation == Operation::spawn) {
          type = call->type;
        }
        break;
      }
      if (!call->receiver && call->type) {
        type = call->type;  // a construction without an operation: `QProcess()`
      } else if (const Function* function = call->meaning.function; function != nullptr) {
        type = unit_.names.handle_class(function->result, function->node);
      } else if (call->receiver) {
        // An accessor of what holds the object: `ptr.get()`, `list.back()`, `process.value()`.
        const std::string name = plain_name(call->callee.field(Role::field).text());
        for (const std::string_view accessor : {"get", "value", "back", "front", "at", "data", "top", "find", "begin",
                                                "take", "first", "last", "object", "operator->", "lock", "release"}) {
          if (name == accessor) type = class_of(call->receiver);
        }
      } else if (call->arguments.size() == 1 && last_component(plain_name(call->callee.text())) == "move") {
        type = class_of(call->arguments.front());
      }
      if (type) break;
      if (const std::string symbol = callee_symbol(*call); !symbol.empty())
        type = unit_.names.published_class(symbol, node);
      break;
    }
    default: break;
  }
  --depth_;
  return type;
}

}  // namespace procsafe::cpp
