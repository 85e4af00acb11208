#include "lower/cpp/flows.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "lower/cpp/fork_paths.h"
#include "lower/cpp/paths.h"
#include "lower/cpp/process_types.h"
#include "lower/cpp/telling_names.h"
#include "lower/cpp/verification.h"

namespace procsafe::cpp {
namespace {

/// A value that says something of a process: not a number that stands for "none", not a null.
bool tells(const Value& value) {
  return value.kind == Value::Kind::pid || value.kind == Value::Kind::process || value.kind == Value::Kind::slot ||
         (value.kind == Value::Kind::number && value.number > 0);
}

std::optional<Slot> decode_wanted(const Value& value) {
  if (value.name.ends_with('!')) return std::nullopt;  // wanted as command text
  const std::size_t hash = value.name.rfind('#');
  if (hash == std::string::npos) return std::nullopt;
  std::uint32_t index = 0;
  std::from_chars(value.name.data() + hash + 1, value.name.data() + value.name.size(), index);
  return parameter_slot(value.name.substr(0, hash), index);
}

}  // namespace

Slot wanted_slot(std::string_view function_name) {
  return {Slot::Kind::carrier, "wants:" + std::string(function_name), 0};
}

/// What comes from a place of which nobody knows what it holds is unknown, and not left out (O2, O3).
void FlowBuilder::emit(const Slot& slot, ValueSet values, Syntax at) {
  const auto from_nowhere = [&](const Value& value) {
    if (value.kind != Value::Kind::slot || value.slot->kind == Slot::Kind::parameter || *value.slot == slot)
      return false;
    const ValueSet& content = analysis_.unit.input.names.find(*value.slot);
    return std::all_of(content.begin(), content.end(),
                       [](const Value& held) { return held.kind == Value::Kind::unknown; });
  };
  if (std::any_of(values.begin(), values.end(), from_nowhere)) values.insert(Value::unknown());
  facts_.flows.push_back({slot, std::move(values), analysis_.unit.place(at)});
}

void FlowBuilder::want(const ValueSet& values) {
  for (const Value& value : values) {
    if (value.kind == Value::Kind::slot && value.slot->kind == Slot::Kind::parameter) wanted_.insert(*value.slot);
  }
}

/// A setter's parameter decides as much as the field it is kept in, when that field is a target here.
void FlowBuilder::want_behind_fields() {
  std::set<Slot> targets;
  for (const OperationFact& fact : facts_.operations) {
    for (const Value& value : fact.target) {
      if (value.kind == Value::Kind::slot) targets.insert(*value.slot);
    }
  }
  for (const Flow& flow : facts_.flows) {
    if (targets.contains(flow.slot)) want(flow.values);
  }
}

void FlowBuilder::run() {
  for (const OperationFact& fact : facts_.operations) want(fact.target);
  for (const Syntax node : analysis_.calls.nodes()) {
    const Call* call = analysis_.calls.find(node);
    if (call == nullptr || call->api == nullptr || call->api->operation != Operation::signal) continue;
    want(analysis_.values.of(call->argument(call->api->signal)));
  }
  add_writes();
  add_results();
  want_behind_fields();
  add_arguments();
  add_children_and_verifiers();
  publish_wanted();
}

/// The expression whose place a definition writes, or null when it is a local's own declaration.
Syntax FlowBuilder::written_by(const Definition& definition) const {
  if (definition.at.is(Kind::assignment)) return definition.at.field(Role::left);
  if (definition.at.is(Kind::field_initializer)) return definition.at.first();
  if (definition.at.is(Kind::identifier)) return definition.at;
  if (definition.how == Definition::How::argument) {
    const std::vector<Syntax> arguments = argument_nodes(definition.at);
    if (definition.index >= arguments.size()) return {};
    const Syntax argument = strip_casts(arguments[definition.index]);
    return definition.by_address ? strip_casts(argument.field(Role::argument)) : argument;
  }
  if (definition.at.is(Kind::call)) {
    const Syntax object = definition.at.field(Role::function).field(Role::argument);
    return object ? object : strip_casts(argument_nodes(definition.at).front());
  }
  if (definition.at.is(Kind::binary)) return definition.at.field(Role::right);
  return {};
}

bool FlowBuilder::may_hold_process(Syntax expression) const {
  const Syntax node = strip_casts(expression);
  if (node.is(Kind::subscript) || node.is(Kind::pointer_expression))
    return may_hold_process(node.field(Role::argument));
  if (node.is(Kind::field_expression)) {
    const std::string field = plain_name(node.field(Role::field).text());
    const std::vector<const Class*> classes = analysis_.unit.declarations.classes_with_field(field);
    if (!classes.empty()) {
      return std::any_of(classes.begin(), classes.end(), [&](const Class* entry) {
        return can_hold_process(analysis_.unit.declarations.variables()[entry->fields.at(field)].type);
      });
    }
    return sounds_like_process(field);
  }
  const Variable* variable = analysis_.unit.declarations.find_variable(node.text(), node);
  return variable != nullptr ? can_hold_process(variable->type) : sounds_like_process(node.text());
}

void FlowBuilder::add_writes() {
  for (const auto& [place, definitions] : analysis_.definitions.entries()) {
    if (place.variable != none && place.path.empty()) {
      const Variable& variable = analysis_.unit.declarations.variables()[place.variable];
      if (variable.kind != Variable::Kind::global && !variable.is_static) continue;
    }
    for (const Definition& definition : definitions) {
      if (definition.how == Definition::How::argument && !analysis_.values.writes(definition)) continue;
      if (definition.how == Definition::How::changed || definition.how == Definition::How::appended) continue;
      const Syntax written = written_by(definition);
      const auto slot = written ? analysis_.values.slot_of(written) : std::nullopt;
      if (!slot) continue;
      ValueSet values;
      for (const Value& value : analysis_.values.of(definition)) {
        const bool sentinel = value.kind == Value::Kind::number && value.number <= 0;
        if (!sentinel && value.kind != Value::Kind::none && value.kind != Value::Kind::text) values.insert(value);
      }
      const bool useful = std::any_of(values.begin(), values.end(), tells);
      if (values.empty() || (!useful && !may_hold_process(written))) continue;
      emit(*slot, values, definition.at);
      if (const auto spelled = analysis_.values.spelled_slot(written); spelled && *spelled != *slot)
        emit(*spelled, values, definition.at);
      // For readers that do not know the class. What nobody knows of another class says nothing to them.
      const std::string everywhere = join_names(any_class, last_component(slot->symbol));
      if (slot->kind == Slot::Kind::field && slot->symbol != everywhere)
        facts_.flows.push_back({field_slot(everywhere), values, analysis_.unit.place(definition.at)});
    }
  }
}

void FlowBuilder::add_results() {
  const Declarations& declarations = analysis_.unit.declarations;
  std::map<std::string, std::pair<ValueSet, Syntax>> results;
  for (NodeId id = 0; id < analysis_.unit.tree.size(); ++id) {
    const Syntax node = analysis_.unit.tree.at(id);
    if (!node.is(Kind::return_statement) || !node.first()) continue;
    const Function* function = declarations.function_at(node);
    if (function == nullptr || enclosing_callable(node).is(Kind::lambda)) continue;
    if (function->result.name == "void" || function->result.name == "bool") continue;
    auto& [values, at] = results[analysis_.unit.symbol(*function)];
    at = node;
    for (const Value& value : analysis_.values.of(node.first())) {
      if (value.kind == Value::Kind::number && value.number <= 0) continue;
      if (value.kind != Value::Kind::none) values.insert(value);
    }
  }
  for (const auto& [symbol, result] : results) {
    const bool useful = std::any_of(result.first.begin(), result.first.end(), [](const Value& value) {
      return tells(value) && value.kind != Value::Kind::number;
    });
    if (useful) emit(result_slot(symbol), result.first, result.second);
  }
  // What is written through a parameter: `*pid = fork();`
  for (const auto& [place, definitions] : analysis_.definitions.entries()) {
    if (place.variable == none || !place.path.empty()) continue;
    const Variable& variable = declarations.variables()[place.variable];
    if (variable.kind != Variable::Kind::parameter || (!variable.pointer && !variable.reference)) continue;
    const Function* function = declarations.function_at(variable.declarator);
    if (function == nullptr) continue;
    for (const Definition& definition : definitions) {
      if (definition.how != Definition::How::value && definition.how != Definition::How::argument &&
          definition.how != Definition::How::extracted)
        continue;
      if (definition.how == Definition::How::argument && !analysis_.values.writes(definition)) continue;
      if (variable.pointer && definition.at.is(Kind::assignment) &&
          !definition.at.field(Role::left).is(Kind::pointer_expression) &&
          !definition.at.field(Role::left).is(Kind::subscript))
        continue;
      const ValueSet values = analysis_.values.of(definition);
      if (std::any_of(values.begin(), values.end(), tells))
        emit(result_slot(analysis_.unit.symbol(*function), variable.position + 1), values, definition.at);
    }
  }
}

std::vector<Slot> FlowBuilder::parameters_wanted_of(const Call& call) const {
  std::vector<Slot> slots;
  const std::string symbol = analysis_.values.callee_symbol(call);
  const std::string name =
      plain_name(call.callee.is(Kind::field_expression) ? call.callee.field(Role::field).text() : call.callee.text());
  const std::string short_name(last_component(name));
  if (short_name.empty()) return slots;
  for (const Slot& slot : wanted_) {
    if (slot.symbol == symbol) slots.push_back(slot);
  }
  if (call.meaning.function != nullptr && call.meaning.function->body) return slots;
  auto [asked, fresh] = asked_.try_emplace(short_name);
  if (fresh) {
    for (const Value& value : analysis_.unit.input.names.find(wanted_slot(short_name))) {
      if (auto slot = decode_wanted(value)) asked->second.push_back(std::move(*slot));
    }
  }
  const bool untyped = call.callee.is(Kind::field_expression) && symbol.empty();
  const std::vector<std::string> candidates = call.callee.is(Kind::field_expression)
                                                  ? std::vector<std::string>{symbol}
                                                  : analysis_.unit.names.candidates(name, call.callee);
  for (const Slot& slot : asked->second) {
    const bool meant = std::find(candidates.begin(), candidates.end(), slot.symbol) != candidates.end();
    if (meant || (untyped && asked->second.size() == 1)) slots.push_back(slot);
  }
  return slots;
}

void FlowBuilder::add_arguments() {
  const Values::Decisive decisive(analysis_.values);
  std::set<std::pair<NodeId, Slot>> done;
  for (bool grew = true; grew;) {
    grew = false;
    const std::size_t before = wanted_.size();
    for (const Syntax node : analysis_.calls.nodes()) {
      if (!node.is(Kind::call)) continue;
      const Call* call = analysis_.calls.find(node);
      if (call == nullptr || call->api != nullptr) continue;
      for (const Slot& slot : parameters_wanted_of(*call)) {
        if (slot.index >= call->arguments.size() || !done.emplace(node.id(), slot).second) continue;
        const Syntax argument = call->arguments[slot.index];
        const ValueSet values = analysis_.values.of(argument);
        want(values);
        emit(slot, values, argument);
      }
    }
    grew = wanted_.size() > before;
  }
}

void FlowBuilder::publish_wanted() {
  const std::string& path = analysis_.unit.input.file.path;
  for (const Slot& slot : wanted_) {
    if (slot.symbol.starts_with(path + "::")) continue;  // internal: its callers are all here
    facts_.flows.push_back(
        {wanted_slot(last_component(slot.symbol)), Value::api(slot.symbol + "#" + std::to_string(slot.index)), {}});
  }
}

void FlowBuilder::add_children_and_verifiers() {
  const Declarations& declarations = analysis_.unit.declarations;
  for (const Function& function : declarations.functions()) {
    if (!function.internal && verifies(function, analysis_))
      emit(verification_slot(analysis_.unit.symbol(function)), Value::of_number(1), function.declarator);
  }
  for (const Syntax fork : analysis_.calls.nodes()) {
    const Call* call = analysis_.calls.find(fork);
    if (call == nullptr || call->api == nullptr || !call->api->has_trait("fork")) continue;
    const SpawnPaths paths(analysis_, *call);
    const Syntax function = enclosing_callable(fork);
    for (const Syntax node : analysis_.calls.nodes()) {
      if (node.id() <= fork.id() || !function.contains(node) || !node.is(Kind::call)) continue;
      const Call* inner = analysis_.calls.find(node);
      if (inner == nullptr || inner->api != nullptr || (inner->meaning.function && inner->meaning.function->body))
        continue;
      if (!paths.sides_at(node).only_child()) continue;
      const std::string symbol = analysis_.values.callee_symbol(*inner);
      if (!symbol.empty()) emit(child_slot(symbol), Value::of_number(1), node);
    }
  }
}

}  // namespace procsafe::cpp
