#include "lower/cpp/declarations.h"

#include <algorithm>

#include "lower/cpp/declaration_reader.h"

namespace procsafe::cpp {

Declarations::Declarations(const SyntaxTree& tree, bool header) : tree_(&tree) {
  DeclarationReader(tree, header, *this).read();
  for (std::uint32_t i = 0; i < variables_.size(); ++i) {
    if (variables_[i].kind != Variable::Kind::field) variables_by_name_[variables_[i].name].push_back(i);
  }
  for (std::uint32_t i = 0; i < functions_.size(); ++i) functions_by_name_[functions_[i].qualified].push_back(i);
  for (std::uint32_t i = 0; i < classes_.size(); ++i) {
    classes_by_name_.try_emplace(classes_[i].qualified, i);
    for (const auto& [name, variable] : classes_[i].fields) classes_by_field_[name].push_back(i);
  }
  for (std::uint32_t i = 0; i < aliases_.size(); ++i) {
    if (aliases_[i].kind == Alias::Kind::directive) {
      directives_.push_back(i);
    } else {
      aliases_by_name_[aliases_[i].name].push_back(i);
    }
  }
}

const Variable* Declarations::find_variable(std::string_view name, Syntax at) const {
  const auto found = variables_by_name_.find(name);
  if (found == variables_by_name_.end()) return nullptr;
  const Variable* best = nullptr;
  for (const std::uint32_t index : found->second) {
    const Variable& variable = variables_[index];
    if (!variable.extent.contains(at.id())) continue;
    if (variable.kind != Variable::Kind::global && variable.declarator.id() > at.id()) continue;
    // The innermost wins; in one scope the later (shadowing by a loop of its own has an extent of its own).
    if (best == nullptr || variable.extent.begin >= best->extent.begin) best = &variable;
  }
  return best;
}

const std::vector<std::uint32_t>& Declarations::find_functions(std::string_view qualified) const {
  static const std::vector<std::uint32_t> nothing;
  const auto found = functions_by_name_.find(qualified);
  return found == functions_by_name_.end() ? nothing : found->second;
}

const Class* Declarations::find_class(std::string_view qualified) const {
  const auto found = classes_by_name_.find(qualified);
  return found == classes_by_name_.end() ? nullptr : &classes_[found->second];
}

std::vector<const Class*> Declarations::classes_with_field(std::string_view field) const {
  std::vector<const Class*> classes;
  const auto found = classes_by_field_.find(field);
  if (found == classes_by_field_.end()) return classes;
  for (const std::uint32_t index : found->second) classes.push_back(&classes_[index]);
  return classes;
}

std::vector<const Alias*> Declarations::find_aliases(std::string_view name, Syntax at) const {
  std::vector<const Alias*> aliases;
  const auto found = aliases_by_name_.find(name);
  if (found == aliases_by_name_.end()) return aliases;
  for (const std::uint32_t index : found->second) {
    if (aliases_[index].extent.contains(at.id())) aliases.push_back(&aliases_[index]);
  }
  std::stable_sort(aliases.begin(), aliases.end(),
                   [](const Alias* a, const Alias* b) { return a->extent.begin > b->extent.begin; });
  return aliases;
}

std::vector<std::string_view> Declarations::directives_at(Syntax at) const {
  std::vector<std::string_view> namespaces;
  for (const std::uint32_t index : directives_) {
    if (aliases_[index].extent.contains(at.id())) namespaces.emplace_back(aliases_[index].target);
  }
  return namespaces;
}

const Declarations::Enumerator* Declarations::find_enumerator(std::string_view name) const {
  const auto found = enumerators_.find(name);
  return found == enumerators_.end() ? nullptr : &found->second;
}

const Function* Declarations::function_at(Syntax node) const {
  if (!node) return nullptr;
  const std::uint32_t function = regions_[region_of_[node.id()]].function;
  return function == none ? nullptr : &functions_[function];
}

const std::string& Declarations::scope_at(Syntax node) const {
  return regions_[node ? region_of_[node.id()] : 0].scope;
}

}  // namespace procsafe::cpp
