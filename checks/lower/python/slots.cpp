#include "lower/python/slots.h"

#include <algorithm>
#include <span>

#include "lower/python/strings.h"

namespace procsafe::python {

void SlotStore::flow(const Slot& slot, Ref value, SourceRange at) {
  const auto [found, added] = written_.try_emplace(slot, Content{value, at});
  if (!added) found->second.value = pool_.join(found->second.value, value);
}

Ref SlotStore::read_linked(const Slot& slot) {
  const auto [found, added] = linked_.try_emplace(slot, nullptr);
  if (added) {
    const ValueSet& values = names_.find(slot);
    if (slot.kind == Slot::Kind::carrier) {
      std::vector<Ref> carried;
      for (const Value& value : values) {
        if (value.text) carried.push_back(decode(*value.text));
      }
      if (!carried.empty()) found->second = pool_.choice(std::move(carried));
    } else if (!values.empty()) {
      found->second = from_values(values);
    }
  }
  return found->second;
}

Ref SlotStore::read(Ref slot) {
  std::set<Ref, BySerial> seen;
  std::vector<Ref> found;
  collect_slot(slot, seen, found);
  return found.empty() ? slot : pool_.choice(std::move(found));
}

Ref SlotStore::resolve(Ref object) { return resolve_some(object, true); }
Ref SlotStore::resolve_fields(Ref object) { return resolve_some(object, false); }

Ref SlotStore::resolve_some(Ref object, bool parameters) {
  std::set<Ref, BySerial> seen;
  std::vector<Ref> found;
  bool any = false;
  for (const Ref one : ObjectPool::alternatives(object)) {
    if (!one->is(Object::Kind::slot) || (!parameters && (one->open || one->slot->kind == Slot::Kind::parameter))) {
      found.push_back(one);
      continue;
    }
    const std::size_t before = found.size();
    collect_slot(one, seen, found);
    if (found.size() == before) {
      found.push_back(one);
    } else {
      any = true;
    }
  }
  return any ? pool_.choice(std::move(found)) : object;
}

void SlotStore::collect(Ref object, std::set<Ref, BySerial>& seen, std::vector<Ref>& found) {
  for (const Ref one : ObjectPool::alternatives(object)) {
    if (one->is(Object::Kind::slot)) {
      collect_slot(one, seen, found);
    } else {
      found.push_back(one);
    }
  }
}

void SlotStore::collect_slot(Ref slot, std::set<Ref, BySerial>& seen, std::vector<Ref>& found) {
  if (!seen.insert(slot).second) return;
  read_.insert(*slot->slot);
  if (const auto known = known_.find(*slot->slot); known != known_.end()) {
    collect(known->second.value, seen, found);
    // Nobody else writes what a function of this file returns; what comes back from the link stage is less exact.
    if (slot->slot->kind == Slot::Kind::result) return;
  }
  if (const Ref linked = read_linked(*slot->slot)) collect(linked, seen, found);
}

bool SlotStore::end_pass() {
  bool again = false;
  for (const Slot& slot : read_) {
    const auto before = known_.find(slot);
    const auto after = written_.find(slot);
    const Ref old_value = before == known_.end() ? nullptr : before->second.value;
    const Ref new_value = after == written_.end() ? nullptr : after->second.value;
    if (old_value != new_value) again = true;
  }
  // A slot that was not read may lead to one that was: the content is followed when it is read.
  known_ = std::move(written_);
  written_.clear();
  read_.clear();
  linked_.clear();
  return again;
}

std::vector<Flow> SlotStore::exported() const {
  std::vector<Flow> flows;
  for (const auto& [slot, content] : known_) {
    ValueSet values;
    if (slot.kind == Slot::Kind::carrier) {
      for (const Ref one : ObjectPool::alternatives(content.value)) {
        // Of too many commands a choice keeps none: what is left is unknown.
        if (one->is(Object::Kind::sequence)) values.insert(Value::of_text(encode(one)));
      }
    } else {
      values = to_values(content.value);
    }
    // Who hands over something unknown matters for a parameter (O2); elsewhere nothing known is nothing.
    const bool nothing = values.single() != nullptr && values.single()->kind == Value::Kind::unknown;
    if (values.empty() || (nothing && slot.kind != Slot::Kind::parameter)) continue;
    flows.push_back({slot, std::move(values), content.at});
  }
  return flows;
}

ValueSet SlotStore::to_values(Ref object) const {
  ValueSet values;
  insert_values(object, values, 0);
  return values;
}

/// A pid or handle made of a parameter is whatever the callers hand over.
bool SlotStore::insert_parameter(Ref object, ValueSet& values) {
  const Ref root = root_of(object);
  if (object->origin != Origin::parameter || !root->is(Object::Kind::slot)) return false;
  values.insert(Value::of_slot(*root->slot));
  return true;
}

void SlotStore::insert_values(Ref object, ValueSet& values, int depth) const {
  switch (object->kind) {
    case Object::Kind::none: values.insert(Value::none()); return;
    case Object::Kind::number: values.insert(Value::of_number(object->number)); return;
    case Object::Kind::text: values.insert(Value::of_text(*object->text)); return;
    case Object::Kind::name: values.insert(Value::api(std::string(object->name))); return;
    case Object::Kind::function: values.insert(Value::api(object->function->qualified)); return;
    case Object::Kind::klass: values.insert(Value::api(object->klass->qualified)); return;
    case Object::Kind::pid:
      if (insert_parameter(object, values)) return;
      values.insert(Value::pid(object->origin, object->from ? std::optional(*object->from) : std::nullopt));
      return;
    case Object::Kind::process:
      if (insert_parameter(object, values)) return;
      values.insert(Value::process(std::string(object->name), object->origin,
                                   object->from ? std::optional(*object->from) : std::nullopt));
      return;
    case Object::Kind::instance: {
      const std::string name = object->klass != nullptr ? object->klass->qualified : std::string(object->name);
      values.insert(Value::process(name, Origin::not_applicable));
      return;
    }
    case Object::Kind::slot: values.insert(Value::of_slot(*object->slot)); return;
    case Object::Kind::sequence:
    case Object::Kind::mapping:
      // A container is what it holds: whoever takes it apart gets the elements.
      if (depth > 3 || object->elements.empty()) break;
      for (const Ref element : object->elements) insert_values(element, values, depth + 1);
      return;
    case Object::Kind::choice:
      for (const Ref element : object->elements) {
        // `{}` beside what was put in later tells nothing.
        const bool container = element->is(Object::Kind::sequence) || element->is(Object::Kind::mapping);
        if (!container || !element->elements.empty() || element->open) insert_values(element, values, depth);
      }
      if (values.empty()) break;
      return;
    case Object::Kind::unknown:
    case Object::Kind::real:
    case Object::Kind::bound:
    case Object::Kind::partial:
    case Object::Kind::tagged: break;
  }
  values.insert(Value::unknown());
}

// A carried command between files: `1` for a script or `0` for words, then the words, each behind a separator no
// command holds.
namespace {
constexpr char kSeparator = '\x1f';
}

Text SlotStore::encode(Ref carried) const {
  Text text;
  text.append(carried->elements.front()->number == 1 ? '1' : '0', 0);
  const Ref command = carried->elements.back();
  const auto words =
      command->is(Object::Kind::sequence) ? command->elements : std::span<const Ref>(&command->itself, 1);
  for (const Ref word : words) {
    text.append(kSeparator, 0);
    text.append(text_of(word, *this, {}));
  }
  if (command->is(Object::Kind::sequence)) text.append(kSeparator, 0);
  return text;
}

Ref SlotStore::decode(const Text& text) {
  const std::string& bytes = text.bytes();
  std::vector<Ref> words;
  for (std::size_t at = 1; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find(kSeparator, at + 1), bytes.size());
    const Text word = text.substr(at + 1, end);
    std::vector<Ref> holes;
    for (const Text::Hole& hole : word.holes()) holes.push_back(from_values(hole.values));
    if (end > at + 1) words.push_back(word.is_hole() ? holes.front() : pool_.text(word, holes));
    at = end;
  }
  const bool list = bytes.back() == kSeparator;
  const Ref command = list || words.size() != 1 ? pool_.sequence(std::move(words), false) : words.front();
  return pool_.sequence({pool_.number(bytes.front() == '1' ? 1 : 0), command}, false);
}

Ref SlotStore::from_values(const ValueSet& values) {
  std::vector<Ref> objects;
  for (const Value& value : values) objects.push_back(from_value(value));
  return pool_.choice(std::move(objects));
}

Ref SlotStore::from_value(const Value& value) {
  const Location* from = value.from ? pool_.keep(*value.from) : nullptr;
  switch (value.kind) {
    case Value::Kind::none: return pool_.none();
    case Value::Kind::number: return pool_.number(value.number);
    case Value::Kind::api:
      for (const Class& klass : program_.classes()) {
        if (klass.qualified == value.name) return pool_.klass(klass);
      }
      for (const Function& function : program_.functions()) {
        if (function.qualified == value.name) return pool_.function(function);
      }
      return pool_.name(value.name);
    case Value::Kind::pid:
      if (from != nullptr) {
        if (const Ref known = pool_.find(Object::Kind::pid, *from)) return known;
      }
      return pool_.pid(value.origin, no_node, nullptr, from);
    case Value::Kind::process:
      if (from != nullptr) {
        if (const Ref known = pool_.find(Object::Kind::process, *from)) return known;
      }
      if (value.origin != Origin::not_applicable)
        return pool_.process(value.name, value.origin, no_node, nullptr, from);
      for (const Class& klass : program_.classes()) {
        if (klass.qualified == value.name) return pool_.instance(klass);
      }
      return pool_.instance(value.name);
    case Value::Kind::slot: return pool_.slot(*value.slot);
    // A text of another file has no place here: it is reported where it stands.
    case Value::Kind::text:
    case Value::Kind::unknown: break;
  }
  return pool_.unknown();
}

}  // namespace procsafe::python
