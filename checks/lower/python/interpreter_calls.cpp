// Calls: of APIs, of functions and classes of the file, of what other files define.
#include <algorithm>
#include <array>

#include "lower/python/interpreter.h"
#include "lower/python/strings.h"

namespace procsafe::python {
namespace {

/// Functions that take a class or function only for its type or documentation (S2).
bool takes_type(std::string_view function) {
  constexpr std::array<std::string_view, 26> kNames{
      "isinstance",     "issubclass",      "cast",      "Instance", "Type",    "TypeVar", "NewType", "type", "wraps",
      "update_wrapper", "signature",       "getsource", "callable", "hasattr", "getattr", "setattr", "id",   "Mock",
      "MagicMock",      "create_autospec", "AsyncMock", "object",   "patch",   "delattr", "dir",     "help"};
  if (const std::size_t dot = function.rfind('.'); dot != std::string_view::npos) function = function.substr(dot + 1);
  return std::find(kNames.begin(), kNames.end(), function) != kNames.end();
}

/// Methods of contextlib.ExitStack that take over a handle.
bool is_stack_method(std::string_view name) {
  return name == "enter_context" || name == "enter_async_context" || name == "push_async_exit";
}

}  // namespace

bool Interpreter::holds_process(const Arguments& arguments) {
  const auto is_process = [](Ref value) {
    return std::any_of(ObjectPool::alternatives(value).begin(), ObjectPool::alternatives(value).end(),
                       [](Ref one) { return one->is(Object::Kind::process) || one->is(Object::Kind::pid); });
  };
  return std::any_of(arguments.positional.begin(), arguments.positional.end(),
                     [&](const Arguments::Positional& argument) { return is_process(argument.value); }) ||
         std::any_of(arguments.keywords.begin(), arguments.keywords.end(),
                     [&](const Arguments::Keyword& argument) { return is_process(argument.value); });
}

bool Interpreter::is_worth_reading(Ref slot, std::string_view member) {
  return !slot->open || member == "pid" || input_.catalog.python().is_simple_name(member);
}

Context Interpreter::context() {
  return {function_,
          function_ != nullptr ? std::string_view(function_->symbol)
          : classes_.empty()   ? std::string_view()
                               : std::string_view(classes_.back()->symbol),
          state_, limits_, recording_};
}

Ref Interpreter::hand_over(Node node, Ref value) {
  bool any = false;
  std::vector<Ref> handed;
  for (const Ref one : ObjectPool::alternatives(slots_.resolve_fields(value))) {
    const Api* api = one->is(Object::Kind::name) && !one->handed ? names_.api(one->name) : nullptr;
    if (api == nullptr || api->operation != Operation::spawn) {
      handed.push_back(one);
      continue;
    }
    operations_.refer(node, *api, context());
    handed.push_back(pool_.name(one->name, true));
    any = true;
  }
  return any ? pool_.choice(std::move(handed)) : value;
}

Arguments Interpreter::evaluate_arguments(Node list, bool type_position) {
  Arguments arguments;
  arguments.node = list;
  const auto value_of = [&](Node node) {
    const Ref value = evaluate(node);
    return type_position ? value : hand_over(node, value);
  };
  if (list.is(Kind::generator_expression)) {
    arguments.positional.push_back({list, evaluate(list)});
    return arguments;
  }
  for (const Node child : list) {
    if (child.is(Kind::keyword_argument)) {
      const Node value = child.field(Field::value);
      arguments.keywords.push_back({child.field(Field::name).text(), value, value_of(value)});
    } else if (child.is(Kind::list_splat)) {
      const Ref spread = slots_.resolve_fields(evaluate(child.first()));
      if (spread->is(Object::Kind::sequence) && !arguments.more_positional) {
        for (const Ref element : spread->elements) arguments.positional.push_back({child, element});
        arguments.more_positional = spread->open;
      } else {
        arguments.positional.push_back({child, spread});
        arguments.more_positional = true;
      }
    } else if (child.is(Kind::dictionary_splat)) {
      const Ref spread = slots_.resolve_fields(evaluate(child.first()));
      if (spread->is(Object::Kind::mapping)) {
        for (std::size_t i = 0; i < spread->keys.size(); ++i)
          arguments.keywords.push_back({spread->keys[i], child, spread->elements[i]});
        arguments.more_keywords = arguments.more_keywords || spread->open;
      } else {
        arguments.more_keywords = true;
      }
    } else {
      arguments.positional.push_back({child, value_of(child)});
    }
  }
  return arguments;
}

Ref Interpreter::evaluate_call(Node call) {
  const Node function = call.field(Field::function);
  const Ref callee = slots_.resolve_fields(evaluate(function));
  const Arguments arguments = evaluate_arguments(call.field(Field::arguments), takes_type(function.text()));
  std::vector<Ref> results;
  for (const Ref one : ObjectPool::alternatives(callee)) {
    if (!one->is(Object::Kind::none)) results.push_back(apply(one, arguments, call));
  }
  leave_point();
  return results.empty() ? pool_.unknown_at(call.id()) : pool_.choice(std::move(results));
}

Ref Interpreter::apply(Ref callee, const Arguments& arguments, Node call) {
  switch (callee->kind) {
    case Object::Kind::name: return apply_name(callee, arguments, call);
    case Object::Kind::function: return apply_function(*callee->function, arguments, call);
    case Object::Kind::klass: return apply_class(*callee->klass, arguments, call);
    case Object::Kind::partial: return apply_partial(callee, arguments, call);
    case Object::Kind::bound: return apply_bound(callee, arguments, call);
    case Object::Kind::instance:
      if (callee->klass != nullptr) {
        if (const Function* method = find_method(*callee->klass, "__call__"))
          return apply_function(*method, arguments, call);
      } else if (const Api* api = input_.catalog.python().find_method(callee->name, "__call__")) {
        return apply_api(*api, callee, arguments, call);
      }
      break;
    default: break;
  }
  const bool stack = callee->is(Object::Kind::unknown) && is_stack_method(callee->name);
  note_passed(arguments, stack ? Event::Kind::stacked : Event::Kind::passed);
  return pool_.unknown_at(call.id());
}

void Interpreter::note_passed(const Arguments& arguments, Event::Kind kind) {
  for (const Arguments::Positional& argument : arguments.positional)
    operations_.note(kind, argument.node, argument.value, context());
  for (const Arguments::Keyword& argument : arguments.keywords)
    operations_.note(kind, argument.node, argument.value, context());
}

Ref Interpreter::apply_name(Ref callee, const Arguments& arguments, Node call) {
  const std::string_view name = callee->name;
  if (name.starts_with("builtins.") || name.find('.') == std::string_view::npos || name.starts_with("functools.") ||
      name.starts_with("importlib.") || name.starts_with("shlex.") || name.starts_with("itertools.") ||
      name.starts_with("textwrap.") || name.starts_with("os.path.")) {
    if (const auto result = apply_builtin(name, arguments, call)) return *result;
  }
  if (const Api* api = names_.api(name)) {
    // A named tuple field, an enumeration: calling it performs nothing. An API that came out of a container or a
    // parameter was reported where it was put in (S2).
    if (!callee->handed) return apply_api(*api, nullptr, arguments, call);
    if (api->operation == Operation::spawn) operations_.lower_command(*api, arguments, call, context());
    const bool recording = std::exchange(recording_, false);
    const Ref result = apply_api(*api, nullptr, arguments, call);
    recording_ = recording;
    return result;
  }
  if (!name.starts_with("builtins.")) note_passed(arguments, Event::Kind::passed);
  if (!names_.is_project(name)) {
    if (!names_.may_be_project(name)) return pool_.unknown_at(call.id());
    if (holds_process(arguments)) flow_arguments(name, arguments, call);
    return pool_.slot({Slot::Kind::result, std::string(name), 0}, true);
  }
  forget_attributes();
  if (names_.is_project_class(name)) {
    flow_arguments(std::string(name) + ".__init__", arguments, call);
    if (const std::string base = names_.process_base(name); !base.empty()) {
      if (const Api* api = names_.api(base)) apply_api(*api, nullptr, arguments, call);
      return pool_.process(name, Origin::child, call.id(), nullptr, operations_.place(call));
    }
    return pool_.instance(name);
  }
  return apply_foreign(name, false, arguments, call);
}

/// A function or method another file of the project defines; `open`: it may be defined elsewhere, too.
Ref Interpreter::apply_foreign(std::string_view qualified, bool open, const Arguments& arguments, Node call) {
  const std::string function(qualified);
  flow_arguments(function, arguments, call);
  const auto value_of = [&](Ref hole) -> Ref {
    const bool own = hole->slot->kind == Slot::Kind::parameter && hole->slot->symbol == function;
    const auto* argument = own ? arguments.at(hole->slot->index) : nullptr;
    return argument != nullptr ? argument->value : nullptr;
  };
  return add_output(function, pool_.slot({Slot::Kind::result, function, 0}, open), call, value_of);
}

Ref Interpreter::apply_api(const Api& api, Ref receiver, const Arguments& arguments, Node call) {
  if (api.opens.given() && api.returns != "process") {
    const Ref path = arguments.find(api.opens);
    if (api.returns == "file") return pool_.tagged(tag_file, {}, path != nullptr ? path : pool_.unknown());
    if (api.returns == "path") {
      if (arguments.positional.size() < 2)
        return pool_.tagged(tag_path, {}, path != nullptr ? path_text(path) : pool_.unknown_at(call.id()));
      TextBuilder builder(pool_, slots_);
      for (std::size_t i = 0; i < arguments.positional.size(); ++i) {
        if (i > 0) builder.text().append_synthetic("/", call.range().begin);
        builder.append(path_text(arguments.positional[i].value), call.range());
      }
      return pool_.tagged(tag_path, {}, builder.take());
    }
    if (path == nullptr) return pool_.unknown_at(call.id());
    const Ref content = listing_of(path, call);
    if (api.returns == "listing") return content;
    // Whether /proc/<pid> exists tells whether it lives, not what it is (O5).
    return (tags_of(content) & tag_identity) != 0 ? pool_.tagged(tag_poll, subjects_of(content, tag_identity))
                                                  : pool_.unknown_at(call.id());
  }
  if (api.operation == Operation::handler || api.has_trait("calls-argument") || api.has_trait("calls-target") ||
      api.has_trait("calls-second-argument") || api.has_trait("calls-after-delay")) {
    const Ref result = apply_callback(api, arguments, call);
    if (api.operation == Operation::handler && recording_) note_handler(api, arguments, call);
    if (!api.operation) return result;
  }
  if (api.returns == "alarm") {
    const Ref after = arguments.find(api.timeout);
    if (after != nullptr && !is_false(after)) limits_.push_back({Timeout::bounded, false});
    return pool_.unknown_at(call.id());
  }
  return operations_.perform(api, receiver, arguments, call, context());
}

void Interpreter::note_handler(const Api& api, const Arguments& arguments, Node call) {
  const bool on_signal = api.has_trait("on-signal");
  const Ref signal = on_signal ? arguments.find(api.signal) : nullptr;
  if (signal != nullptr && mentions(signal, "signal.SIGCHLD")) journal_.reaps_all = true;
  const auto* callee = arguments.at(on_signal ? 1 : 0);
  const Ref value = callee != nullptr ? callee->value : nullptr;
  // Restoring a default is no cleanup.
  if (value != nullptr && value->is(Object::Kind::name) && value->name.starts_with("signal.SIG_")) return;
  const Function* function = value != nullptr && value->is(Object::Kind::function) ? value->function : nullptr;
  journal_.handlers.push_back({call, function, on_signal && signal == nullptr ? pool_.unknown() : signal});
}

/// Functions that call what they are given: the arguments they pass on reach its parameters.
Ref Interpreter::apply_callback(const Api& api, const Arguments& arguments, Node call) {
  Arguments inner;
  inner.node = call;
  Ref callee = nullptr;
  if (api.has_trait("calls-target") || api.has_trait("calls-after-delay")) {
    const bool timer = api.has_trait("calls-after-delay");
    callee = arguments.find({timer ? 1U : 1U, timer ? "function" : "target"});
    const Ref passed = arguments.find({timer ? 2U : 3U, "args"});
    if (passed != nullptr && passed->is(Object::Kind::sequence)) {
      for (const Ref element : passed->elements) inner.positional.push_back({call, element});
    }
  } else {
    const std::size_t first = api.has_trait("calls-second-argument") || api.has_trait("on-signal") ? 1 : 0;
    if (const auto* argument = arguments.at(first)) callee = argument->value;
    for (std::size_t i = first + 1; i < arguments.positional.size(); ++i)
      inner.positional.push_back(arguments.positional[i]);
    inner.keywords = arguments.keywords;
  }
  const Ref result = api.type.empty() ? pool_.unknown_at(call.id()) : pool_.instance(api.type);
  if (callee == nullptr) return result;
  for (const Ref one : ObjectPool::alternatives(callee)) {
    if (one->is(Object::Kind::function)) flow_parameters(*one->function, inner, call);
    if (one->is(Object::Kind::name) && names_.is_project(one->name)) flow_arguments(one->name, inner, call);
    // `Timer(5, process.kill)` ends the process whatever else happens (T4).
    if (api.has_trait("calls-after-delay") && one->is(Object::Kind::bound) &&
        (one->name == "kill" || one->name == "terminate")) {
      for (const Ref root : operations_.subjects(one->of)) state_.mark(root, mark_timer);
    }
  }
  if (api.has_trait("calls-after-delay")) {
    for (const Arguments::Positional& argument : inner.positional) {
      for (const Ref root : operations_.subjects(argument.value)) state_.mark(root, mark_timer);
    }
  }
  return result;
}

Ref Interpreter::apply_partial(Ref callee, const Arguments& arguments, Node call) {
  Arguments all;
  all.node = arguments.node;
  const std::size_t positional = callee->elements.size() - callee->keys.size();
  for (std::size_t i = 0; i < positional; ++i) all.positional.push_back({call, callee->elements[i]});
  all.positional.insert(all.positional.end(), arguments.positional.begin(), arguments.positional.end());
  for (std::size_t i = 0; i < callee->keys.size(); ++i)
    all.keywords.push_back({callee->keys[i], call, callee->elements[positional + i]});
  all.keywords.insert(all.keywords.end(), arguments.keywords.begin(), arguments.keywords.end());
  all.more_positional = arguments.more_positional;
  all.more_keywords = arguments.more_keywords;
  std::vector<Ref> results;
  for (const Ref one : ObjectPool::alternatives(callee->of)) results.push_back(apply(one, all, call));
  return pool_.choice(std::move(results));
}

Ref Interpreter::apply_bound(Ref bound, const Arguments& arguments, Node call) {
  const Ref receiver = bound->of;
  const std::string_view name = bound->name;
  std::vector<Ref> results;
  const Api* performed = nullptr;
  const bool opaque = receiver->is(Object::Kind::slot) && !is_worth_reading(receiver, name);
  for (const Ref one : ObjectPool::alternatives(opaque ? receiver : slots_.resolve(receiver))) {
    switch (one->kind) {
      case Object::Kind::process:
      case Object::Kind::instance: {
        if (one->klass != nullptr) {
          const Ref attribute = attribute_of_instance(*one->klass, name, false);
          if (attribute->is(Object::Kind::function)) {
            results.push_back(apply(attribute, arguments, call));
          } else if (attribute->is(Object::Kind::bound)) {
            for (const std::string& ancestor : project_ancestors(*one->klass))
              results.push_back(apply_foreign(ancestor + "." + std::string(name), true, arguments, call));
          }
          break;
        }
        std::string type(one->name);
        if (input_.catalog.python().find_type(type) == nullptr) {
          const std::string base = one->is(Object::Kind::process) ? names_.process_base(type) : std::string();
          if (const Class* klass = program_.find_class(type)) type = process_base(*klass);
          if (!base.empty()) type = base;
        }
        const Api* api = input_.catalog.python().find_method(type, name);
        if (api != nullptr && api != performed) {
          performed = api;
          results.push_back(apply_api(*api, receiver, arguments, call));
        } else if (api == nullptr && names_.is_project(one->name)) {
          forget_attributes();
          results.push_back(apply_foreign(std::string(one->name) + "." + std::string(name), false, arguments, call));
          for (const std::string& ancestor : project_ancestors(one->name))
            results.push_back(apply_foreign(ancestor + "." + std::string(name), true, arguments, call));
        }
        break;
      }
      case Object::Kind::text: results.push_back(apply_text_method(one, name, arguments, call)); break;
      case Object::Kind::sequence: results.push_back(apply_sequence_method(one, name, arguments, call)); break;
      case Object::Kind::mapping: results.push_back(apply_mapping_method(one, name, arguments, call)); break;
      case Object::Kind::tagged: results.push_back(apply_tagged_method(one, name, arguments, call)); break;
      case Object::Kind::name: {
        const Ref member = names_.external(std::string(one->name) + "." + std::string(name));
        results.push_back(apply(member, arguments, call));
        break;
      }
      case Object::Kind::pid:
      case Object::Kind::slot: results.push_back(apply_opaque_method(one, name, call)); break;
      default: break;
    }
  }
  note_passed(arguments, is_stack_method(name) ? Event::Kind::stacked : Event::Kind::passed);
  return results.empty() ? pool_.unknown_at(call.id()) : pool_.choice(std::move(results));
}

Ref Interpreter::apply_class(const Class& klass, const Arguments& arguments, Node call) {
  if (const Function* init = find_method(klass, "__init__")) flow_parameters(*init, arguments, call);
  for (const Arguments::Keyword& argument : arguments.keywords) {
    // The fields of a data class are the parameters of its constructor.
    if (klass.annotations.contains(argument.name))
      slots_.flow(*field_slot(klass.qualified, argument.name)->slot, argument.value, argument.node.range());
  }
  const std::string base = process_base(klass);
  if (base.empty()) return pool_.instance(klass);
  const Ref handle = pool_.process(klass.qualified, Origin::child, call.id(), nullptr, operations_.place(call));
  if (const Api* api = names_.api(base)) {
    apply_api(*api, nullptr, arguments, call);
    if (recording_) {
      if (const auto found = journal_.drafts.find(call.id()); found != journal_.drafts.end())
        found->second.started = handle;
    }
  }
  return handle;
}

Ref Interpreter::argument_of(const Function& function, std::size_t index, const Arguments& arguments) {
  const Parameter& parameter = function.parameters[index];
  if (const auto* keyword = arguments.named(parameter.name)) return keyword->value;
  if (parameter.kind == Parameter::Kind::double_star) return nullptr;
  if (parameter.kind == Parameter::Kind::star) {
    std::vector<Ref> rest;
    for (std::size_t i = index; i < arguments.positional.size(); ++i) rest.push_back(arguments.positional[i].value);
    return pool_.sequence(std::move(rest), arguments.more_positional);
  }
  const auto* argument = arguments.at(index);
  return argument != nullptr ? argument->value : nullptr;
}

void Interpreter::flow_parameters(const Function& function, const Arguments& arguments, Node call) {
  for (std::size_t i = 0; i < function.parameters.size(); ++i) {
    const Ref value = argument_of(function, i, arguments);
    if (value != nullptr)
      slots_.flow({Slot::Kind::parameter, function.qualified, static_cast<std::uint32_t>(i)}, value, call.range());
  }
}

/// Could the argument be a command, or part of one?
bool Interpreter::may_be_command(Ref argument) {
  return std::any_of(ObjectPool::alternatives(argument).begin(), ObjectPool::alternatives(argument).end(), [](Ref one) {
    return one->is(Object::Kind::text) || one->is(Object::Kind::sequence) || one->is(Object::Kind::slot);
  });
}

Node Interpreter::node_of(Ref value, const Arguments& arguments) {
  for (const Arguments::Positional& argument : arguments.positional) {
    if (argument.value == value) return argument.node;
  }
  for (const Arguments::Keyword& argument : arguments.keywords) {
    if (argument.value == value) return argument.node;
  }
  return arguments.node;
}

void Interpreter::flow_arguments(std::string_view qualified, const Arguments& arguments, Node call) {
  const std::string function(qualified);
  for (std::size_t i = 0; i < arguments.positional.size(); ++i) {
    if (!may_be_command(arguments.positional[i].value)) continue;
    const auto value_of = [&](Ref hole) -> Ref {
      const bool own = hole->slot->kind == Slot::Kind::parameter && hole->slot->symbol == function;
      const auto* argument = own ? arguments.at(hole->slot->index) : nullptr;
      return argument != nullptr ? argument->value : nullptr;
    };
    operations_.carry(function, static_cast<std::uint32_t>(i), arguments.positional[i].node, call, context(), value_of);
  }
  for (std::size_t i = 0; i < arguments.positional.size(); ++i)
    slots_.flow({Slot::Kind::parameter, function, static_cast<std::uint32_t>(i)}, arguments.positional[i].value,
                call.range());
  // The position of a keyword is known to the file that defines the function only: it asks by name.
  for (const Arguments::Keyword& argument : arguments.keywords)
    slots_.flow({Slot::Kind::parameter, function + "(" + std::string(argument.name) + ")", 0}, argument.value,
                call.range());
}

/// A result that is one of the parameters is what was handed over for it here.
Ref Interpreter::substitute(Ref result, const Function& function, const Arguments& arguments) {
  const auto index_of = [&](Ref slot) -> std::optional<std::size_t> {
    if (!slot->is(Object::Kind::slot) || slot->slot->kind != Slot::Kind::parameter ||
        slot->slot->symbol != function.qualified || slot->slot->index >= function.parameters.size())
      return std::nullopt;
    return slot->slot->index;
  };
  std::vector<Ref> replaced;
  for (const Ref one : ObjectPool::alternatives(result)) {
    if (const auto index = index_of(one)) {
      const Ref argument = argument_of(function, *index, arguments);
      replaced.push_back(argument != nullptr ? argument : one);
    } else if (one->is(Object::Kind::tagged) && !one->elements.empty()) {
      std::vector<Ref> about;
      for (const Ref subject : one->elements) {
        const auto position = index_of(subject);
        const Ref argument = position ? argument_of(function, *position, arguments) : nullptr;
        if (argument == nullptr) {
          about.push_back(subject);
          continue;
        }
        const std::vector<Ref> roots = operations_.subjects(argument);
        about.insert(about.end(), roots.begin(), roots.end());
      }
      replaced.push_back(pool_.tagged(one->tags, std::move(about), one->of));
    } else if (one->is(Object::Kind::process) && one->of != nullptr && index_of(root_of(one))) {
      const Ref argument = argument_of(function, *index_of(root_of(one)), arguments);
      const Ref pid = argument != nullptr ? ObjectPool::alternatives(argument).front() : root_of(one);
      const Origin origin = pid->is(Object::Kind::pid) || pid->is(Object::Kind::process) ? pid->origin : one->origin;
      replaced.push_back(pool_.process(one->name, origin, one->site, pid, one->from));
    } else {
      replaced.push_back(one);
    }
  }
  return pool_.choice(std::move(replaced));
}

Ref Interpreter::apply_function(const Function& function, const Arguments& arguments, Node call) {
  flow_parameters(function, arguments, call);
  apply_effects(function, arguments, call);
  for (std::size_t i = 0; i < function.parameters.size(); ++i) {
    const Ref argument = argument_of(function, i, arguments);
    if (argument == nullptr || !may_be_command(argument)) continue;
    const auto value_of = [&](Ref hole) -> Ref {
      const bool own = hole->slot->kind == Slot::Kind::parameter && hole->slot->symbol == function.qualified;
      return own && hole->slot->index < function.parameters.size() ? argument_of(function, hole->slot->index, arguments)
                                                                   : nullptr;
    };
    operations_.carry(function.qualified, static_cast<std::uint32_t>(i), node_of(argument, arguments), call, context(),
                      value_of);
  }
  forget_attributes();
  const Ref slot = pool_.slot({Slot::Kind::result, function.qualified, 0});
  const Ref result = slots_.read(slot);
  const auto value_of = [&](Ref hole) -> Ref {
    const bool own = hole->slot->kind == Slot::Kind::parameter && hole->slot->symbol == function.qualified;
    return own && hole->slot->index < function.parameters.size() ? argument_of(function, hole->slot->index, arguments)
                                                                 : nullptr;
  };
  return add_output(function.qualified, result == slot ? slot : substitute(result, function, arguments), call,
                    value_of);
}

void Interpreter::apply_effects(const Function& function, const Arguments& arguments, Node call) {
  if (recording_) journal_.calls.push_back({call, function_, &function});
  Function& callee = *program_.function_at(function.node);
  callers_[&callee].insert(unit_);
  if (state_.in_forked_child && !callee.called_in_forked_child) {
    callee.called_in_forked_child = true;
    slots_.stale().insert(callee.unit);
  }
  // Roots of parameters are what was handed over for them; attributes and globals are the same on both sides.
  std::map<Ref, std::vector<Ref>> parameters;
  for (std::size_t i = 0; i < function.parameters.size(); ++i) {
    const Ref argument = argument_of(function, i, arguments);
    if (argument == nullptr) continue;
    const Ref slot = pool_.slot({Slot::Kind::parameter, function.qualified, static_cast<std::uint32_t>(i)});
    parameters[slot] = operations_.subjects(argument);
  }
  const auto learn = [&](Ref root, std::uint16_t marks) {
    std::uint16_t& known = callee.before_call[root];
    const auto all = static_cast<std::uint16_t>(known | (marks & ~mark_exited));
    if (all != known) slots_.stale().insert(callee.unit);
    known = all;
  };
  for (const auto& [root, marks] : state_.all_marks()) {
    if (marks == 0) continue;
    learn(root, marks);
    for (const auto& [slot, roots] : parameters) {
      if (std::find(roots.begin(), roots.end(), root) != roots.end()) learn(slot, marks);
    }
  }
  for (const auto& [root, marks] : function.effects) {
    state_.mark(root, marks);
    const auto handed = parameters.find(root);
    if (handed == parameters.end()) continue;
    for (const Ref argument : handed->second) state_.mark(argument, marks);
  }
}

/// A function that may be called changes attributes of whatever it can reach.
void Interpreter::forget_attributes() {
  state_.unbind_if([](Symbol symbol) { return is_path(symbol); });
}

}  // namespace procsafe::python
