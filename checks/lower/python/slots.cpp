#include "lower/python/slots.h"

#include <algorithm>
#include <span>

#include "lower/python/strings.h"

namespace procsafe::python {

void SlotStore::enter(UnitId unit) {
  unit_ = unit;
  if (written_before_.size() <= unit) written_before_.resize(unit + 1);
}

void SlotStore::leave() {
  for (Cell* cell : written_before_[unit_]) {
    if (!written_index_.contains(cell)) set_part(*cell, nullptr);
  }
  written_before_[unit_].clear();
  for (const auto& [cell, part] : written_) {
    set_part(*cell, &part);
    written_before_[unit_].push_back(cell);
  }
  written_.clear();
  written_index_.clear();
  unit_ = no_unit;
}

/// Puts what the unit wrote into the cell; null: it wrote nothing this time.
void SlotStore::set_part(Cell& cell, const Part* part) {
  const auto at = std::lower_bound(cell.parts.begin(), cell.parts.end(), unit_,
                                   [](const Part& one, UnitId unit) { return one.unit < unit; });
  const bool known = at != cell.parts.end() && at->unit == unit_;
  if (part == nullptr) {
    if (known) cell.parts.erase(at);
  } else if (known) {
    *at = *part;
  } else {
    cell.parts.insert(at, *part);
  }
  Ref value = nullptr;
  for (const Part& one : cell.parts) value = value == nullptr ? one.value : pool_.join(value, one.value);
  if (value == cell.value) return;
  cell.value = value;
  mark_stale(cell);
}

SlotStore::Refreshed SlotStore::refresh() {
  Refreshed result = Refreshed::nothing;
  // Asking makes objects, whose order must not depend on that of a hash table.
  std::vector<std::pair<const Slot*, Cell*>> asked;
  for (auto& [slot, cell] : cells_) {
    if (cell.asked) asked.emplace_back(&slot, &cell);
  }
  std::sort(asked.begin(), asked.end(), [](const auto& a, const auto& b) { return *a.first < *b.first; });
  for (const auto& [slot, cell] : asked) {
    const Ref before = cell->linked;
    const bool held_text = cell->holds_text;
    cell->linked = ask(*slot, *cell);
    if (cell->linked == before && cell->holds_text == held_text) continue;
    mark_stale(*cell);
    const auto means_itself = [name = &slot->symbol](Ref value) { return value == nullptr || value->is_name(*name); };
    const bool same = cell->holds_text == held_text && slot->kind == Slot::Kind::global && means_itself(before) &&
                      means_itself(cell->linked);
    result = std::max(result, cell->shared && !same ? Refreshed::shared : Refreshed::something);
  }
  return result;
}

void SlotStore::flow(const Slot& slot, Ref value, SourceRange at) {
  Cell& cell = cells_[slot];
  const auto [found, added] = written_index_.try_emplace(&cell, written_.size());
  if (added) {
    written_.emplace_back(&cell, Part{unit_, value, at});
  } else {
    Part& part = written_[found->second].second;
    part.value = pool_.join(part.value, value);
  }
}

void SlotStore::note_reader(Cell& cell) const {
  if (unit_ == no_unit) return;
  const auto at = std::lower_bound(cell.readers.begin(), cell.readers.end(), unit_);
  if (at == cell.readers.end() || *at != unit_) cell.readers.insert(at, unit_);
}

Ref SlotStore::ask(const Slot& slot, Cell& cell) {
  const ValueSet& values = names_.find(slot);
  cell.holds_text = values.find(Value::Kind::text) != nullptr;
  if (values.empty()) return nullptr;
  if (slot.kind != Slot::Kind::carrier) return from_values(values);
  std::vector<Ref> carried;
  for (const Value& value : values) {
    if (value.text) carried.push_back(decode(*value.text));
  }
  return carried.empty() ? nullptr : pool_.choice(std::move(carried));
}

SlotStore::Cell& SlotStore::linked(const Slot& slot) {
  Cell& cell = cells_[slot];
  if (!cell.asked) {
    cell.asked = true;
    cell.linked = ask(slot, cell);
  }
  return cell;
}

Ref SlotStore::read_linked(const Slot& slot) {
  Cell& cell = linked(slot);
  note_reader(cell);
  return cell.linked;
}

Ref SlotStore::read_shared(const Slot& slot) {
  Cell& cell = linked(slot);
  cell.shared = true;
  return cell.linked;
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
  Cell& cell = linked(*slot->slot);
  note_reader(cell);
  if (cell.value != nullptr) {
    collect(cell.value, seen, found);
    // Nobody else writes what a function of this file returns; what comes back from the link stage is less exact.
    if (slot->slot->kind == Slot::Kind::result) return;
  }
  if (cell.linked != nullptr) collect(cell.linked, seen, found);
}

std::vector<Flow> SlotStore::exported() const {
  std::vector<Flow> flows;
  for (const auto& [slot, cell] : cells_) {
    if (cell.value == nullptr) continue;
    ValueSet values;
    if (slot.kind == Slot::Kind::carrier) {
      for (const Ref one : ObjectPool::alternatives(cell.value)) {
        // Too many alternatives have become one unknown.
        if (one->is(Object::Kind::sequence)) values.insert(Value::of_text(encode(one)));
      }
    } else {
      values = to_values(cell.value);
    }
    // Who hands over something unknown matters for a parameter (O2); elsewhere nothing known is nothing.
    const bool nothing = values.single() != nullptr && values.single()->kind == Value::Kind::unknown;
    if (values.empty() || (nothing && slot.kind != Slot::Kind::parameter)) continue;
    flows.push_back({slot, std::move(values), cell.parts.front().at});
  }
  std::sort(flows.begin(), flows.end(), [](const Flow& a, const Flow& b) { return a.slot < b.slot; });
  return flows;
}

namespace {
bool holds_telling_keys(const Object& object) {
  return std::find(object.keys.begin(), object.keys.end(), telling_keys) != object.keys.end();
}
}  // namespace

ValueSet SlotStore::to_values(Ref object) const {
  const auto [found, added] = values_.try_emplace(object);
  ValueSet& values = found->second;
  if (added) {
    Seen seen;
    insert_values(object, values, 0, seen);
  }
  return values;
}

/// A pid or handle made of a parameter is whatever the callers hand over.
bool SlotStore::insert_parameter(Ref object, ValueSet& values) {
  const Ref root = root_of(object);
  if (object->origin != Origin::parameter || !root->is(Object::Kind::slot)) return false;
  values.insert(Value::of_slot(*root->slot));
  return true;
}

void SlotStore::insert_values(Ref object, ValueSet& values, int depth, Seen& seen) const {
  // Containers of containers share what they hold: each is looked into once.
  if (!seen.insert(object).second) return;
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
      for (const Ref element : object->elements) {
        // Beside pids as keys, plain values would make them look unknown.
        const bool plain = element->is(Object::Kind::unknown) || element->is(Object::Kind::number) ||
                           element->is(Object::Kind::none) || element->is(Object::Kind::text);
        if (!plain || !holds_telling_keys(*object)) insert_values(element, values, depth + 1, seen);
      }
      return;
    case Object::Kind::choice:
      for (const Ref element : object->elements) {
        // `{}` beside what was put in later tells nothing.
        const bool container = element->is(Object::Kind::sequence) || element->is(Object::Kind::mapping);
        if (!container || !element->elements.empty() || element->open) insert_values(element, values, depth, seen);
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
      if (const Class* klass = program_.find_class(value.name)) return pool_.klass(*klass);
      if (const Function* function = program_.find_function(value.name)) return pool_.function(*function);
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
      if (const Class* klass = program_.find_class(value.name)) return pool_.instance(*klass);
      return pool_.instance(value.name);
    case Value::Kind::slot: return pool_.slot(*value.slot);
    // A text of another file has no place here: it is reported where it stands.
    case Value::Kind::text:
    case Value::Kind::unknown: break;
  }
  return pool_.unknown();
}

}  // namespace procsafe::python
