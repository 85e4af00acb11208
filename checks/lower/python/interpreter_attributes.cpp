// Attributes: of modules, of instances, of process handles.
#include <algorithm>
#include <array>

#include "lower/python/interpreter.h"

namespace procsafe::python {
namespace {

/// The name a chain `a.b.c` starts with and what is below, as one symbol; no_symbol for other expressions.
Symbol path_of(Node node, Program& program) {
  if (node.is(Kind::identifier)) return program.symbol(node.text());
  if (!node.is(Kind::attribute)) return no_symbol;
  const Symbol base = path_of(node.field(Field::object), program);
  return base == no_symbol ? no_symbol : program.path(base, node.field(Field::attribute).text());
}

bool is_short_chain(Node node) {
  for (int depth = 0; depth < 6; ++depth) {
    if (!node.is(Kind::attribute)) return true;
    node = node.field(Field::object);
  }
  return false;
}

/// Attributes of records and names that hold a pid: `connection.pid`, `entry.name`, `result.stdout`.
bool keeps_pid(std::string_view attribute) {
  constexpr std::array<std::string_view, 11> kNames{"pid",  "name",   "stem", "path",  "pgid",   "ppid",
                                                    "info", "stdout", "text", "value", "content"};
  return std::find(kNames.begin(), kNames.end(), attribute) != kNames.end();
}

}  // namespace

Ref Interpreter::evaluate_attribute(Node node) {
  if (is_short_chain(node)) {
    const Symbol path = path_of(node, program_);
    if (path != no_symbol) {
      if (const Ref here = state_.find(path)) return here;
    }
  }
  return attribute_of(evaluate(node.field(Field::object)), node.field(Field::attribute).text(), node);
}

Ref Interpreter::field_slot(std::string_view class_name, std::string_view attribute) {
  return pool_.slot({Slot::Kind::field, std::string(class_name) + "." + std::string(attribute), 0});
}

Ref Interpreter::attribute_of(Ref object, std::string_view name, Node at) {
  std::vector<Ref> found;
  for (const Ref one : ObjectPool::alternatives(object)) {
    switch (one->kind) {
      case Object::Kind::name: {
        const Ref member = names_.external(std::string(one->name) + "." + std::string(name));
        found.push_back(member);
        break;
      }
      case Object::Kind::instance:
        if (one->klass != nullptr) {
          found.push_back(attribute_of_instance(*one->klass, name, false));
        } else if (names_.is_project(one->name)) {
          Ref slot = field_slot(one->name, name);
          bool held = slots_.read(slot) != slot;
          for (const std::string& ancestor : project_ancestors(one->name)) {
            if (held) break;
            slot = field_slot(ancestor, name);
            held = slots_.read(slot) != slot;
          }
          found.push_back(held ? slot : pool_.bound(one, name));
        } else {
          found.push_back(pool_.bound(one, name));
        }
        break;
      case Object::Kind::klass: found.push_back(attribute_of_instance(*one->klass, name, true)); break;
      case Object::Kind::process: found.push_back(attribute_of_process(one, name, at)); break;
      case Object::Kind::tagged:
        if ((one->tags & tag_output) != 0 && keeps_pid(name)) {
          found.push_back(one);
        } else {
          found.push_back(pool_.bound(one, name));
        }
        break;
      case Object::Kind::pid: found.push_back(keeps_pid(name) ? one : pool_.bound(one, name)); break;
      case Object::Kind::slot: {
        const Ref held = is_worth_reading(one, name) ? slots_.read(one) : one;
        if (held != one) {
          // A method keeps the slot it is called on: who is signalled is the link stage's question.
          const Ref inner = attribute_of(held, name, at);
          const bool methods =
              std::all_of(ObjectPool::alternatives(inner).begin(), ObjectPool::alternatives(inner).end(),
                          [](Ref part) { return part->is(Object::Kind::bound); });
          found.push_back(methods ? pool_.bound(one, name) : inner);
        } else {
          found.push_back(pool_.bound(one, name));
        }
        break;
      }
      case Object::Kind::none: break;
      case Object::Kind::unknown: found.push_back(pool_.member(one, name)); break;
      default: found.push_back(pool_.bound(one, name)); break;
    }
  }
  return found.empty() ? pool_.unknown() : pool_.choice(std::move(found));
}

Ref Interpreter::attribute_of_process(Ref process, std::string_view name, Node at) {
  const Ref root = root_of(process);
  if (process->name == "subprocess.CompletedProcess") {
    const Spawned* started = name == "stdout" ? operations_.spawned(process) : nullptr;
    const Ref printed = started != nullptr ? operations_.printed_by(*started) : nullptr;
    return printed != nullptr ? printed : pool_.bound(process, name);
  }
  if (name == "pid" || name == "ident" || name == "pgid") {
    // The pid of psutil.Process(pid) is that pid.
    if (process->of != nullptr && root != process && !root->is(Object::Kind::process)) return process->of;
    return pool_.pid(process->origin, process->site, process, process->from);
  }
  if (name == "returncode" || name == "exitcode" || name == "exitstatus") {
    state_.mark(root, mark_alive_checked);
    operations_.note(Event::Kind::polled, at, process, context());
    return pool_.tagged(tag_poll, operations_.subjects(process));
  }
  if (name == "stdout" || name == "stderr") {
    operations_.note(Event::Kind::read, at, process, context());
    return pool_.tagged(tag_file, {}, process);
  }
  if (name == "info" || name == "proc" || name == "process") {
    if (process->name == "psutil.Process") return pool_.pid(process->origin, process->site, process, process->from);
  }
  if (!process->name.starts_with("subprocess.")) {
    if (const Class* klass = program_.find_class(process->name)) {
      const Api* api = input_.catalog.python().find_method(process_base(*klass), name);
      if (find_method(*klass, name) != nullptr || api == nullptr) return attribute_of_instance(*klass, name, false);
    }
  }
  return pool_.bound(process, name);
}

/// A class and those of this file it derives from, each once: names that are bound anew can make classes each other's
/// bases.
std::vector<const Class*> Interpreter::lineage(const Class& klass) {
  std::vector<const Class*> found{&klass};
  for (std::size_t next = 0; next < found.size(); ++next) {
    for (const Ref base : found[next]->bases) {
      if (base->is(Object::Kind::klass) && std::find(found.begin(), found.end(), base->klass) == found.end())
        found.push_back(base->klass);
    }
  }
  return found;
}

Ref Interpreter::attribute_of_instance(const Class& klass, std::string_view name, bool on_class) {
  if (const Function* method = find_method(klass, name)) {
    if (method->is_property && !on_class) {
      const Ref result = pool_.slot({Slot::Kind::result, method->qualified, 0});
      return slots_.read(result);
    }
    return pool_.function(*method);
  }
  for (const Class* one : lineage(klass)) {
    const Ref slot = field_slot(one->qualified, name);
    const Ref held = slots_.read(slot);
    const auto known = one->attributes.find(name);
    if (known != one->attributes.end() && held == slot) return known->second;
    if (held != slot) return slot;
  }
  for (const std::string& ancestor : project_ancestors(klass)) {
    const Ref inherited = field_slot(ancestor, name);
    if (slots_.read(inherited) != inherited) return inherited;
  }
  return pool_.bound(pool_.instance(klass), name);
}

/// The project classes that a class of another file derives from, nearest first.
std::vector<std::string> Interpreter::project_ancestors(std::string_view class_name) {
  constexpr std::size_t kMost = 8;
  std::vector<std::string> found;
  std::string next(class_name);
  for (std::size_t i = 0; found.size() < kMost; next = found[i++]) {
    const Ref bases = slots_.read_linked({Slot::Kind::global, next + ".__bases__", 0});
    for (const Ref base : bases != nullptr ? ObjectPool::alternatives(bases) : std::span<const Ref>()) {
      const bool known = base->name == class_name || std::find(found.begin(), found.end(), base->name) != found.end();
      if (base->is(Object::Kind::name) && !known && names_.is_project(base->name)) found.emplace_back(base->name);
    }
    if (i == found.size()) break;
  }
  return found;
}

/// The classes of other files that a class derives from, nearest first.
std::vector<std::string> Interpreter::project_ancestors(const Class& klass) {
  std::vector<std::string> found;
  std::vector<const Class*> classes{&klass};
  for (std::size_t i = 0; i < classes.size() && i < 8; ++i) {
    for (const Ref base : classes[i]->bases) {
      if (base->is(Object::Kind::klass)) classes.push_back(base->klass);
      if (!base->is(Object::Kind::name) || !names_.is_project(base->name)) continue;
      found.emplace_back(base->name);
      const std::vector<std::string> further = project_ancestors(base->name);
      found.insert(found.end(), further.begin(), further.end());
    }
  }
  return found;
}

}  // namespace procsafe::python
