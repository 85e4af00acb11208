// The order in which a file is walked: its own statements, classes with them, then the functions.
#include "lower/python/interpreter.h"

#include <algorithm>
#include <utility>

namespace procsafe::python {

Interpreter::Interpreter(const LowerInput& input, const Syntax& syntax, Program& program, ObjectPool& pool,
                         SlotStore& slots, NameTable& names, Journal& journal)
    : input_(input),
      syntax_(syntax),
      program_(program),
      pool_(pool),
      slots_(slots),
      names_(names),
      journal_(journal),
      operations_(input, program, pool, slots, names, journal) {}

namespace {

/// What functions see of the module: its names, and what the bodies of its classes bind.
bool same_classes(const std::deque<Class>& classes,
                  const std::vector<std::pair<std::vector<Ref>, ClassAttributes>>& before) {
  return std::equal(
      classes.begin(), classes.end(), before.begin(), before.end(),
      [](const Class& klass, const auto& old) { return klass.bases == old.first && klass.attributes == old.second; });
}

}  // namespace

bool Interpreter::walk_module() {
  std::vector<std::pair<std::vector<Ref>, ClassAttributes>> classes;
  for (const Class& klass : program_.classes()) classes.emplace_back(klass.bases, klass.attributes);
  const std::vector<std::string> stars = std::exchange(star_modules_, {});
  const State before = std::move(module_state_);
  unit_ = 0;
  in_module_ = true;
  state_ = State();
  limits_.clear();
  execute_children(syntax_.root());
  in_module_ = false;
  module_state_ = std::move(state_);
  module_state_.ended = false;
  export_module();
  return before.bindings() != module_state_.bindings() || stars != star_modules_ ||
         !same_classes(program_.classes(), classes);
}

bool Interpreter::imports_unspelled() const {
  const ApiCatalog& apis = input_.catalog.python();
  return std::any_of(star_modules_.begin(), star_modules_.end(),
                     [&](const std::string& module) { return apis.is_namespace(apis.canonical(module)); });
}

void Interpreter::walk(std::span<Function* const> functions) {
  unit_ = functions.front()->unit;
  for (Function* function : functions) run_function(*function);
}

/// What other files can import: every name the module binds, and that the module exists at all.
void Interpreter::export_module() {
  const std::string prefix = program_.module() + ".";
  slots_.flow(module_slot(program_.module()), pool_.number(1), {});
  for (const auto& [symbol, value] : module_state_.bindings()) {
    if (is_path(symbol)) continue;
    const Ref exported = value;
    const bool foreign = exported->is(Object::Kind::name) && names_.api(exported->name) == nullptr &&
                         !input_.catalog.python().is_namespace(exported->name) && !names_.is_project(exported->name);
    if (foreign) continue;
    const std::string qualified = prefix + std::string(program_.name_of(symbol));
    slots_.flow({Slot::Kind::global, qualified, 0}, exported, {});
    if (may_be_command(exported)) carry_constant(qualified, exported);
  }
}

/// A constant that another file runs as a command is judged here, where it stands (X1).
void Interpreter::carry_constant(const std::string& qualified, Ref value) {
  const auto value_of = [&](Ref hole) -> Ref {
    return hole->slot->kind == Slot::Kind::global && hole->slot->symbol == qualified ? value : nullptr;
  };
  operations_.carry(qualified, 0, syntax_.root(), syntax_.root(), context(), value_of);
}

void Interpreter::export_class(const Class& klass) {
  std::vector<Ref> bases(klass.bases);
  bases.push_back(pool_.name("builtins.object"));
  slots_.flow({Slot::Kind::global, klass.qualified + ".__bases__", 0}, pool_.choice(std::move(bases)),
              klass.node.range());
}

void Interpreter::run_class(Node node) {
  Class* klass = program_.class_at(node);
  if (klass == nullptr) return;
  klass->bases.clear();
  for (const Node base : node.field(Field::superclasses)) {
    if (base.is(Kind::keyword_argument)) {
      evaluate(base.field(Field::value));
      continue;
    }
    // `Generic[T]` and the like are no classes to inherit methods from.
    for (const Ref one : ObjectPool::alternatives(slots_.resolve_fields(evaluate(base)))) {
      if (one->is(Object::Kind::klass) || one->is(Object::Kind::name)) klass->bases.push_back(one);
      // `class Worker(context.Process)`: the class is what calling it yields.
      const bool member = one->is(Object::Kind::bound) && one->of->is(Object::Kind::instance);
      const Api* api = member ? input_.catalog.python().find_method(one->of->name, one->name) : nullptr;
      if (api != nullptr && api->returns == "process") klass->bases.push_back(pool_.name(api->type));
    }
  }
  export_class(*klass);
  const bool nested = !classes_.empty() && function_ == nullptr;
  outer_states_.emplace_back(nested ? classes_.back() : nullptr, state_);
  classes_.push_back(klass);
  State inside;
  std::swap(state_, inside);
  execute_block(node.field(Field::body));
  for (const auto& [symbol, value] : state_.bindings()) {
    if (is_path(symbol)) continue;
    const std::string_view name = program_.name_of(symbol);
    klass->attributes[name] = value;
    if (!value->is(Object::Kind::function)) slots_.flow(*field_slot(klass->qualified, name)->slot, value, node.range());
  }
  for (const auto& [name, type] : klass->annotations) {
    if (const Ref value = annotated(type)) slots_.flow(*field_slot(klass->qualified, name)->slot, value, type.range());
  }
  classes_.pop_back();
  state_ = std::move(outer_states_.back().second);
  outer_states_.pop_back();
  const Ref object = pool_.klass(*klass);
  assign_name(program_.symbol(klass->name), object, node);
}

void Interpreter::bind_parameters(Function& function) {
  if (function.self != no_symbol && function.owner != nullptr) {
    const std::string base = process_base(*function.owner);
    Ref self = pool_.instance(*function.owner);
    if (function.is_class_method) {
      self = pool_.klass(*function.owner);
    } else if (!base.empty()) {
      self = pool_.process(function.owner->qualified, Origin::child, function.node.id(), nullptr, nullptr);
    }
    state_.bind(function.self, self);
  }
  for (std::size_t i = 0; i < function.parameters.size(); ++i) {
    const Parameter& parameter = function.parameters[i];
    const auto index = static_cast<std::uint32_t>(i);
    const Ref slot = pool_.slot({Slot::Kind::parameter, function.qualified, index});
    // Other files know a keyword argument by its name only.
    const Ref by_name =
        slots_.read_linked({Slot::Kind::parameter, function.qualified + "(" + std::string(parameter.name) + ")", 0});
    if (by_name != nullptr) slots_.flow(*slot->slot, by_name, function.node.range());
    Ref value = slot;
    if (const Ref typed = parameter.annotation ? annotated(parameter.annotation) : nullptr) {
      if (typed->is(Object::Kind::instance)) value = typed;
      // A handle on an own child is one whoever hands it over; any other handle is what the callers say.
      if (typed->is(Object::Kind::process) && typed->origin == Origin::child) value = typed;
      if (typed->is(Object::Kind::process) && typed->origin != Origin::child)
        value = pool_.process(typed->name, Origin::parameter, parameter.annotation.id(), slot, nullptr);
    }
    if (parameter.kind != Parameter::Kind::double_star) state_.bind(parameter.symbol, value);
  }
}

void Interpreter::run_function(Function& function) {
  state_ = State();
  function_ = &function;
  function.cells.clear();
  limits_.clear();
  bind_parameters(function);
  state_.in_forked_child = function.called_in_forked_child;
  for (const auto& [root, marks] : function.before_call) state_.mark(root, marks);
  for (const auto& [symbol, value] : state_.bindings()) function.cells[symbol] = value;
  if (function.node.is(Kind::lambda)) {
    const Node body = function.node.field(Field::body);
    const Ref value = hand_over(body, evaluate(body));
    slots_.flow({Slot::Kind::result, function.qualified, 0}, value, body.range());
  } else {
    execute_block(function.node.field(Field::body));
    const Node type = function.node.field(Field::return_type);
    const Ref result = pool_.slot({Slot::Kind::result, function.qualified, 0});
    // An annotated factory whose body says nothing: the annotation does (O7).
    if (const Ref typed = type ? annotated(type) : nullptr; typed != nullptr && slots_.read(result) == result)
      slots_.flow(*result->slot, typed, type.range());
  }
  keep_effects(function);
  function_ = nullptr;
  state_ = State();
  limits_.clear();
}

void Interpreter::keep_effects(Function& function) {
  std::map<Ref, std::uint16_t> effects;
  for (const auto& [root, marks] : state_.all_marks()) {
    const auto before = function.before_call.find(root);
    const auto known = before == function.before_call.end() ? std::uint16_t(0) : before->second;
    const auto added = static_cast<std::uint16_t>(marks & ~known & ~(mark_exited | mark_verified));
    if (added != 0) effects[root] = added;
  }
  if (effects == function.effects) return;
  function.effects = std::move(effects);
  const std::set<UnitId>& callers = callers_[&function];
  slots_.stale().insert(callers.begin(), callers.end());
}

}  // namespace procsafe::python
