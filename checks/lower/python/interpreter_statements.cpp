// Statements: how values and paths go through them.
#include <algorithm>
#include <array>
#include <utility>

#include "lower/python/interpreter.h"
#include "lower/python/strings.h"

namespace procsafe::python {
namespace {

bool is_statement(Kind kind) {
  switch (kind) {
    case Kind::assert_statement:
    case Kind::block:
    case Kind::break_statement:
    case Kind::class_definition:
    case Kind::continue_statement:
    case Kind::decorated_definition:
    case Kind::delete_statement:
    case Kind::exec_statement:
    case Kind::expression_statement:
    case Kind::for_statement:
    case Kind::function_definition:
    case Kind::if_statement:
    case Kind::import_from_statement:
    case Kind::import_statement:
    case Kind::match_statement:
    case Kind::print_statement:
    case Kind::raise_statement:
    case Kind::return_statement:
    case Kind::try_statement:
    case Kind::while_statement:
    case Kind::with_statement: return true;
    default: return false;
  }
}

}  // namespace

void Interpreter::execute_children(Node node) {
  for (const Node child : node) {
    if (is_statement(child.kind()) || child.is(Kind::error)) {
      execute(child);
    } else {
      evaluate(child);
    }
  }
}

void Interpreter::execute_block(Node block) {
  constexpr int kMaxDepth = 250;
  if (depth_ >= kMaxDepth) {
    if (!too_deep_) too_deep_ = block.range();
    return;
  }
  ++depth_;
  execute_children(block);
  --depth_;
}

void Interpreter::execute(Node node) {
  switch (node.kind()) {
    case Kind::if_statement: execute_if(node); break;
    case Kind::while_statement: execute_while(node); break;
    case Kind::for_statement: execute_for(node); break;
    case Kind::try_statement: execute_try(node); break;
    case Kind::with_statement: execute_with(node); break;
    case Kind::match_statement: execute_match(node); break;
    case Kind::return_statement: execute_return(node); break;
    case Kind::import_statement: execute_import(node); break;
    case Kind::import_from_statement: execute_import_from(node); break;
    case Kind::function_definition:
    case Kind::class_definition:
    case Kind::decorated_definition: execute_definition(node); break;
    case Kind::block: execute_block(node); break;
    case Kind::raise_statement:
      for (const Node child : node) evaluate(child);
      leave_point();
      state_.ended = true;
      break;
    case Kind::break_statement:
      if (!break_points_.empty()) break_points_.back()->join(state_, pool_);
      state_.ended = true;
      break;
    case Kind::continue_statement:
      if (!continue_points_.empty()) continue_points_.back()->join(state_, pool_);
      state_.ended = true;
      break;
    case Kind::assert_statement:
      if (const Node condition = node.first()) refine(condition, evaluate_condition(condition), true);
      break;
    case Kind::delete_statement:
      for (const Node target : node) {
        if (target.is(Kind::identifier)) {
          state_.unbind(program_.symbol(target.text()));
        } else {
          evaluate(target);
        }
      }
      break;
    default: execute_children(node); break;
  }
  leave_point();
}

/// An exception may leave here: what holds now can hold in the handlers around.
void Interpreter::leave_point() {
  if (!raise_points_.empty()) raise_points_.back()->join(state_, pool_);
}

void Interpreter::refine(Node condition, Ref value, bool outcome) {
  while (condition.is(Kind::parenthesized_expression)) condition = condition.first();
  if (condition.is(Kind::not_operator)) {
    refine(condition.field(Field::argument), value, !outcome);
    return;
  }
  if ((tags_of(value) & tag_identity) != 0) {
    for (const Ref root : subjects_of(value, tag_identity)) state_.mark(root, mark_verified);
  }
  refine_exit(condition, value, outcome);
  // After a fork the child sees 0.
  Node tested = condition;
  bool child = !outcome;
  if (condition.is(Kind::comparison_operator)) {
    tested = condition.first();
    const std::string_view sign = condition.field(Field::operators).text();
    const Node other = tested.next();
    if (other.text() != "0" || (sign != "==" && sign != "!=" && sign != ">" && sign != "<=")) return;
    child = (sign == "==" || sign == "<=") == outcome;
  }
  if (tested.is(Kind::named_expression)) tested = tested.field(Field::name);
  const auto is_fork = [&](Ref pid) {
    if (!pid->is(Object::Kind::pid) || pid->site == no_node) return false;
    const Spawned* started = operations_.spawned(pid);
    return started != nullptr && started->api != nullptr && started->api->has_trait("forks");
  };
  Ref pid = nullptr;
  if (tested.is(Kind::identifier)) pid = look_up(tested);
  if (tested.is(Kind::attribute)) pid = evaluate_attribute(tested);
  if (tested.is(Kind::call)) pid = value;
  if (pid == nullptr) return;
  for (const Ref one : ObjectPool::alternatives(pid)) {
    if (is_fork(one)) state_.in_forked_child = child;
  }
}

/// `poll() is not None`: it has ended, and a wait returns at once (T1).
void Interpreter::refine_exit(Node condition, Ref value, bool outcome) {
  if ((tags_of(value) & tag_poll) == 0) return;
  bool exited = false;
  if (condition.is(Kind::comparison_operator)) {
    const Node other = condition.first().next();
    const std::string_view sign = condition.field(Field::operators).text();
    if (!other.is(Kind::none)) return;
    exited = (sign == "is not" || sign == "!=") == outcome;
  } else if (condition.is(Kind::call)) {
    const std::string_view name = condition.field(Field::function).text();
    if (!name.ends_with("is_alive") && !name.ends_with("isalive") && !name.ends_with("is_running")) return;
    exited = !outcome;
  }
  if (!exited) return;
  for (const Ref root : subjects_of(value, tag_poll)) state_.mark(root, mark_exited);
}

void Interpreter::execute_if(Node statement) {
  // The chain of `elif` goes on from what holds when all conditions before were false.
  State done;
  done.ended = true;
  Node branch = statement;
  const auto run_branch = [&](Node condition_of) {
    const Node condition = condition_of.field(Field::condition);
    const Ref value = evaluate_condition(condition);
    State otherwise = state_;
    refine(condition, value, true);
    execute_block(condition_of.field(Field::consequence));
    done.join(state_, pool_);
    state_ = std::move(otherwise);
    refine(condition, value, false);
  };
  run_branch(branch);
  for (const Node alternative : statement) {
    if (alternative.is(Kind::elif_clause)) run_branch(alternative);
    if (alternative.is(Kind::else_clause)) {
      execute_block(alternative.field(Field::body));
    }
  }
  done.join(state_, pool_);
  state_ = std::move(done);
}

/// Runs a loop body: once to learn what it changes, once with that known.
void Interpreter::loop_body(Node body, Ref element, Node condition) {
  const auto run_once = [&](bool recording) {
    State left;
    left.ended = true;
    State again;
    again.ended = true;
    const bool outer = std::exchange(recording_, recording_ && recording);
    break_points_.push_back(&left);
    continue_points_.push_back(&again);
    ++loops_;
    execute_block(body);
    --loops_;
    continue_points_.pop_back();
    break_points_.pop_back();
    recording_ = outer;
    state_.join(again, pool_);
    return left;
  };
  State before = state_;
  if (recording_) {
    run_once(false);
    state_.join(before, pool_);
    state_.ended = before.ended;
    if (element != nullptr) {
      // The next element is another process: what was done to the one before says nothing about it.
      for (const Ref root : operations_.subjects(element)) state_.set_marks(root, before.marks(root));
    }
  }
  State entry = state_;
  const State left = run_once(true);
  state_.join(entry, pool_);
  if (condition) {
    // Left at the head the condition is false; by `break` it is not known.
    state_.ended = is_true(evaluate(condition));
    refine(condition, evaluate_condition(condition), false);
  }
  state_.join(left, pool_);
  state_.ended = before.ended;
}

void Interpreter::execute_while(Node statement) {
  const Node condition = statement.field(Field::condition);
  const Ref value = evaluate_condition(condition);
  const bool limited = std::any_of(limits_.begin(), limits_.end(), [](const Limit& limit) {
    return limit.timeout == Timeout::bounded || limit.timeout == Timeout::unknown;
  });
  if (recording_) journal_.loops[statement.id()] = {statement, function_, limited};
  refine(condition, value, true);
  loop_body(statement.field(Field::body), nullptr, condition);
  if (const Node otherwise = statement.child(Kind::else_clause)) execute_block(otherwise.field(Field::body));
}

void Interpreter::execute_for(Node statement) {
  const Node source = statement.field(Field::right);
  const Ref value = element(evaluate(source), source);
  assign(statement.field(Field::left), value);
  loop_body(statement.field(Field::body), value, Node());
  if (const Node otherwise = statement.child(Kind::else_clause)) execute_block(otherwise.field(Field::body));
}

void Interpreter::execute_try(Node statement) {
  State raised = state_;
  raise_points_.push_back(&raised);
  execute_block(statement.field(Field::body));
  raise_points_.pop_back();
  State done = state_;
  for (const Node clause : statement) {
    if (clause.is(Kind::else_clause)) {
      state_ = done;
      execute_block(clause.field(Field::body));
      done = state_;
    }
  }
  State everything = raised;
  everything.join(done, pool_);
  for (const Node clause : statement) {
    if (!clause.is(Kind::except_clause)) continue;
    state_ = raised;
    state_.ended = false;
    for (const Node part : clause) {
      if (part.is(Kind::block)) {
        execute_block(part);
      } else if (part.role() != Field::alias) {
        Node type = part;
        if (type.is(Kind::as_pattern)) {
          if (const Node alias = type.field(Field::alias)) assign(alias.first(), pool_.unknown_at(alias.id()));
          type = type.first();
        }
        const Ref caught = evaluate(type);
        if (recording_) journal_.exceptions[clause.id()] = caught;
      } else {
        assign(part, pool_.unknown_at(part.id()));
      }
    }
    done.join(state_, pool_);
    everything.join(state_, pool_);
  }
  state_ = std::move(done);
  if (const Node clause = statement.child(Kind::finally_clause)) {
    const bool ended = state_.ended;
    everything.ended = false;
    State normal = std::exchange(state_, std::move(everything));
    state_.join(normal, pool_);
    execute_block(clause.child(Kind::block));
    state_.ended = state_.ended || ended;
  }
}

Ref Interpreter::enter_context(Node item, Ref context_value) {
  const Ref context_object = slots_.resolve_fields(context_value);
  operations_.note(Event::Kind::entered, item, context_object, context());
  return context_object;
}

void Interpreter::execute_with(Node statement) {
  const std::size_t limits = limits_.size();
  const Node clause = statement.child(Kind::with_clause);
  for (const Node with_item : clause) {
    Node value = with_item.field(Field::value);
    Node target;
    if (value.is(Kind::as_pattern)) {
      target = value.field(Field::alias).first();
      value = value.first();
    }
    const Ref entered = enter_context(with_item, evaluate(value));
    if (target) assign(target, entered);
    if (!value.is(Kind::call)) continue;
    const Ref callee = evaluate(value.field(Field::function));
    const Api* api = callee->is(Object::Kind::name) ? names_.api(callee->name) : nullptr;
    if (api != nullptr && api->returns == "limit") {
      const Arguments arguments = evaluate_arguments(value.field(Field::arguments), true);
      limits_.push_back({operations_.timeout_of(api->timeout, arguments, *api),
                         !api->name.starts_with("gevent") && !api->name.starts_with("eventlet")});
    }
    if (callee->is_name("contextlib.suppress") && recording_) {
      const Arguments arguments = evaluate_arguments(value.field(Field::arguments), true);
      std::vector<Ref> caught;
      for (const Arguments::Positional& argument : arguments.positional) caught.push_back(argument.value);
      journal_.exceptions[with_item.id()] = pool_.sequence(std::move(caught), false);
    }
  }
  execute_block(statement.field(Field::body));
  limits_.resize(std::min(limits, limits_.size()));
}

void Interpreter::execute_match(Node statement) {
  for (const Node subject : statement) {
    if (!subject.is(Kind::block)) evaluate(subject);
  }
  const State before = state_;
  State done = state_;
  for (const Node clause : statement.field(Field::body)) {
    if (!clause.is(Kind::case_clause)) continue;
    state_ = before;
    // Captured names hold parts of the subject; which, nobody says.
    for (const Node pattern : clause) {
      if (!pattern.is(Kind::case_pattern)) continue;
      std::vector<Node> parts{pattern};
      while (!parts.empty()) {
        const Node part = parts.back();
        parts.pop_back();
        if (part.is(Kind::dotted_name) && !part.first().next())
          state_.bind(program_.symbol(part.text()), pool_.unknown_at(part.id()));
        for (const Node child : part) parts.push_back(child);
      }
    }
    if (const Node guard = clause.field(Field::guard)) evaluate_condition(guard.first());
    execute_block(clause.field(Field::consequence));
    done.join(state_, pool_);
  }
  state_ = std::move(done);
}

void Interpreter::execute_return(Node statement) {
  if (const Node value_node = statement.first()) {
    const Ref value = hand_over(value_node, evaluate(value_node));
    operations_.note(Event::Kind::returned, statement, value, context());
    if (function_ != nullptr) {
      slots_.flow({Slot::Kind::result, function_->qualified, 0}, value, statement.range());
      carry_output(value, statement);
    }
  }
  leave_point();
  state_.ended = true;
}

/// Modules that are there to start processes; `os` is there for other things, too.
bool Interpreter::is_spawn_module(std::string_view module) const {
  const std::string canonical = input_.catalog.python().canonical(module);
  return canonical == "subprocess" || canonical == "multiprocessing" || canonical == "pexpect" || canonical == "sh" ||
         canonical == "plumbum" || canonical == "psutil" || canonical == "invoke" || canonical == "commands" ||
         canonical == "popen2" || canonical == "concurrent.futures";
}

void Interpreter::note_import(Node statement) {
  if (recording_) journal_.imports.push_back({statement, function_});
}

void Interpreter::execute_import(Node statement) {
  for (const Node child : statement) {
    if (is_spawn_module(
            names_.imported_module((child.is(Kind::aliased_import) ? child.field(Field::name) : child).text())))
      note_import(statement);
    const bool aliased = child.is(Kind::aliased_import);
    const Node name = aliased ? child.field(Field::name) : child;
    if (!name.is(Kind::dotted_name)) continue;
    const std::string module = names_.imported_module(name.text());
    if (aliased) {
      assign_name(program_.symbol(child.field(Field::alias).text()), names_.external(module), child);
      continue;
    }
    // `import a.b` binds `a`; a file beside this one is known by its path.
    const Node first = name.first();
    const bool dotted_name = static_cast<bool>(first.next());
    const Ref bound = dotted_name ? pool_.name(first.text()) : names_.external(module);
    assign_name(program_.symbol(first.text()), bound, child);
    if (dotted_name && module != name.text()) names_.alias(name.text(), module);
  }
}

void Interpreter::execute_import_from(Node statement) {
  const std::string module = names_.imported_module(statement.field(Field::module_name).text());
  if (is_spawn_module(module)) note_import(statement);
  for (const Node child : statement) {
    if (child.is(Kind::wildcard_import)) {
      if (std::find(star_modules_.begin(), star_modules_.end(), module) == star_modules_.end())
        star_modules_.push_back(module);
      continue;
    }
    if (child.role() != Field::name) continue;
    const bool aliased = child.is(Kind::aliased_import);
    const std::string_view name = aliased ? child.field(Field::name).text() : child.text();
    const std::string_view bound = aliased ? child.field(Field::alias).text() : name;
    assign_name(program_.symbol(bound), names_.member(module, name), child);
  }
}

void Interpreter::execute_definition(Node definition) {
  for (const Node decorator : definition) {
    if (decorator.is(Kind::decorator)) evaluate(decorator.first());
  }
  const Node inner = definition.is(Kind::decorated_definition) ? definition.field(Field::definition) : definition;
  if (inner.is(Kind::class_definition)) {
    run_class(inner);
    return;
  }
  const Function* function = program_.function_at(inner);
  if (function == nullptr) return;
  for (const Parameter& parameter : function->parameters) {
    if (parameter.default_value) hand_over(parameter.default_value, evaluate(parameter.default_value));
  }
  // Files that derive from the class, or hold an object of it, read a property as an attribute.
  if (function->is_property && function->owner != nullptr)
    slots_.flow(*field_slot(function->owner->qualified, function->name)->slot,
                pool_.slot({Slot::Kind::result, function->qualified, 0}), inner.range());
  assign_name(program_.symbol(function->name), pool_.function(*function), inner);
}

// ---------------------------------------------------------------- assigning

Ref Interpreter::evaluate_assignment(Node node) {
  const Node target = node.field(Field::left);
  const Node source = node.field(Field::right);
  if (!source) {  // `name: type`
    if (const Ref typed = annotated(node.field(Field::type)); typed != nullptr && target.is(Kind::identifier))
      assign(target, typed);
    return pool_.none();
  }
  Ref value = evaluate(source);
  if (const Node type = node.field(Field::type)) {
    const Ref typed = annotated(type);
    if (typed != nullptr && value->is(Object::Kind::unknown)) value = typed;
  }
  // `run = subprocess.run` in a module or class: other files may use the name.
  const bool is_api = value->is(Object::Kind::name) && !value->handed && target.is(Kind::identifier);
  if (recording_ && function_ == nullptr && is_api) {
    const Api* api = names_.api(value->name);
    if (api != nullptr && api->operation == Operation::spawn && !source.is(Kind::call))
      journal_.aliases.push_back({source, target.text()});
  }
  assign(target, value);
  return value;
}

Ref Interpreter::evaluate_augmented(Node node) {
  const Node target = node.field(Field::left);
  const Ref old = slots_.resolve_fields(evaluate(target));
  const Ref value = slots_.resolve_fields(evaluate(node.field(Field::right)));
  const bool plus = node.field(Field::operator_).text() == "+=";
  Ref result = pool_.unknown_at(node.id());
  if (plus && old->is(Object::Kind::text)) {
    TextBuilder builder(pool_, slots_);
    builder.append(old, target.range());
    builder.append(value, node.field(Field::right).range());
    result = loops_ > 0 ? pool_.unknown_at(node.id()) : builder.take();
  } else if (plus && old->is(Object::Kind::sequence)) {
    std::vector<Ref> elements(old->elements.begin(), old->elements.end());
    const bool known = value->is(Object::Kind::sequence);
    if (known) {
      for (const Ref element : value->elements) {
        if (loops_ == 0 || std::find(elements.begin(), elements.end(), element) == elements.end())
          elements.push_back(element);
      }
    } else {
      elements.push_back(value);
    }
    result = pool_.sequence(std::move(elements), old->open || !known || value->open || loops_ > 0);
  } else {
    const std::array<Ref, 2> operands{old, value};
    result = combine(node, operands);
  }
  assign(target, result);
  return result;
}

void Interpreter::assign(Node target, Ref value) {
  switch (target.kind()) {
    case Kind::identifier: assign_name(program_.symbol(target.text()), value, target); return;
    case Kind::attribute: assign_attribute(target, value); return;
    case Kind::subscript: {
      // An element written: the container may hold it now.
      const Node container = target.field(Field::value);
      evaluate(target.field(Field::subscript));
      const Ref old = slots_.resolve_fields(evaluate(container));
      const Ref handed = hand_over(target, value);
      operations_.note(Event::Kind::stored, target, value, context(), outlives_function(container));
      const Ref key = evaluate(target.field(Field::subscript));
      if (container.is(Kind::attribute) || container.is(Kind::identifier)) {
        const Ref merged = with_item(old, key, handed);
        const auto parts = ObjectPool::alternatives(merged);
        const bool mapping =
            std::any_of(parts.begin(), parts.end(), [](Ref part) { return part->is(Object::Kind::mapping); });
        const Ref empty = mapping ? pool_.mapping({}, {}, false) : pool_.sequence({}, false);
        put(container, merged, with_item(empty, key, handed));
      }
      return;
    }
    case Kind::pattern_list:
    case Kind::tuple_pattern:
    case Kind::list_pattern:
    case Kind::tuple:
    case Kind::list:
    case Kind::expression_list: assign_all(target, value); return;
    case Kind::list_splat_pattern:
    case Kind::parenthesized_expression:
    case Kind::as_pattern_target: assign(target.first(), value); return;
    default: evaluate(target); return;
  }
}

/// Writes a container back after `added` was put into it. What outlives the function is told of `added` alone: it is
/// read and written in every pass, and would keep what earlier passes did not know better.
void Interpreter::put(Node place, Ref merged, Ref added) {
  const bool attribute = place.is(Kind::attribute);
  // Words of a command mean something in their order only.
  const auto parts = ObjectPool::alternatives(added).back()->elements;
  const bool words = std::any_of(parts.begin(), parts.end(), [](Ref part) { return part->is(Object::Kind::text); });
  if (words || (!attribute && !(place.is(Kind::identifier) && state_.find(program_.symbol(place.text())) == nullptr))) {
    replace(place, merged);
    return;
  }
  replace(place, added);
  const Node object = attribute ? place.field(Field::object) : Node();
  if (object.is(Kind::identifier))
    state_.bind(program_.path(program_.symbol(object.text()), place.field(Field::attribute).text()), merged);
}

/// The container after `container[key] = value`; what it may be is merged into one.
Ref Interpreter::with_item(Ref container, Ref key, Ref value) {
  std::vector<std::string_view> keys;
  std::vector<Ref> values;
  std::vector<Ref> others;
  bool mapping = false;
  bool open = loops_ > 0;
  const auto add = [&](std::string_view name, Ref element) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i] == name && values[i] == element) return;
    }
    keys.push_back(name);
    values.push_back(element);
  };
  for (const Ref one : ObjectPool::alternatives(container)) {
    if (one->is(Object::Kind::mapping) || one->is(Object::Kind::sequence)) {
      mapping = mapping || one->is(Object::Kind::mapping);
      open = open || one->open;
      for (std::size_t i = 0; i < one->elements.size(); ++i)
        add(one->is(Object::Kind::mapping) ? one->keys[i] : std::string_view(), one->elements[i]);
    } else if (!one->is(Object::Kind::none) && !one->is(Object::Kind::bound)) {
      others.push_back(one);  // an attribute nobody has set so far is no container
    }
  }
  const bool constant = key->is(Object::Kind::text) && key->text->constant();
  add(constant && mapping ? pool_.intern(key->text->bytes()) : std::string_view(), value);
  if (mapping && is_telling_key(key)) add(telling_keys, key);
  others.push_back(mapping ? pool_.mapping(keys, values, open || !constant) : pool_.sequence(std::move(values), true));
  return pool_.choice(std::move(others));
}

void Interpreter::assign_all(Node pattern, Ref value) {
  value = slots_.resolve_fields(value);
  std::size_t index = 0;
  std::size_t count = 0;
  bool starred = false;
  for (const Node part : pattern) {
    ++count;
    starred = starred || part.is(Kind::list_splat_pattern);
  }
  for (const Node part : pattern) {
    std::vector<Ref> parts;
    for (const Ref one : ObjectPool::alternatives(value)) {
      const bool exact = one->is(Object::Kind::sequence) && !one->open && !starred && one->elements.size() == count;
      if (exact) {
        parts.push_back(one->elements[index]);
      } else if (one->is(Object::Kind::unknown)) {
        parts.push_back(pool_.member(one, std::to_string(index)));
      } else if (!one->is(Object::Kind::none)) {
        parts.push_back(element(one, part));
      }
    }
    assign(part, parts.empty() ? pool_.unknown_at(part.id()) : pool_.choice(std::move(parts)));
    ++index;
  }
}

void Interpreter::assign_name(Symbol symbol, Ref value, Node at) {
  state_.unbind_if([&](Symbol other) { return program_.is_path_below(other, symbol); });
  if (function_ != nullptr && function_->globals.contains(symbol)) {
    operations_.note(Event::Kind::stored, at, value, context(), true);
    slots_.flow({Slot::Kind::global, program_.module() + "." + std::string(program_.name_of(symbol)), 0}, value,
                at.range());
  }
  state_.bind(symbol, value);
  if (function_ == nullptr) return;
  Function* holder = function_;
  if (function_->nonlocals.contains(symbol)) {
    for (holder = function_->outer; holder != nullptr && !holder->locals.contains(symbol);) holder = holder->outer;
    if (holder == nullptr) return;
  }
  const auto [cell, added] = holder->cells.try_emplace(symbol, value);
  if (!added) cell->second = pool_.join(cell->second, value);
}

void Interpreter::assign_attribute(Node target, Ref value) {
  const Node object = target.field(Field::object);
  const std::string_view name = target.field(Field::attribute).text();
  const Ref holder = slots_.resolve_fields(evaluate(object));
  operations_.note(Event::Kind::stored, target, value, context(), true);
  for (const Ref one : ObjectPool::alternatives(holder)) {
    const bool known = one->is(Object::Kind::instance) || one->is(Object::Kind::klass);
    if (known && one->klass != nullptr) {
      // Written below, read above: methods of a base class see it, too.
      std::vector<const Class*> classes{one->klass};
      for (std::size_t i = 0; i < classes.size() && i < 16; ++i) {
        slots_.flow(*field_slot(classes[i]->qualified, name)->slot, value, target.range());
        for (const Ref base : classes[i]->bases) {
          if (base->is(Object::Kind::klass)) classes.push_back(base->klass);
          if (base->is(Object::Kind::name) && names_.is_project(base->name))
            slots_.flow(*field_slot(base->name, name)->slot, value, target.range());
        }
      }
    } else if (known && names_.is_project(one->name)) {
      slots_.flow(*field_slot(one->name, name)->slot, value, target.range());
    } else if (one->is(Object::Kind::process)) {
      if (program_.find_class(one->name) != nullptr)
        slots_.flow(*field_slot(one->name, name)->slot, value, target.range());
    }
  }
  if (object.is(Kind::identifier)) state_.bind(program_.path(program_.symbol(object.text()), name), value);
}

/// Is the container one that lives on when the function returns?
bool Interpreter::outlives_function(Node container) const {
  while (container.is(Kind::subscript)) container = container.field(Field::value);
  if (container.is(Kind::attribute) || function_ == nullptr) return true;
  return container.is(Kind::identifier) && !function_->locals.contains(program_.symbol(container.text()));
}

void Interpreter::replace(Node place, Ref value) {
  if (place.is(Kind::identifier)) {
    const Symbol symbol = program_.symbol(place.text());
    if (state_.find(symbol) != nullptr) {
      assign_name(symbol, value, place);
    } else if (const Ref old = module_state_.find(symbol); old != nullptr && !in_module_) {
      // A container of the module, changed by a function.
      slots_.flow({Slot::Kind::global, program_.module() + "." + std::string(place.text()), 0}, value, place.range());
      for (const Ref element : value->elements) operations_.note(Event::Kind::stored, place, element, context(), true);
    }
  } else if (place.is(Kind::attribute)) {
    assign_attribute(place, value);
  }
}

}  // namespace procsafe::python
