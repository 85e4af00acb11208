#include "lower/cpp/definitions.h"

#include <algorithm>
#include <array>

#include "lower/cpp/paths.h"
#include "lower/cpp/telling_names.h"

namespace procsafe::cpp {
namespace {

/// Methods of containers that put an argument into the object.
constexpr std::array<std::string_view, 16> kInserters{
    "push_back", "emplace_back",     "push_front",  "insert", "emplace", "push",   "append",   "prepend",
    "add",       "insert_or_assign", "try_emplace", "reset",  "store",   "assign", "exchange", "Append"};

bool strong(const Definition& definition) {
  using How = Definition::How;
  return definition.how == How::value || definition.how == How::range_element || definition.how == How::extracted ||
         definition.how == How::argument || definition.how == How::changed;
}

bool is_stream_operator(std::string_view op) { return op == "<<" || op == ">>"; }

}  // namespace

DefinitionTable::DefinitionTable(const Unit& unit) : unit_(unit) {
  for (const Variable& variable : unit.declarations.variables()) read_variable(variable);
  for (NodeId id = 0; id < unit.tree.size(); ++id) {
    const Syntax node = unit.tree.at(id);
    switch (node.kind()) {
      case Kind::assignment: read_assignment(node); break;
      case Kind::update:
        add(place_of(node.field(Role::argument)), {Definition::How::changed, node, {}, 0, false});
        break;
      case Kind::call:
        read_arguments(node, argument_nodes(node));
        read_method(node);
        break;
      case Kind::field_initializer: {
        const std::vector<Syntax> values = argument_nodes(
            node.child(Kind::argument_list) ? node.child(Kind::argument_list) : node.child(Kind::initializer_list));
        if (!values.empty()) add(place_of(node.first()), {Definition::How::value, node, values.front(), 0, false});
        break;
      }
      case Kind::binary: read_shift(node); break;
      default: break;
    }
  }
  for (auto& [place, list] : entries_) {
    std::stable_sort(list.begin(), list.end(),
                     [](const Definition& a, const Definition& b) { return a.at.id() < b.at.id(); });
  }
}

void DefinitionTable::add(const Place& place, Definition definition) {
  if (place.valid()) entries_[place].push_back(definition);
}

void DefinitionTable::read_variable(const Variable& variable) {
  const Place place{unit_.declarations.index_of(variable), {}};
  if (variable.declaration.is(Kind::for_range_loop)) {
    add(place,
        {Definition::How::range_element, variable.declarator, variable.declaration.field(Role::right), 0, false});
    return;
  }
  if (variable.kind == Variable::Kind::field || variable.kind == Variable::Kind::parameter || !variable.initializer)
    return;
  const Syntax value = variable.initializer;
  if (value.is(Kind::parameter_list)) return;
  if (value.is(Kind::argument_list) || value.is(Kind::initializer_list)) {
    // `T x(a, b)`: the arguments may be the value (a conversion, a copy) or build it; the constructor decides.
    const Syntax only = value.first();
    if (only && !only.next()) {
      add(place, {Definition::How::value, variable.declarator, only, 0, false});
      return;
    }
    for (Syntax element = only; element; element = element.next())
      add(place, {Definition::How::element, variable.declarator, element, 0, false});
    return;
  }
  add(place, {Definition::How::value, variable.declarator, value, 0, false});
}

void DefinitionTable::read_assignment(Syntax node) {
  const Syntax left = node.field(Role::left);
  const Syntax right = node.field(Role::right);
  const std::string_view op = operator_text(node);
  const bool element = left.is(Kind::subscript);
  Definition definition{element ? Definition::How::element : Definition::How::value, node, right, 0, false};
  if (op == "+=") definition.how = Definition::How::appended;
  if (op != "=" && op != "+=") definition.how = Definition::How::changed;
  add(place_of(left), definition);
}

void DefinitionTable::read_arguments(Syntax node, const std::vector<Syntax>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    Syntax argument = strip_casts(arguments[i]);
    const bool address = argument.is(Kind::pointer_expression) && operator_text(argument) == "&";
    if (address) argument = strip_casts(argument.field(Role::argument));
    if (!argument.is(Kind::identifier) && !argument.is(Kind::field_expression) && !argument.is(Kind::subscript) &&
        !argument.is(Kind::binary))
      continue;
    // `fgets(buffer + n, …)` writes the buffer.
    if (argument.is(Kind::binary)) argument = strip_casts(argument.field(Role::left));
    if (argument.is(Kind::binary)) continue;
    add(place_of(argument), {Definition::How::argument, node, node, i, address});
  }
}

/// `list_add(jobs, pid)`: a container of C.
void DefinitionTable::read_insertion(Syntax node, Syntax callee) {
  if (!callee.is(Kind::identifier) || !sounds_like_insertion(callee.text())) return;
  const std::vector<Syntax> arguments = argument_nodes(node);
  for (std::size_t i = 1; i < arguments.size(); ++i)
    add(place_of(arguments.front()), {Definition::How::element, node, arguments[i], 0, false});
}

void DefinitionTable::read_method(Syntax node) {
  const Syntax callee = node.field(Role::function);
  if (!callee.is(Kind::field_expression)) return read_insertion(node, callee);
  const std::string name = plain_name(callee.field(Role::field).text());
  if (std::find(kInserters.begin(), kInserters.end(), name) == kInserters.end()) return;
  const Place place = place_of(callee.field(Role::argument));
  const bool replaces = name == "store" || name == "reset" || name == "assign";
  const bool text = name == "append" || name == "Append";
  for (const Syntax argument : argument_nodes(node)) {
    add(place, {replaces ? Definition::How::value
                : text   ? Definition::How::appended
                         : Definition::How::element,
                node, argument, 0, false});
  }
}

void DefinitionTable::read_shift(Syntax node) {
  const std::string_view op = operator_text(node);
  if (!is_stream_operator(op)) return;
  Syntax stream = node;
  for (int depth = 0; stream.is(Kind::binary) && is_stream_operator(operator_text(stream)) && depth < 256; ++depth)
    stream = strip_casts(stream.field(Role::left));
  const Syntax right = node.field(Role::right);
  if (op == ">>") {
    add(place_of(right), {Definition::How::extracted, node, stream, 0, false});
  } else {
    add(place_of(stream), {Definition::How::appended, right, right, 0, false});
  }
}

Place DefinitionTable::place_of(Syntax expression) const {
  std::string path;
  for (Syntax node = strip_casts(expression); node; node = strip_casts(node)) {
    switch (node.kind()) {
      case Kind::subscript:
      case Kind::pointer_expression: node = node.field(Role::argument); continue;
      case Kind::field_expression: {
        path = "." + std::string(node.field(Role::field).text()) + path;
        node = node.field(Role::argument);
        if (node.is(Kind::this_object)) return {none, path};
        continue;
      }
      case Kind::this_object: return {none, path};
      case Kind::assignment: node = node.field(Role::left); continue;
      case Kind::identifier:
      case Kind::field_identifier: {
        const Variable* variable = unit_.declarations.find_variable(node.text(), node);
        if (variable != nullptr && node.is(Kind::identifier)) return {unit_.declarations.index_of(*variable), path};
        return {none, "." + std::string(node.text()) + path};
      }
      case Kind::qualified_identifier: {
        const std::string name = plain_name(node.text());
        const Variable* variable = unit_.declarations.find_variable(last_component(name), node);
        if (variable != nullptr && variable->kind == Variable::Kind::global)
          return {unit_.declarations.index_of(*variable), path};
        return {none, "." + std::string(last_component(name)) + path};
      }
      default: return {};
    }
  }
  return {};
}

const std::vector<Definition>& DefinitionTable::all(const Place& place) const {
  static const std::vector<Definition> nothing;
  const auto found = entries_.find(place);
  return found == entries_.end() ? nothing : found->second;
}

DefinitionTable::Reaching DefinitionTable::reaching(const Place& place, Syntax use, const Writes& writes) const {
  Reaching result;
  Syntax function = enclosing_function(use);
  if (!function) function = unit_.tree.root();
  std::vector<const Definition*> later;
  for (const Definition& definition : all(place)) {
    if (!function.contains(definition.at)) continue;
    // `x = f(x)`: the right side is read before the assignment.
    if (definition.at.contains(use) && !definition.at.is(Kind::identifier)) continue;
    if (definition.how == Definition::How::argument && !writes(definition)) continue;
    if (definition.at.id() > use.id() || exclusive(definition.at, use)) {
      later.push_back(&definition);
      continue;
    }
    if (leaves_before(definition.at, use)) continue;
    const Syntax ancestor = common_ancestor(definition.at, use);
    if (strong(definition) && unconditional_within(definition.at, ancestor)) {
      result.definitions.clear();
      result.complete = true;
    }
    result.definitions.push_back(&definition);
  }
  // Around a loop: what is defined behind the use reaches it in the next turn, unless the turn begins with a
  // definition of its own.
  for (Syntax loop = enclosing_loop(use); loop; loop = enclosing_loop(loop)) {
    const bool renewed =
        std::any_of(result.definitions.begin(), result.definitions.end(), [&](const Definition* known) {
          return loop.contains(known->at) && strong(*known) &&
                 unconditional_within(known->at, common_ancestor(known->at, use));
        });
    if (renewed) break;
    for (const Definition* definition : later) {
      if (loop.contains(definition->at) &&
          std::find(result.definitions.begin(), result.definitions.end(), definition) == result.definitions.end())
        result.definitions.push_back(definition);
    }
  }
  return result;
}

}  // namespace procsafe::cpp
