#include "lower/cpp/name_resolver.h"

#include <algorithm>

namespace procsafe::cpp {
namespace {

/// Longest chain of base classes and aliases followed; real ones are short, cycles are not.
constexpr int kMaxDepth = 12;

bool arity_fits(const Api& api, std::size_t arguments) {
  return !api.arity || (api.arity->first <= arguments && arguments <= api.arity->second);
}

/// A declaration without a body that looks like the C function itself: `extern "C" int system(const char*);`.
bool redeclares(const Function& function, const Api& api) {
  if (function.body || function.member || function.internal) return false;
  return function.variadic || arity_fits(api, function.parameter_count);
}

}  // namespace

Slot class_slot(std::string_view qualified) { return {Slot::Kind::name, "class:" + std::string(qualified), 0}; }

Slot declaration_slot(std::string_view qualified) {
  return {Slot::Kind::name, "declares:" + std::string(qualified), 0};
}

Slot type_slot(std::string_view symbol) { return {Slot::Kind::name, "type:" + std::string(symbol), 0}; }

const Api* NameResolver::find_api(std::string_view qualified) const {
  if (const Api* api = apis_.find(qualified)) return api;
  // Names of C stand in `std` too.
  if (qualified.starts_with("std::") && qualified.find("::", 5) == std::string_view::npos)
    return apis_.find(qualified.substr(5));
  // A static method of a class of the catalogue, or of a base of it.
  const std::string_view type = qualifier(qualified);
  return type.empty() ? nullptr : apis_.find_method(type, procsafe::cpp::last_component(qualified));
}

std::string NameResolver::expand_aliases(std::string_view name, Syntax at) const {
  std::string expanded(name);
  for (int depth = 0; depth < kMaxDepth; ++depth) {
    const std::size_t separator = expanded.find("::");
    if (separator == 0) return expanded;
    const std::string head = expanded.substr(0, separator);
    const std::vector<const Alias*> aliases = declarations_.find_aliases(head, at);
    if (aliases.empty() || aliases.front()->target == head || aliases.front()->target.empty()) return expanded;
    const std::string rest = separator == std::string::npos ? std::string() : expanded.substr(separator);
    const bool ends = aliases.front()->kind == Alias::Kind::declaration;
    expanded = aliases.front()->target + rest;
    // `using std::system;` names something absolute; its head is no alias of itself.
    if (ends && aliases.front()->target.ends_with("::" + head)) return "::" + expanded;
  }
  return expanded;
}

std::vector<std::string> NameResolver::candidates(std::string_view name, Syntax at) const {
  const std::string expanded = expand_aliases(name, at);
  if (expanded.starts_with("::")) return {expanded.substr(2)};
  std::vector<std::string> list;
  for (std::string_view scope = declarations_.scope_at(at); !scope.empty(); scope = qualifier(scope))
    list.push_back(join_names(scope, expanded));
  list.push_back(expanded);
  for (const std::string_view directive : declarations_.directives_at(at)) {
    std::string opened = expand_aliases(directive, at);
    if (opened.starts_with("::")) opened.erase(0, 2);
    list.push_back(join_names(opened, expanded));
  }
  return list;
}

bool NameResolver::project_function(std::string_view qualified) const {
  return !names_.find(declaration_slot(qualified)).empty();
}

std::vector<std::string> NameResolver::bases_of(std::string_view class_name) const {
  std::vector<std::string> bases;
  if (const Class* entry = declarations_.find_class(class_name)) {
    for (const std::string& base : entry->bases) {
      for (std::string& candidate : candidates(base, entry->node)) {
        if (candidate == class_name) continue;
        bases.push_back(std::move(candidate));
      }
    }
    return bases;
  }
  for (const Value& value : names_.find(class_slot(class_name))) {
    if (value.kind == Value::Kind::api) bases.push_back(value.name);
  }
  return bases;
}

const ApiType* NameResolver::derived_from(std::string_view class_name, int depth) const {
  if (const ApiType* type = apis_.find_type(class_name)) return type;
  if (depth >= kMaxDepth) return nullptr;
  for (const std::string& base : bases_of(class_name)) {
    if (const ApiType* type = derived_from(base, depth + 1)) return type;
  }
  return nullptr;
}

Meaning NameResolver::class_member(std::string_view class_name, std::string_view method, int depth) const {
  if (apis_.find_type(class_name) != nullptr) {
    Meaning meaning;
    meaning.api = apis_.find_method(class_name, method);
    if (meaning.api != nullptr) meaning.name = meaning.api->name;
    return meaning;
  }
  const Class* entry = declarations_.find_class(class_name);
  const bool declares = entry != nullptr
                            ? entry->methods.contains(method)
                            : apis_.is_simple_name(method) && project_function(join_names(class_name, method));
  if (declares) {
    Meaning meaning;
    meaning.project = true;
    meaning.name = join_names(class_name, method);
    return meaning;
  }
  if (depth >= kMaxDepth) return {};
  for (const std::string& base : bases_of(class_name)) {
    Meaning found = class_member(base, method, depth + 1);
    if (found.api != nullptr || found.project) return found;
  }
  return {};
}

Meaning NameResolver::method(const ClassName& type, std::string_view name) const {
  return class_member(type.name, name, 0);
}

Meaning NameResolver::resolve(std::string_view name, Syntax at, bool any_arity, std::size_t arguments) const {
  const bool simple = name.find("::") == std::string_view::npos;
  const bool interesting = apis_.is_simple_name(cpp::last_component(name));
  for (const std::string& candidate : candidates(name, at)) {
    const Api* api = find_api(candidate);
    const bool in_namespace = candidate.find("::") != std::string::npos;
    if (api != nullptr && in_namespace && apis_.find(candidate) != nullptr) {
      if (any_arity || arity_fits(*api, arguments)) return {api, api->name, nullptr, false, false};
      continue;
    }
    for (const std::uint32_t index : declarations_.find_functions(candidate)) {
      const Function& function = declarations_.functions()[index];
      if (api != nullptr && redeclares(function, *api)) continue;
      return {nullptr, candidate, &function, true, function.member && simple};
    }
    if (simple && in_namespace) {
      Meaning member = class_member(qualifier(candidate), name, 0);
      member.on_this = true;
      if (member.api != nullptr && !any_arity && !arity_fits(*member.api, arguments)) continue;
      if (member.api != nullptr || member.project) return member;
    }
    if (interesting && (in_namespace || api == nullptr) && project_function(candidate)) {
      return {nullptr, candidate, nullptr, true, false};
    }
    if (api != nullptr && (any_arity || arity_fits(*api, arguments))) return {api, api->name, nullptr, false, false};
  }
  return {};
}

Meaning NameResolver::function(std::string_view name, Syntax at, std::size_t arguments) const {
  return resolve(name, at, false, arguments);
}

Meaning NameResolver::reference(std::string_view name, Syntax at) const { return resolve(name, at, true, 0); }

ClassName NameResolver::class_named(std::string_view name, Syntax at) const {
  if (name.empty()) return {};
  ClassName project;
  for (const std::string& candidate : candidates(name, at)) {
    if (const ApiType* type = apis_.find_type(candidate)) return {candidate, type};
    const bool known = declarations_.find_class(candidate) != nullptr;
    if (const ApiType* type = derived_from(candidate, 0)) return {candidate, type};
    if (known && !project) project.name = candidate;
  }
  return project;
}

ClassName NameResolver::published_class(std::string_view symbol, Syntax at) const {
  for (const Value& value : names_.find(type_slot(symbol))) {
    if (!value.name.empty()) return class_named("::" + value.name, at);
  }
  return {};
}

ClassName NameResolver::handle_class(const TypeName& type, Syntax at) const {
  ClassName own = class_named(type.name, at);
  if (own.api != nullptr) return own;
  for (const std::string& argument : type.arguments) {
    if (ClassName held = class_named(argument, at); held.api != nullptr) return held;
  }
  for (const Alias* alias : declarations_.find_aliases(type.name, at)) {
    if (alias->kind != Alias::Kind::type) continue;
    for (const std::string& argument : alias->type.arguments) {
      if (ClassName held = class_named(argument, at); held.api != nullptr) return held;
    }
  }
  return own;
}

}  // namespace procsafe::cpp
