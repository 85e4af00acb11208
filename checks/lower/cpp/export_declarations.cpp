#include <utility>

#include "lower/cpp/exports.h"
#include "lower/cpp/macro_expansion.h"

namespace procsafe::cpp {
namespace {

void export_macros(const Analysis& analysis, FileFacts& facts) {
  const Unit& unit = analysis.unit;
  if (!unit.header) return;
  for (const Macro& macro : unit.macros.all()) {
    if (macro.definition.path != unit.input.file.path) continue;
    const bool text = !macro.function_like && macro.body.find('"') != std::string::npos;
    if (text || hides_operation(macro, unit.macros, unit.names.apis()))
      facts.flows.push_back({macro_slot(macro.name), encode_macro(macro), macro.definition.range});
  }
}

void export_classes(const Analysis& analysis, FileFacts& facts) {
  const Unit& unit = analysis.unit;
  const ApiCatalog& apis = unit.names.apis();
  for (const Class& entry : unit.declarations.classes()) {
    if (entry.qualified.empty()) continue;
    ValueSet values;
    for (const std::string& method : entry.methods) {
      if (apis.is_simple_name(method)) values.insert(Value::api("method:" + method));
    }
    for (const std::string& base : entry.bases) {
      for (const std::string& candidate : unit.names.candidates(base, entry.node)) {
        if (candidate != entry.qualified) values.insert(Value::api("base:" + candidate));
      }
    }
    const SourceRange at = unit.place(entry.name ? entry.name : entry.node);
    if (!values.empty()) facts.flows.push_back({class_slot(entry.qualified), std::move(values), at});
    for (const auto& [name, index] : entry.fields) {
      const Variable& field = unit.declarations.variables()[index];
      const ClassName type = unit.names.handle_class(field.type, field.declarator);
      // A handle, or an object that may hold one further in.
      if (!type || (type.api != nullptr && type.api->origin == Origin::not_applicable)) continue;
      facts.flows.push_back(
          {type_slot(join_names(entry.qualified, name)), Value::api(type.name), unit.place(field.declarator)});
    }
  }
}

/// A function of the project with the name of an API, in a namespace or, from a header, with other parameters: a
/// call of it elsewhere is not the API.
void export_functions(const Analysis& analysis, FileFacts& facts) {
  const Unit& unit = analysis.unit;
  const ApiCatalog& apis = unit.names.apis();
  for (const Function& function : unit.declarations.functions()) {
    if (function.internal || !apis.is_simple_name(last_component(function.qualified))) continue;
    const Api* api = apis.find(function.qualified);
    const bool in_namespace = function.qualified.find("::") != std::string::npos;
    if (in_namespace ? api != nullptr : api != nullptr || !unit.header) continue;
    facts.flows.push_back({declaration_slot(function.qualified), Value::of_number(1), unit.place(function.declarator)});
  }
}

/// Globals and results that are handles, or objects that may hold one.
void export_types(const Analysis& analysis, FileFacts& facts) {
  const Unit& unit = analysis.unit;
  const auto publish = [&](const std::string& symbol, const TypeName& type, Syntax at) {
    const ClassName found = unit.names.handle_class(type, at);
    if (!found || (found.api != nullptr && found.api->origin == Origin::not_applicable)) return;
    facts.flows.push_back({type_slot(symbol), Value::api(found.name), unit.place(at)});
  };
  for (const Function& function : unit.declarations.functions()) {
    if (function.internal || function.result.empty() || function.result.name == "void") continue;
    publish(function.qualified, function.result, function.declarator);
  }
  if (!unit.header) return;
  for (const Variable& variable : unit.declarations.variables()) {
    if (variable.kind == Variable::Kind::global)
      publish(join_names(variable.scope, variable.name), variable.type, variable.declarator);
  }
}

}  // namespace

void export_declarations(const Analysis& analysis, FileFacts& facts) {
  export_macros(analysis, facts);
  export_classes(analysis, facts);
  export_functions(analysis, facts);
  export_types(analysis, facts);
}

}  // namespace procsafe::cpp
