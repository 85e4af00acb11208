#include "lower/cpp/calls.h"

#include <algorithm>
#include <span>
#include <utility>

#include "lower/cpp/values.h"

namespace procsafe::cpp {
namespace {

/// Functions whose template argument is what they construct: `std::make_unique<bp::child>("x")`.
bool constructs_argument(std::string_view function) {
  return function == "make_unique" || function == "make_shared" || function == "make_scoped_refptr" ||
         function == "WrapUnique" || function == "MakeUnique" || function == "emplace";
}

Syntax template_argument(Syntax function) {
  Syntax node = function;
  while (node.is(Kind::qualified_identifier)) node = node.field(Role::name);
  if (!node.is(Kind::template_function)) return {};
  const Syntax descriptor = node.field(Role::arguments).first();
  return descriptor.is(Kind::type_descriptor) ? descriptor.field(Role::type) : Syntax();
}

/// `static_cast<int>(x)` and its like call nothing.
bool is_cast_call(Syntax callee) {
  return callee.is(Kind::template_function) && callee.field(Role::name).text().ends_with("_cast");
}

/// The constructor of a class of the catalogue for that many arguments. A class of the project that derives from
/// one has constructors of its own.
const Api* constructor(const ApiCatalog& apis, const ClassName& type, std::size_t arguments) {
  if (type.api == nullptr || type.name != type.api->name) return nullptr;
  const Api* api = apis.find_method(type.name, last_component(type.name));
  if (api == nullptr || !api->arity) return api;
  return api->arity->first <= arguments && arguments <= api->arity->second ? api : nullptr;
}

}  // namespace

Syntax Call::argument(const Argument& which) const {
  if (which.keyword == "receiver") return receiver;
  return which.index ? argument(*which.index) : Syntax();
}

CallTable::CallTable(const Unit& unit, const Values& values) : unit_(unit), values_(values) {
  for (const Variable& variable : unit.declarations.variables()) {
    if (variable.pointer || variable.reference || variable.type.empty()) continue;
    if (variable.kind == Variable::Kind::local || variable.kind == Variable::Kind::global)
      constructed_.emplace(variable.declarator.id(), &variable);
  }
  for (NodeId id = 0; id < unit.tree.size(); ++id) {
    const Syntax node = unit.tree.at(id);
    switch (node.kind()) {
      case Kind::call:
      case Kind::new_expression:
      case Kind::compound_literal:
      case Kind::field_initializer: nodes_.push_back(node); break;
      case Kind::identifier:
        if (constructed_.contains(id)) nodes_.push_back(node);
        break;
      default: break;
    }
  }
}

const Call* CallTable::find(Syntax node) const {
  if (!node || node.tree() != &unit_.tree) return nullptr;
  switch (node.kind()) {
    case Kind::call:
    case Kind::new_expression:
    case Kind::compound_literal:
    case Kind::field_initializer: break;
    case Kind::identifier:
      if (constructed_.contains(node.id())) break;
      return nullptr;
    default: return nullptr;
  }
  Slot_& slot = resolved_[node.id()];
  if (slot.busy) return nullptr;  // a variable that is called to compute itself
  if (!slot.done) {
    slot.busy = true;
    slot.call = resolve(node);
    slot.busy = false;
    slot.done = true;
  }
  return &slot.call;
}

Call CallTable::resolve(Syntax node) const {
  Call call;
  call.node = node;
  call.arguments = argument_nodes(node);
  switch (node.kind()) {
    case Kind::call: resolve_call(node, call); break;
    case Kind::new_expression:
    case Kind::compound_literal:
      if (node.is(Kind::compound_literal)) call.arguments = argument_nodes(node.field(Role::value));
      resolve_construction(node.field(Role::type), call);
      break;
    case Kind::field_initializer: {
      const Syntax list =
          node.child(Kind::argument_list) ? node.child(Kind::argument_list) : node.child(Kind::initializer_list);
      call.arguments = argument_nodes(list);
      call.callee = node.first();
      call.type = values_.class_of(call.callee);
      call.api = constructor(unit_.names.apis(), call.type, call.arguments.size());
      break;
    }
    default: resolve_constructed_variable(*constructed_.at(node.id()), call); break;
  }
  if (call.api != nullptr && call.meaning.name.empty()) call.meaning.name = call.api->name;
  describe(call);
  if (unit_.answers.known()) correct(call);
  return call;
}

void CallTable::resolve_call(Syntax node, Call& call) const {
  const Syntax callee = node.field(Role::function);
  call.callee = callee;
  if (is_cast_call(callee)) return;
  switch (callee.kind()) {
    case Kind::identifier:
    case Kind::qualified_identifier:
    case Kind::template_function: {
      const std::string name = plain_name(callee.text());
      if (callee.is(Kind::identifier) && unit_.declarations.find_variable(name, callee) != nullptr)
        return resolve_through_value(callee, call);
      if (constructs_argument(last_component(name))) {
        if (const Syntax type = template_argument(callee)) return resolve_construction(type, call);
      }
      call.meaning = unit_.names.function(name, callee, call.arguments.size());
      call.api = call.meaning.api;
      if (call.api == nullptr && !call.meaning.project) resolve_construction(callee, call);
      break;
    }
    case Kind::type_identifier:
    case Kind::template_type: return resolve_construction(callee, call);
    case Kind::field_expression: return resolve_method(callee, call);
    default: return resolve_through_value(callee, call);
  }
  if (call.api != nullptr && call.meaning.on_this) {
    call.type = unit_.names.class_named(qualifier(call.api->name), callee);
  }
  resolve_system_call(call);
}

void CallTable::resolve_method(Syntax callee, Call& call) const {
  const std::string name = plain_name(callee.field(Role::field).text());
  call.receiver = callee.field(Role::argument);
  if (!unit_.names.apis().is_simple_name(name)) {
    call.meaning.name = name;
    return;
  }
  call.type = values_.class_of(call.receiver);
  if (!call.type) return;
  call.meaning = unit_.names.method(call.type, name);
  call.api = call.meaning.api;
}

void CallTable::resolve_through_value(Syntax callee, Call& call) const {
  for (const Value& value : values_.of(callee)) {
    if (value.kind != Value::Kind::api) continue;
    const Api* api = unit_.names.apis().find(value.name);
    if (api == nullptr) continue;
    if (api->arity && (call.arguments.size() < api->arity->first || call.arguments.size() > api->arity->second))
      continue;
    call.api = api;
    call.meaning.api = api;
    call.through_value = true;
  }
}

void CallTable::resolve_construction(Syntax type, Call& call) const {
  call.callee = type;
  const ClassName name = unit_.names.handle_class(parse_type(type.text()), type);
  if (name.api == nullptr) return;
  call.type = name;
  call.api = constructor(unit_.names.apis(), name, call.arguments.size());
}

void CallTable::resolve_constructed_variable(const Variable& variable, Call& call) const {
  call.constructed = &variable;
  const Syntax value = variable.initializer;
  const bool constructs =
      !value || value.is(Kind::argument_list) || value.is(Kind::initializer_list) || value.is(Kind::parameter_list);
  if (!constructs || variable.declaration.is(Kind::for_range_loop)) return;
  call.arguments = value ? value.children() : std::vector<Syntax>{};
  const ClassName name = unit_.names.class_named(variable.type.name, variable.declarator);
  if (name.api == nullptr) return;
  call.type = name;
  call.callee = variable.declaration.field(Role::type);
  call.api = constructor(unit_.names.apis(), name, call.arguments.size());
}

void CallTable::resolve_system_call(Call& call) const {
  if (call.api == nullptr || !call.api->has_trait("system-call") || call.arguments.empty()) return;
  // `syscall(SYS_kill, pid, sig)` is the function the number names.
  std::string_view number = strip_casts(call.arguments.front()).text();
  for (const std::string_view prefix : {"SYS_", "__NR_"}) {
    if (!number.starts_with(prefix)) continue;
    number.remove_prefix(prefix.size());
    call.api = unit_.names.apis().find(number);
    call.meaning.api = call.api;
    call.first_argument = 1;
    return;
  }
  call.api = nullptr;
}

void CallTable::describe(Call& call) const {
  Syntax whole = call.node;
  if (call.constructed != nullptr) {
    const Syntax declaration = call.constructed->declaration;
    Syntax declarator = call.node;
    while (declarator.parent() && !(declarator.parent() == declaration)) declarator = declarator.parent();
    const SourceRange type = unit_.place(declaration.field(Role::type));
    call.range = {type.begin, unit_.place(declarator).end};
  } else {
    call.range = unit_.place(whole);
  }
  if (const Expansion* expansion = unit_.map.expansion_at(call.callee.range().begin)) {
    call.what = expansion->name;
    return;
  }
  const Syntax callee = call.callee ? call.callee : call.node;
  const std::string_view spelled = callee.text();
  call.what = spelled.find('\n') == std::string_view::npos && spelled.size() <= 80 ? std::string(spelled)
              : call.api != nullptr                                                ? call.api->name
                                                                                   : std::string();
}

/// Replaces the guess from syntax by what Clang says is called there.
void CallTable::correct(Call& call) const {
  const ApiCatalog& apis = unit_.names.apis();
  const std::span<const CppSemantics::Call> calls = unit_.answers.at(call.range);
  const auto names_guess = [&](const CppSemantics::Call& answer) {
    return call.api != nullptr && last_component(answer.callee) == last_component(call.api->name);
  };
  const auto agreeing = std::find_if(calls.begin(), calls.end(), [&](const CppSemantics::Call& answer) {
    return !answer.project && names_guess(answer);
  });
  if (agreeing != calls.end()) return;
  if (calls.size() == 1 && calls.front().macro.empty()) {
    const CppSemantics::Call& answer = calls.front();
    const Api* api = answer.project ? nullptr : apis.find(answer.callee);
    if (api == nullptr && !answer.project && !answer.receiver_type.empty())
      api = apis.find_method(answer.receiver_type, last_component(answer.callee));
    // Names that neither side calls an API stay what the syntax makes of them.
    if (api == nullptr && call.api == nullptr) return;
    call.api = api;
    call.meaning.api = api;
    call.meaning.name = answer.callee;
    call.meaning.project = answer.project;
    if (!answer.receiver_type.empty()) call.type = unit_.names.class_named("::" + answer.receiver_type, call.node);
    call.through_value = api != nullptr && last_component(plain_name(call.callee.text())) != last_component(api->name);
    return;
  }
  // Classes go by many names (aliases of templates, inline namespaces), and what is no operation is of no concern.
  const bool deniable = call.api != nullptr && call.api->operation && call.api->name.find("::") == std::string::npos;
  if (!deniable || call.through_value || !unit_.answers.denies(call.range, call.api->name)) return;
  call.api = nullptr;
  call.meaning.api = nullptr;
}

}  // namespace procsafe::cpp
