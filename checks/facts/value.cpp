#include "facts/value.h"

#include <algorithm>

#include "facts/text.h"

namespace procsafe {
namespace {

std::strong_ordering compare_text(const std::shared_ptr<const Text>& a, const std::shared_ptr<const Text>& b) {
  if (a == b) return std::strong_ordering::equal;
  if (!a || !b) return static_cast<bool>(a) <=> static_cast<bool>(b);
  if (const auto order = a->bytes() <=> b->bytes(); order != 0) return order;
  if (a->bytes().empty()) return std::strong_ordering::equal;
  return a->source_range(0, a->bytes().size()) <=> b->source_range(0, b->bytes().size());
}

std::strong_ordering compare_slot(const std::shared_ptr<const Slot>& a, const std::shared_ptr<const Slot>& b) {
  if (a == b) return std::strong_ordering::equal;
  if (!a || !b) return static_cast<bool>(a) <=> static_cast<bool>(b);
  return *a <=> *b;
}

// Origins and handles are few and decide findings; constants are what a fixed point can pile up.
bool grows_without_bound(const Value& value) {
  return value.kind == Value::Kind::text || value.kind == Value::Kind::number;
}

}  // namespace

std::strong_ordering compare(const Value& a, const Value& b) {
  if (const auto order = a.kind <=> b.kind; order != 0) return order;
  if (const auto order = a.origin <=> b.origin; order != 0) return order;
  if (const auto order = a.number <=> b.number; order != 0) return order;
  if (const auto order = a.name <=> b.name; order != 0) return order;
  if (const auto order = compare_slot(a.slot, b.slot); order != 0) return order;
  return compare_text(a.text, b.text);
}

bool is_special_name(std::string_view name) {
  return name.size() > 4 && name.starts_with("__") && name.ends_with("__");
}

std::string_view spelled_name(const Slot& slot) {
  constexpr std::string_view kSeparators = ".:";
  std::string_view symbol = slot.symbol;
  std::string_view name = symbol.substr(symbol.find_last_of(kSeparators) + 1);
  while (is_special_name(name) && name.size() < symbol.size()) {
    symbol.remove_suffix(name.size());
    while (!symbol.empty() && kSeparators.find(symbol.back()) != std::string_view::npos) symbol.remove_suffix(1);
    name = symbol.substr(symbol.find_last_of(kSeparators) + 1);
  }
  return name;
}

Value Value::unknown() { return {}; }

Value Value::none() {
  Value value;
  value.kind = Kind::none;
  return value;
}

Value Value::of_number(std::int64_t number) {
  Value value;
  value.kind = Kind::number;
  value.origin = Origin::literal;
  value.number = number;
  return value;
}

Value Value::of_text(Text text) {
  Value value;
  value.kind = Kind::text;
  value.text = std::make_shared<const Text>(std::move(text));
  return value;
}

Value Value::api(std::string qualified_name) {
  Value value;
  value.kind = Kind::api;
  value.name = std::move(qualified_name);
  return value;
}

Value Value::pid(Origin origin, std::optional<Location> from) {
  Value value;
  value.kind = Kind::pid;
  value.origin = origin;
  value.from = std::move(from);
  return value;
}

Value Value::process(std::string class_name, Origin origin, std::optional<Location> from) {
  Value value;
  value.kind = Kind::process;
  value.name = std::move(class_name);
  value.origin = origin;
  value.from = std::move(from);
  return value;
}

Value Value::of_slot(Slot slot) {
  Value value;
  value.kind = Kind::slot;
  value.slot = std::make_shared<const Slot>(std::move(slot));
  return value;
}

bool ValueSet::insert(Value value) {
  const bool growing = grows_without_bound(value);
  if (widened_ && growing) return false;
  const auto at = std::lower_bound(values_.begin(), values_.end(), value,
                                   [](const Value& a, const Value& b) { return compare(a, b) < 0; });
  if (at != values_.end() && compare(*at, value) == 0) {
    const bool earlier = value.from && (!at->from || *value.from < *at->from);
    if (earlier) at->from = std::move(value.from);
    return earlier;
  }
  if (growing && std::count_if(values_.begin(), values_.end(), grows_without_bound) >= limit) return widen();
  values_.insert(at, std::move(value));
  return true;
}

bool ValueSet::widen() {
  std::erase_if(values_, grows_without_bound);
  widened_ = true;
  insert(Value::unknown());
  return true;
}

bool ValueSet::merge(const ValueSet& other) {
  bool grew = other.widened_ && !widened_ && widen();
  for (const Value& value : other) grew = insert(value) || grew;
  return grew;
}

const Value* ValueSet::find(Value::Kind kind) const {
  const auto found =
      std::find_if(values_.begin(), values_.end(), [&](const Value& value) { return value.kind == kind; });
  return found == values_.end() ? nullptr : &*found;
}

std::optional<std::int64_t> ValueSet::constant_number() const {
  const Value* value = single();
  if (value == nullptr || value->kind != Value::Kind::number) return std::nullopt;
  return value->number;
}

bool operator==(const ValueSet& a, const ValueSet& b) {
  return std::equal(a.values_.begin(), a.values_.end(), b.values_.begin(), b.values_.end(),
                    [](const Value& left, const Value& right) { return compare(left, right) == 0; });
}

ValueSet resolve(const ValueSet& values, Names& names) {
  ValueSet resolved;
  for (const Value& value : values) {
    if (value.kind != Value::Kind::slot) {
      resolved.insert(value);
      continue;
    }
    const ValueSet& found = names.find(*value.slot);
    if (!found.empty()) {
      resolved.merge(found);
    } else {
      const bool parameter = value.slot->kind == Slot::Kind::parameter;
      resolved.insert(Value::pid(parameter ? Origin::parameter : Origin::unknown));
    }
  }
  return resolved;
}

Origin target_origin(const ValueSet& resolved) {
  if (resolved.empty()) return Origin::unknown;
  Origin worst = Origin::not_applicable;
  for (const Value& value : resolved) {
    switch (value.kind) {
      case Value::Kind::none: break;  // "not found": nobody is signalled on that path
      case Value::Kind::number:
        worst = worse(worst, value.number == -1  ? Origin::everyone
                             : value.number == 0 ? Origin::own_group
                                                 : Origin::literal);
        break;
      case Value::Kind::pid:
      case Value::Kind::process: worst = worse(worst, value.origin); break;
      case Value::Kind::text:
      case Value::Kind::unknown:
      case Value::Kind::api:
      case Value::Kind::slot: worst = worse(worst, Origin::unknown); break;
    }
  }
  return worst == Origin::not_applicable ? Origin::unknown : worst;
}

}  // namespace procsafe
