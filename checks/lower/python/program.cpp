#include "lower/python/program.h"

#include <algorithm>

namespace procsafe::python {

/// The definitions around the node that is being read, innermost last.
struct Program::Around {
  struct Level {
    Function* function = nullptr;
    Class* klass = nullptr;
    Node node;
  };
  std::vector<Level> levels;

  /// The function whose locals a binding here adds to; null in a module or class body.
  [[nodiscard]] Function* binding_function() const { return levels.empty() ? nullptr : levels.back().function; }
  [[nodiscard]] Function* function() const {
    for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
      if (level->function != nullptr) return level->function;
    }
    return nullptr;
  }
  [[nodiscard]] Class* klass() const { return levels.empty() ? nullptr : levels.back().klass; }
  [[nodiscard]] std::string symbol(std::string_view name) const {
    if (levels.empty()) return std::string(name);
    const Level& level = levels.back();
    return (level.function != nullptr ? level.function->symbol : level.klass->symbol) + "." + std::string(name);
  }
};

Program::Program(const Syntax& syntax, std::string_view module) : module_(module) {
  Around around;
  for (NodeId id = 0; id < syntax.size(); ++id) {
    const Node node = syntax.node(id);
    while (!around.levels.empty() && !around.levels.back().node.contains(node)) around.levels.pop_back();
    read(node, around);
  }
}

void Program::read(Node node, Around& around) {
  switch (node.kind()) {
    case Kind::function_definition:
    case Kind::lambda: add_function(node, around); return;
    case Kind::class_definition: add_class(node, around); return;
    case Kind::identifier: {
      if (node.role() == Field::attribute && node.parent().is(Kind::attribute)) return;
      const Node parent = node.parent();
      const bool written = node.role() == Field::left && parent.is(Kind::assignment);
      if (written || (parent.is(Kind::keyword_argument) && node.role() == Field::name)) return;
      if (parent.is(Kind::parameters) || parent.is(Kind::pattern_list)) return;
      const Symbol name = symbol(node.text());
      module_reads_.insert(name);
      for (const Around::Level& level : around.levels) {
        if (level.function != nullptr) level.function->reads.insert(name);
      }
      return;
    }
    case Kind::yield:
      if (Function* function = around.binding_function()) function->is_generator = true;
      return;
    default: bind_statement(node, around.binding_function());
  }
  if (Class* klass = around.klass(); klass != nullptr && node.is(Kind::assignment)) {
    const Node type = node.field(Field::type);
    if (type && node.field(Field::left).is(Kind::identifier))
      klass->annotations.emplace(node.field(Field::left).text(), type);
  }
}

void Program::add_function(Node node, Around& around) {
  Function& function = functions_.emplace_back();
  function.node = node;
  function.name = node.is(Kind::lambda) ? std::string_view("<lambda>") : node.field(Field::name).text();
  function.symbol = around.symbol(function.name);
  function.qualified = module_ + "." + function.symbol;
  function.outer = around.function();
  function.owner = around.klass();
  function.is_async = node.is_async();
  if (node.is(Kind::lambda)) {
    // Lambdas have no name: their place tells them apart.
    function.qualified += "@" + std::to_string(node.range().begin);
    function.symbol = function.outer != nullptr ? function.outer->symbol : std::string();
    function.owner = nullptr;
  } else {
    read_decorators(node.parent(), function);
    if (Function* binding = around.binding_function()) binding->locals.insert(symbol(function.name));
  }
  read_parameters(node.field(Field::parameters), function);
  if (function.owner != nullptr) {
    if (!function.is_accessor) function.owner->methods[function.name] = &function;
    if (!function.is_static && !function.parameters.empty()) {
      function.self = function.parameters.front().symbol;
      function.parameters.erase(function.parameters.begin());
    }
  }
  function_index_[node.id()] = &function;
  functions_by_name_.try_emplace(function.qualified, &function);
  around.levels.push_back({&function, nullptr, node});
}

void Program::add_class(Node node, Around& around) {
  Class& klass = classes_.emplace_back();
  klass.node = node;
  klass.name = node.field(Field::name).text();
  klass.symbol = around.symbol(klass.name);
  klass.qualified = module_ + "." + klass.symbol;
  klass.outer_function = around.function();
  klass.outer_class = around.klass();
  if (Function* binding = around.binding_function()) binding->locals.insert(symbol(klass.name));
  class_index_[node.id()] = &klass;
  classes_by_name_.try_emplace(klass.qualified, &klass);
  around.levels.push_back({nullptr, &klass, node});
}

const Function* Program::find_function(std::string_view qualified) const {
  const auto found = functions_by_name_.find(qualified);
  return found == functions_by_name_.end() ? nullptr : found->second;
}

const Class* Program::find_class(std::string_view qualified) const {
  const auto found = classes_by_name_.find(qualified);
  return found == classes_by_name_.end() ? nullptr : found->second;
}

void Program::read_decorators(Node definition, Function& function) {
  if (!definition.is(Kind::decorated_definition)) return;
  for (const Node decorator : definition) {
    if (!decorator.is(Kind::decorator)) continue;
    Node name = decorator.first();
    if (name.is(Kind::call)) name = name.field(Field::function);
    std::string_view word = name.text();
    if (const std::size_t dot = word.rfind('.'); dot != std::string_view::npos) word = word.substr(dot + 1);
    if (word == "staticmethod") function.is_static = true;
    if (word == "classmethod") function.is_class_method = true;
    if (word == "setter" || word == "deleter") function.is_accessor = true;
    if (word == "property" || word == "cached_property") function.is_property = true;
    if (word == "contextmanager" || word == "asynccontextmanager") function.is_context_manager = true;
  }
}

void Program::read_parameters(Node list, Function& function) {
  for (const Node node : list) {
    Parameter parameter;
    Node name = node;
    if (node.is(Kind::default_parameter) || node.is(Kind::typed_default_parameter)) {
      name = node.field(Field::name);
      parameter.default_value = node.field(Field::value);
    } else if (node.is(Kind::typed_parameter)) {
      name = node.first();
    }
    parameter.annotation = node.field(Field::type);
    if (name.is(Kind::list_splat_pattern)) parameter.kind = Parameter::Kind::star;
    if (name.is(Kind::dictionary_splat_pattern)) parameter.kind = Parameter::Kind::double_star;
    if (parameter.kind != Parameter::Kind::plain) name = name.first();
    if (!name.is(Kind::identifier)) continue;
    parameter.name = name.text();
    parameter.symbol = symbol(parameter.name);
    function.locals.insert(parameter.symbol);
    function.parameters.push_back(parameter);
  }
}

void Program::bind_targets(Node target, std::set<Symbol>& names) {
  switch (target.kind()) {
    case Kind::identifier: names.insert(symbol(target.text())); return;
    case Kind::pattern_list:
    case Kind::tuple_pattern:
    case Kind::list_pattern:
    case Kind::list_splat_pattern:
    case Kind::as_pattern_target:
    case Kind::tuple:
    case Kind::list:
    case Kind::parenthesized_expression:
    case Kind::expression_list:
      for (const Node child : target) bind_targets(child, names);
      return;
    default: return;
  }
}

void Program::bind_statement(Node node, Function* function) {
  if (node.is(Kind::global_statement) && function != nullptr) {
    for (const Node name : node) {
      function->globals.insert(symbol(name.text()));
      written_globals_.insert(symbol(name.text()));
    }
    return;
  }
  if (function == nullptr) return;
  std::set<Symbol>& locals = function->locals;
  switch (node.kind()) {
    case Kind::nonlocal_statement:
      for (const Node name : node) function->nonlocals.insert(symbol(name.text()));
      return;
    case Kind::assignment:
    case Kind::augmented_assignment:
    case Kind::for_statement: bind_targets(node.field(Field::left), locals); return;
    case Kind::as_pattern_target:
      for (const Node target : node) bind_targets(target, locals);
      return;
    case Kind::except_clause: bind_targets(node.field(Field::alias), locals); return;
    case Kind::named_expression: bind_targets(node.field(Field::name), locals); return;
    case Kind::aliased_import: locals.insert(symbol(node.field(Field::alias).text())); return;
    case Kind::dotted_name:
      if (node.parent().is(Kind::import_statement)) locals.insert(symbol(node.first().text()));
      if (node.parent().is(Kind::import_from_statement) && node.role() == Field::name)
        locals.insert(symbol(node.text()));
      if (node.parent().is(Kind::case_pattern) && !node.first().next()) locals.insert(symbol(node.text()));
      return;
    case Kind::splat_pattern: bind_targets(node.first(), locals); return;
    default: return;
  }
}

Function* Program::function_at(Node node) const {
  const auto found = function_index_.find(node.id());
  return found == function_index_.end() ? nullptr : found->second;
}

Class* Program::class_at(Node node) const {
  const auto found = class_index_.find(node.id());
  return found == class_index_.end() ? nullptr : found->second;
}

Symbol Program::symbol(std::string_view name) {
  const auto [found, added] = symbols_.emplace(name, static_cast<Symbol>(names_.size()));
  if (added) names_.push_back(name);
  return found->second;
}

Symbol Program::path(Symbol base, std::string_view name) {
  const auto [found, added] = paths_.try_emplace({base, name}, static_cast<Symbol>(path_bases_.size()) | path_bit);
  if (added) path_bases_.push_back(is_path(base) ? path_bases_[base & ~path_bit] : base);
  return found->second;
}

bool Program::is_path_below(Symbol symbol, Symbol base) const {
  return is_path(symbol) && path_bases_[symbol & ~path_bit] == base;
}

}  // namespace procsafe::python
