// What names mean at the point where they are read.
#include <algorithm>
#include <array>
#include <cctype>

#include "lower/python/interpreter.h"

namespace procsafe::python {

Ref Interpreter::look_up(Node identifier) {
  const std::string_view name = identifier.text();
  return look_up(program_.symbol(name), name);
}

Ref Interpreter::look_up(Symbol symbol, std::string_view name) {
  if (const Ref here = state_.find(symbol)) return here;
  for (auto outer = outer_states_.rbegin(); outer != outer_states_.rend(); ++outer) {
    if (outer->first != nullptr) continue;  // the body of a class is no scope for what is inside
    if (const Ref found = outer->second.find(symbol)) return found;
  }
  for (const Function* function = function_; function != nullptr; function = function->outer) {
    if (function->globals.contains(symbol)) break;
    if (!function->locals.contains(symbol) || function->nonlocals.contains(symbol)) continue;
    if (function == function_) return pool_.unknown();  // local, not assigned on this path
    const auto cell = function->cells.find(symbol);
    return cell != function->cells.end() ? cell->second : pool_.unknown();
  }
  return name_in_module(symbol, name);
}

Ref Interpreter::name_in_module(Symbol symbol, std::string_view name) {
  if (!in_module_) {
    const Ref bound = module_state_.find(symbol);
    if (program_.written_globals().contains(symbol)) {
      // What the module's own statements bind has flowed into the slot, too.
      const Ref slot = pool_.slot({Slot::Kind::global, program_.module() + "." + std::string(name), 0});
      return bound != nullptr ? pool_.join(slots_.read(slot), bound) : slots_.read(slot);
    }
    const bool container = bound != nullptr && (bound->is(Object::Kind::sequence) || bound->is(Object::Kind::mapping));
    if (container) {  // functions may have put something in
      const Ref slot = pool_.slot({Slot::Kind::global, program_.module() + "." + std::string(name), 0});
      const Ref held = slots_.read(slot);
      return held == slot ? bound : pool_.join(bound, held);
    }
    if (bound != nullptr) return bound;
  }
  for (const std::string& module : star_modules_) {
    const std::string qualified = module + "." + std::string(name);
    const Ref found = names_.external(qualified);
    const bool known =
        !found->is(Object::Kind::name) || found->name != qualified || names_.api(qualified) != nullptr ||
        input_.catalog.python().find_type(qualified) != nullptr ||
        (names_.is_project(qualified) && slots_.read_linked({Slot::Kind::global, qualified, 0}) != nullptr);
    if (known) return found;
  }
  const std::string builtin = "builtins." + std::string(name);
  // A module that was never imported: half-written files, and those that others run with names of their own.
  const bool forgotten = name.find('.') == std::string_view::npos && input_.catalog.python().is_namespace(name) &&
                         names_.api(builtin) == nullptr;
  return pool_.name(forgotten ? std::string(name) : builtin);
}

Ref Interpreter::dotted(std::string_view name) {
  const std::size_t dot = name.find('.');
  const std::string_view first = name.substr(0, dot);
  Ref object = look_up(program_.symbol(pool_.intern(first)), first);
  while (name.find('.') != std::string_view::npos) {
    name = name.substr(name.find('.') + 1);
    object = attribute_of(object, name.substr(0, name.find('.')), Node());
  }
  return object;
}

Ref Interpreter::annotated(Node type) {
  // By its words: annotations may be strings, unions, generics, and of any age of Python.
  constexpr std::array<std::string_view, 6> kOther{"Callable", "Type", "type", "Literal", "Annotated", "ClassVar"};
  const std::string_view text = type.text();
  const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.'; };
  for (std::size_t at = 0; at < text.size();) {
    if (!is_word(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    const std::string_view word = text.substr(at, end - at);
    at = end;
    const std::string_view last = word.substr(word.rfind('.') == std::string_view::npos ? 0 : word.rfind('.') + 1);
    if (std::find(kOther.begin(), kOther.end(), last) != kOther.end()) return nullptr;
    if (std::isdigit(static_cast<unsigned char>(word.front())) != 0 || word.front() == '.') continue;
    for (const Ref found : ObjectPool::alternatives(slots_.resolve_fields(dotted(word)))) {
      if (found->is(Object::Kind::klass)) {
        const std::string base = process_base(*found->klass);
        if (base.empty()) return pool_.instance(*found->klass);
        return pool_.process(found->klass->qualified, Origin::child, type.id(), nullptr, nullptr);
      }
      if (!found->is(Object::Kind::name)) continue;
      const ApiType* known = input_.catalog.python().find_type(found->name);
      if (known != nullptr && known->origin == Origin::not_applicable) return pool_.instance(found->name);
      if (known != nullptr) return pool_.process(found->name, known->origin, type.id(), nullptr, nullptr);
      if (const std::string base = names_.process_base(found->name); !base.empty())
        return pool_.process(found->name, Origin::child, type.id(), nullptr, nullptr);
      if (names_.is_project_class(found->name)) return pool_.instance(found->name);
    }
  }
  return nullptr;
}

const Function* Interpreter::find_method(const Class& klass, std::string_view name) {
  for (const Class* one : lineage(klass)) {
    if (const auto found = one->methods.find(name); found != one->methods.end()) return found->second;
  }
  return nullptr;
}

std::string Interpreter::process_base(const Class& klass, int depth) {
  if (depth > 8) return {};
  for (const Ref base : klass.bases) {
    if (base->is(Object::Kind::klass)) {
      if (std::string found = process_base(*base->klass, depth + 1); !found.empty()) return found;
    } else if (base->is(Object::Kind::name)) {
      const ApiType* type = input_.catalog.python().find_type(base->name);
      if (type != nullptr && type->origin != Origin::not_applicable) return std::string(base->name);
      if (std::string found = names_.process_base(base->name); !found.empty()) return found;
    }
  }
  return {};
}

}  // namespace procsafe::python
