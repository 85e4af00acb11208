#include <algorithm>
#include <map>
#include <utility>

#include "lower/cpp/exports.h"
#include "lower/cpp/macro_expansion.h"
#include "lower/cpp/process_types.h"
#include "lower/cpp/telling_names.h"

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

/// Text that a constant holds reaches its readers like that of a macro.
void export_constants(const Analysis& analysis, FileFacts& facts) {
  const Unit& unit = analysis.unit;
  for (const Variable& variable : unit.declarations.variables()) {
    if (variable.kind != Variable::Kind::global || !variable.constant || (variable.is_static && !unit.header)) continue;
    const Syntax value = variable.initializer;
    if (!value.is(Kind::string) && !value.is(Kind::raw_string) && !value.is(Kind::concatenated_string)) continue;
    Macro text;
    text.name = variable.name;
    text.body = std::string(value.text());
    text.definition = unit.location(value);
    facts.flows.push_back({macro_slot(variable.name), encode_macro(text), text.definition.range});
  }
}

/// Which classes of the file are worth to know where they are fields or results: those by which a handle or a pid
/// is reached.
class Holders {
 public:
  explicit Holders(const Unit& unit) : unit_(unit) {}

  [[nodiscard]] bool matters(const ClassName& type) {
    if (type.api != nullptr) return type.api->origin != Origin::not_applicable;
    if (!type) return false;
    const auto [known, fresh] = known_.try_emplace(type.name, false);  // a class that holds itself holds nothing more
    if (!fresh) return known->second;
    const bool holds = looks(type.name);
    known_[type.name] = holds;
    return holds;
  }

 private:
  bool looks(const std::string& name) {
    const Class* entry = unit_.declarations.find_class(name);
    if (entry == nullptr) return true;  // another file knows
    for (const auto& [field, index] : entry->fields) {
      const Variable& variable = unit_.declarations.variables()[index];
      if (sounds_like_process(field) || holds_only_processes(variable.type)) return true;
      if (matters(unit_.names.handle_class(variable.type, variable.declarator))) return true;
    }
    const auto inherits = [&](const std::string& base) { return matters(unit_.names.class_named(base, entry->node)); };
    if (std::any_of(entry->bases.begin(), entry->bases.end(), inherits)) return true;
    return std::any_of(entry->methods.begin(), entry->methods.end(), [&](const std::string& method) {
      const std::vector<std::uint32_t>& found = unit_.declarations.find_functions(join_names(name, method));
      return std::any_of(found.begin(), found.end(), [&](std::uint32_t index) {
        const Function& function = unit_.declarations.functions()[index];
        return matters(unit_.names.handle_class(function.result, function.declarator));
      });
    });
  }

  const Unit& unit_;
  std::map<std::string, bool> known_;
};

void export_classes(const Analysis& analysis, Holders& holders, FileFacts& facts) {
  const Unit& unit = analysis.unit;
  for (const Class& entry : unit.declarations.classes()) {
    if (entry.qualified.empty()) continue;
    ValueSet bases;
    for (const std::string& base : entry.bases) {
      for (const std::string& candidate : unit.names.candidates(base, entry.node)) {
        if (candidate != entry.qualified) bases.insert(Value::api(candidate));
      }
    }
    const SourceRange at = unit.place(entry.name ? entry.name : entry.node);
    if (!bases.empty()) facts.flows.push_back({class_slot(entry.qualified), std::move(bases), at});
    for (const auto& [name, index] : entry.fields) {
      const Variable& field = unit.declarations.variables()[index];
      const ClassName type = unit.names.handle_class(field.type, field.declarator);
      if (!holders.matters(type)) continue;
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
void export_types(const Analysis& analysis, Holders& holders, FileFacts& facts) {
  const Unit& unit = analysis.unit;
  const auto publish = [&](const std::string& symbol, const TypeName& type, Syntax at) {
    const ClassName found = unit.names.handle_class(type, at);
    if (!holders.matters(found)) return;
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
  Holders holders(analysis.unit);
  export_constants(analysis, facts);
  export_classes(analysis, holders, facts);
  export_functions(analysis, facts);
  export_types(analysis, holders, facts);
}

}  // namespace procsafe::cpp
