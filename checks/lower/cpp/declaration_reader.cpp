#include "lower/cpp/declaration_reader.h"

#include <algorithm>
#include <utility>

#include "lower/cpp/paths.h"

namespace procsafe::cpp {
namespace {

/// How many nodes before a body its head may stand: K&R parameter declarations lie between.
constexpr std::size_t kFarthestHead = 80;

bool has_storage_class(Syntax declaration, std::string_view word) {
  for (Syntax child = declaration.first(); child; child = child.next()) {
    if (child.is(Kind::storage_class) && child.text() == word) return true;
  }
  return false;
}

bool is_constant(Syntax declaration) {
  for (Syntax child = declaration.first(); child; child = child.next()) {
    if (child.is(Kind::type_qualifier) && (child.text() == "const" || child.text() == "constexpr")) return true;
  }
  return false;
}

Syntax initializer_of(Syntax declarator) {
  return declarator.is(Kind::init_declarator) ? declarator.field(Role::value) : Syntax();
}

/// `c(exe, arg)` in a function body: every "parameter" is a bare name or there is one at least, so that it
/// reads as a construction. `child c();` stays a declaration, as the language has it.
bool looks_constructed(Syntax function_declarator) {
  const Syntax parameters = function_declarator.field(Role::parameters);
  bool any = false;
  for (Syntax parameter = parameters.first(); parameter; parameter = parameter.next()) {
    if (!parameter.is(Kind::parameter_declaration) || parameter.field(Role::declarator)) return false;
    if (parameter.field(Role::type).is(Kind::primitive_type)) return false;
    any = true;
  }
  return any;
}

}  // namespace

void DeclarationReader::read() {
  out_.regions_.push_back({});
  out_.region_of_.assign(tree_.size(), 0);
  open_.push_back({tree_.size(), 0, false, false, none});
  for (NodeId id = 0; id < tree_.size(); ++id) {
    while (open_.size() > 1 && id >= open_.back().end) open_.pop_back();
    out_.region_of_[id] = open_.back().region;
    enter(tree_.at(id));
  }
}

void DeclarationReader::enter(Syntax node) {
  switch (node.kind()) {
    case Kind::namespace_definition: return open_namespace(node);
    case Kind::class_specifier: return open_class(node);
    case Kind::function_definition: return open_function(node);
    case Kind::linkage_specification:
      open_.push_back(open_.back());
      open_.back().end = node.end();
      open_.back().extern_c = true;
      return;
    case Kind::declaration: return read_declaration(node);
    case Kind::field_declaration: return read_field_declaration(node);
    case Kind::for_range_loop: return read_range_loop(node);
    case Kind::lambda: return read_lambda(node);
    case Kind::catch_clause: {
      Function ignored;
      return read_parameters(node.field(Role::parameters), ignored);
    }
    case Kind::compound_statement:
      if (!in_function() && is_loose_body(node)) open_loose_body(node);
      return;
    case Kind::alias_declaration: return read_alias(node);
    case Kind::using_declaration: return read_using(node);
    case Kind::type_definition: return read_typedef(node);
    case Kind::namespace_alias: return read_namespace_alias(node);
    case Kind::enum_specifier: return read_enumerators(node);
    case Kind::lambda_capture: return read_capture(node);
    default: return;
  }
}

void DeclarationReader::open_region(Syntax node, std::string scope, std::uint32_t function, bool internal,
                                    std::uint32_t class_index) {
  out_.regions_.push_back({std::move(scope), function});
  open_.push_back({node.end(), static_cast<std::uint32_t>(out_.regions_.size() - 1), internal || open_.back().internal,
                   open_.back().extern_c, class_index});
}

void DeclarationReader::open_namespace(Syntax node) {
  const Syntax name = node.field(Role::name);
  open_region(node, name ? join_names(region().scope, plain_name(name.text())) : region().scope, none, !name, none);
}

void DeclarationReader::open_class(Syntax node) {
  const Syntax body = node.field(Role::body);
  if (!body) return;
  Class entry;
  entry.node = node;
  entry.name = node.field(Role::name);
  entry.qualified = join_names(region().scope, entry.name ? plain_name(entry.name.text()) : std::string());
  // `typedef struct { … } job_t;`
  if (!entry.name && node.parent().is(Kind::type_definition)) {
    entry.name = read_declarator(node.parent().field(Role::declarator)).name;
    entry.qualified = join_names(region().scope, entry.name.text());
  }
  const Syntax bases = node.child(Kind::base_clause);
  for (Syntax base = bases.first(); base; base = base.next()) {
    if (base.is(Kind::type_identifier) || base.is(Kind::qualified_identifier) || base.is(Kind::template_type))
      entry.bases.push_back(plain_name(base.text()));
  }
  out_.classes_.push_back(entry);
  open_region(node, entry.qualified, region().function, false, static_cast<std::uint32_t>(out_.classes_.size() - 1));
}

Function DeclarationReader::make_function(Syntax node, const Declarator& declarator) {
  Function function;
  const std::string name = plain_name(declarator.name.text());
  function.member = open_.back().class_index != none || name.find("::") != std::string::npos;
  const std::string& outer = region().scope;
  const std::string qualified = name.starts_with("::") ? name.substr(2) : name;
  function.qualified = in_function() && open_.back().class_index == none ? qualified : join_names(outer, qualified);
  function.scope = std::string(qualifier(function.qualified));
  function.node = node;
  function.body = node.field(Role::body);
  function.declarator = declarator.function;
  function.internal = open_.back().internal || (has_storage_class(node, "static") && !function.member);
  function.extern_c = open_.back().extern_c;
  function.in_header = header_;
  function.result = parse_type(node.field(Role::type).text());
  const Syntax parameters = declarator.function.field(Role::parameters);
  for (Syntax child = parameters.first(); child; child = child.next()) {
    if (child.is(Kind::parameter_declaration)) {
      const bool is_void = child.text() == "void";
      if (is_void) continue;
      ++function.parameter_count;
      function.parameter_types.push_back(parse_type(child.field(Role::type).text()));
    } else if (child.text() == "...") {
      function.variadic = true;
    }
  }
  function.variadic = function.variadic || parameters.text().find("...") != std::string_view::npos;
  return function;
}

void DeclarationReader::open_function(Syntax node) {
  const Declarator declarator = read_declarator(node.field(Role::declarator));
  if (!declarator.function || !declarator.name) return;
  Function function = make_function(node, declarator);
  if (open_.back().class_index != none)
    out_.classes_[open_.back().class_index].methods.emplace(last_component(function.qualified));
  const auto index = static_cast<std::uint32_t>(out_.functions_.size());
  out_.functions_.push_back(function);
  open_region(node, function.scope, index, false, none);
  read_parameters(declarator.function.field(Role::parameters), function);
  out_.functions_[index].parameters = function.parameters;
}

/// A body whose head was not understood: the nearest function declarator before it names it.
void DeclarationReader::open_loose_body(Syntax node) {
  Function function;
  function.node = node;
  function.body = node;
  function.in_header = header_;
  std::size_t looked_at = 0;
  for (NodeId id = node.id(); id > 0 && looked_at < kFarthestHead; --id, ++looked_at) {
    const Syntax before = tree_.at(id - 1);
    if (before.is(Kind::compound_statement)) break;
    if (!before.is(Kind::function_declarator)) continue;
    const Declarator declarator = read_declarator(before);
    if (!declarator.name) break;
    function.qualified = join_names(region().scope, plain_name(declarator.name.text()));
    function.scope = std::string(qualifier(function.qualified));
    function.declarator = before;
    adopt_old_parameters(before, node, function);
    break;
  }
  function.internal = open_.back().internal || function.qualified.empty();
  out_.functions_.push_back(function);
  open_region(node, function.scope, static_cast<std::uint32_t>(out_.functions_.size() - 1), false, none);
}

/// `f(pid) int pid; { … }`: what is declared between head and body are the parameters, not globals of the file.
void DeclarationReader::adopt_old_parameters(Syntax head, Syntax body, Function& function) {
  std::vector<std::string_view> names;
  const Syntax list = head.field(Role::parameters);
  for (Syntax child = list.first(); child; child = child.next()) names.push_back(child.text());
  function.parameters.assign(names.size(), none);
  function.parameter_count = names.size();
  for (auto index = static_cast<std::uint32_t>(out_.variables_.size()); index-- > 0;) {
    Variable& variable = out_.variables_[index];
    const NodeId at = variable.declaration.id();
    if (at < head.id()) break;
    const auto position = std::find(names.begin(), names.end(), variable.name);
    if (variable.kind != Variable::Kind::global || at >= body.id() || position == names.end()) continue;
    variable.kind = Variable::Kind::parameter;
    variable.position = static_cast<std::uint32_t>(position - names.begin());
    variable.pointer = variable.pointer || variable.array;
    variable.function = static_cast<std::uint32_t>(out_.functions_.size());
    variable.extent = {body.id(), body.end()};
    function.parameters[variable.position] = index;
  }
}

void DeclarationReader::read_parameters(Syntax list, Function& function) {
  std::uint32_t position = 0;
  for (Syntax child = list.first(); child; child = child.next()) {
    if (!child.is(Kind::parameter_declaration)) continue;
    Variable variable;
    variable.kind = Variable::Kind::parameter;
    variable.position = position++;
    variable.type = parse_type(child.field(Role::type).text());
    const Declarator declarator = read_declarator(child.field(Role::declarator));
    if (!declarator.name) {
      function.parameters.push_back(none);
      continue;
    }
    variable.name = std::string(declarator.name.text());
    variable.declarator = declarator.name;
    variable.declaration = child;
    variable.pointer = declarator.pointer || declarator.array;
    variable.reference = declarator.reference;
    variable.callable = declarator.function_pointer;
    variable.function = region().function;
    const Syntax owner = list.parent();
    variable.extent = extent_of(owner);
    function.parameters.push_back(add_variable(std::move(variable)));
  }
}

Extent DeclarationReader::extent_of(Syntax declaration) const {
  for (Syntax node = declaration; node; node = node.parent()) {
    switch (node.kind()) {
      case Kind::function_definition:
      case Kind::lambda:
      case Kind::catch_clause:
      case Kind::compound_statement:
      case Kind::for_statement:
      case Kind::for_range_loop:
      case Kind::if_statement:
      case Kind::while_statement:
      case Kind::switch_statement:
      case Kind::namespace_definition:
      case Kind::class_specifier:
      case Kind::translation_unit: return {node.id(), node.end()};
      default: break;
    }
  }
  return {0, tree_.size()};
}

std::uint32_t DeclarationReader::add_variable(Variable variable) {
  out_.variables_.push_back(std::move(variable));
  return static_cast<std::uint32_t>(out_.variables_.size() - 1);
}

void DeclarationReader::add_function_declaration(Syntax node, const Declarator& declarator) {
  if (open_.back().class_index != none && !has_storage_class(node, "friend"))
    out_.classes_[open_.back().class_index].methods.emplace(declarator.name.text());
  out_.functions_.push_back(make_function(node, declarator));
}

void DeclarationReader::read_declaration(Syntax node) {
  const Syntax type = node.field(Role::type);
  for (Syntax child = node.first(); child; child = child.next()) {
    if (child.role() != Role::declarator) continue;
    const Declarator declarator = read_declarator(child);
    if (!declarator.name) continue;
    if (declarator.function) {
      if (in_function() && open_.back().class_index == none && looks_constructed(declarator.function)) {
        read_constructed(node, declarator, type);
      } else {
        add_function_declaration(node, declarator);
      }
      continue;
    }
    Variable variable;
    variable.kind = in_function() ? Variable::Kind::local : Variable::Kind::global;
    variable.name = plain_name(declarator.name.text());
    variable.type = parse_type(type.text());
    variable.declarator = declarator.name;
    variable.declaration = node;
    variable.initializer = initializer_of(child);
    // In a condition (`if (pid_t pid = fork())`) the value is a sibling of the declarator.
    if (!variable.initializer) variable.initializer = node.field(Role::value);
    variable.pointer = declarator.pointer;
    variable.reference = declarator.reference;
    variable.array = declarator.array;
    variable.callable = declarator.function_pointer;
    variable.is_static = has_storage_class(node, "static") || open_.back().internal;
    variable.constant = is_constant(node);
    variable.function = region().function;
    variable.scope = region().scope;
    variable.extent = extent_of(node.parent());
    if (variable.kind == Variable::Kind::global) variable.extent = {0, tree_.size()};
    if (declarator.name.is(Kind::structured_binding)) {
      read_structured(declarator.name, std::move(variable));
    } else {
      add_variable(std::move(variable));
    }
  }
}

void DeclarationReader::read_constructed(Syntax declaration, const Declarator& declarator, Syntax type) {
  Variable variable;
  variable.name = std::string(declarator.name.text());
  variable.type = parse_type(type.text());
  variable.declarator = declarator.name;
  variable.declaration = declaration;
  variable.initializer = declarator.function.field(Role::parameters);
  variable.function = region().function;
  variable.extent = extent_of(declaration.parent());
  add_variable(std::move(variable));
}

void DeclarationReader::read_structured(Syntax node, Variable variable) {
  for (Syntax name = node.first(); name; name = name.next()) {
    if (!name.is(Kind::identifier)) continue;
    variable.name = std::string(name.text());
    variable.declarator = name;
    add_variable(variable);
  }
}

void DeclarationReader::read_field_declaration(Syntax node) {
  const std::uint32_t owner = open_.back().class_index;
  if (owner == none) return;
  for (Syntax child = node.first(); child; child = child.next()) {
    if (child.role() != Role::declarator) continue;
    const Declarator declarator = read_declarator(child);
    if (!declarator.name) continue;
    if (declarator.function) {
      add_function_declaration(node, declarator);
      continue;
    }
    Variable variable;
    variable.kind = Variable::Kind::field;
    variable.name = std::string(declarator.name.text());
    variable.type = parse_type(node.field(Role::type).text());
    variable.declarator = declarator.name;
    variable.declaration = node;
    variable.initializer = node.field(Role::default_value);
    variable.pointer = declarator.pointer;
    variable.reference = declarator.reference;
    variable.array = declarator.array;
    variable.callable = declarator.function_pointer;
    variable.constant = is_constant(node);
    variable.scope = out_.classes_[owner].qualified;
    const std::string name = variable.name;
    out_.classes_[owner].fields.try_emplace(name, add_variable(std::move(variable)));
  }
}

void DeclarationReader::read_lambda(Syntax node) {
  Function ignored;
  read_parameters(node.field(Role::declarator).field(Role::parameters), ignored);
}

void DeclarationReader::read_capture(Syntax node) {
  for (Syntax child = node.first(); child; child = child.next()) {
    const Syntax name = child.field(Role::left);
    if (!name) continue;
    Variable variable;
    variable.name = std::string(name.text());
    variable.declarator = name;
    variable.declaration = child;
    variable.initializer = child.field(Role::right);
    variable.function = region().function;
    variable.extent = extent_of(node.parent());
    add_variable(std::move(variable));
  }
}

void DeclarationReader::read_range_loop(Syntax node) {
  const Declarator declarator = read_declarator(node.field(Role::declarator));
  if (!declarator.name) return;
  Variable variable;
  variable.name = std::string(declarator.name.text());
  variable.type = parse_type(node.field(Role::type).text());
  variable.declarator = declarator.name;
  variable.declaration = node;
  variable.pointer = declarator.pointer;
  variable.reference = declarator.reference;
  variable.function = region().function;
  variable.extent = {node.id(), node.end()};
  if (declarator.name.is(Kind::structured_binding)) {
    read_structured(declarator.name, std::move(variable));
  } else {
    add_variable(std::move(variable));
  }
}

void DeclarationReader::read_alias(Syntax node) {
  const Syntax type = node.field(Role::type);
  out_.aliases_.push_back({Alias::Kind::type, std::string(node.field(Role::name).text()), plain_name(type.text()),
                           parse_type(type.text()), extent_of(node.parent())});
}

void DeclarationReader::read_typedef(Syntax node) {
  const Syntax type = node.field(Role::type);
  for (Syntax child = node.first(); child; child = child.next()) {
    if (child.role() != Role::declarator) continue;
    const Declarator declarator = read_declarator(child);
    if (!declarator.name) continue;
    std::string_view spelled = type.text();
    // Of `typedef struct job { … } job_t;` the name is enough.
    if (const Syntax body = type.field(Role::body)) {
      const Syntax name = type.field(Role::name);
      spelled = name ? name.text() : declarator.name.text();
    }
    if (spelled == declarator.name.text()) continue;
    out_.aliases_.push_back({Alias::Kind::type, std::string(declarator.name.text()), plain_name(spelled),
                             parse_type(spelled), extent_of(node.parent())});
  }
}

void DeclarationReader::read_using(Syntax node) {
  const Syntax name = node.first();
  if (!name) return;
  std::string target = plain_name(name.text());
  if (target.starts_with("::")) target.erase(0, 2);
  const std::string_view before = tree_.text().substr(node.range().begin, name.range().begin - node.range().begin);
  const bool directive = before.find("namespace") != std::string_view::npos;
  const std::string short_name = directive ? std::string() : std::string(last_component(target));
  out_.aliases_.push_back({directive ? Alias::Kind::directive : Alias::Kind::declaration,
                           short_name,
                           std::move(target),
                           {},
                           extent_of(node.parent())});
}

void DeclarationReader::read_namespace_alias(Syntax node) {
  const Syntax name = node.field(Role::name);
  Syntax target = name.next();
  if (!target) return;
  std::string spelled = plain_name(target.text());
  if (spelled.starts_with("::")) spelled.erase(0, 2);
  out_.aliases_.push_back(
      {Alias::Kind::namespace_alias, std::string(name.text()), std::move(spelled), {}, extent_of(node.parent())});
}

void DeclarationReader::read_enumerators(Syntax node) {
  Declarations::Enumerator current;
  const Syntax body = node.field(Role::body);
  for (Syntax child = body.first(); child; child = child.next()) {
    if (!child.is(Kind::enumerator)) continue;
    if (const Syntax value = child.field(Role::value)) current = {value, 0};
    out_.enumerators_.try_emplace(std::string(child.field(Role::name).text()), current);
    ++current.offset;
  }
}

}  // namespace procsafe::cpp
