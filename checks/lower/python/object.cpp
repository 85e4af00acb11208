#include "lower/python/object.h"

#include <algorithm>
#include <cstring>
#include <functional>

namespace procsafe::python {
namespace {

/// Alternatives beyond which constants are given up: keeps joins small.
constexpr std::size_t kMaxChoice = 16;

void mix(std::size_t& seed, std::size_t value) { seed ^= value + 0x9e3779b97f4a7c15ULL + (seed << 6) + (seed >> 2); }

bool is_constant(Ref object) {
  switch (object->kind) {
    case Object::Kind::number:
    case Object::Kind::real:
    case Object::Kind::text:
    case Object::Kind::sequence:
    case Object::Kind::mapping:
    case Object::Kind::partial:
    case Object::Kind::unknown: return true;
    default: return false;
  }
}

}  // namespace

std::size_t ObjectPool::Hash::operator()(const Object* object) const {
  auto seed = static_cast<std::size_t>(object->kind);
  mix(seed, static_cast<std::size_t>(object->origin));
  mix(seed, object->site);
  mix(seed, static_cast<std::size_t>(object->number));
  mix(seed, std::hash<std::string_view>{}(object->name));
  mix(seed, std::hash<const void*>{}(object->of));
  for (const Ref element : object->elements) mix(seed, std::hash<const void*>{}(element));
  for (const std::string_view key : object->keys) mix(seed, std::hash<std::string_view>{}(key));
  if (object->text != nullptr) mix(seed, std::hash<std::string>{}(object->text->bytes()));
  if (object->slot != nullptr) mix(seed, std::hash<std::string>{}(object->slot->symbol));
  mix(seed, std::hash<const void*>{}(object->function));
  mix(seed, std::hash<const void*>{}(object->klass));
  return seed;
}

bool ObjectPool::Equal::operator()(const Object* a, const Object* b) const {
  if (a->kind != b->kind || a->origin != b->origin || a->tags != b->tags || a->open != b->open ||
      a->handed != b->handed || a->site != b->site || a->number != b->number || a->name != b->name || a->of != b->of ||
      a->function != b->function || a->klass != b->klass)
    return false;
  if (!std::equal(a->elements.begin(), a->elements.end(), b->elements.begin(), b->elements.end())) return false;
  if (!std::equal(a->keys.begin(), a->keys.end(), b->keys.begin(), b->keys.end())) return false;
  if ((a->text == nullptr) != (b->text == nullptr) || (a->slot == nullptr) != (b->slot == nullptr)) return false;
  if (a->text != nullptr && a->text != b->text && !(*a->text == *b->text)) return false;
  return a->slot == nullptr || *a->slot == *b->slot;
}

ObjectPool::ObjectPool() {
  unknown_ = keep(Object{});
  Object none;
  none.kind = Object::Kind::none;
  none_ = keep(none);
}

Ref ObjectPool::keep(Object object, std::span<const Ref> elements, std::span<const std::string_view> keys) {
  object.elements = elements;
  object.keys = keys;
  if (const auto found = objects_.find(&object); found != objects_.end()) return *found;
  std::pmr::polymorphic_allocator<> allocator(&memory_);
  if (!elements.empty()) {
    Ref* copy = allocator.allocate_object<Ref>(elements.size());
    std::copy(elements.begin(), elements.end(), copy);
    object.elements = {copy, elements.size()};
  }
  if (!keys.empty()) {
    auto* copy = allocator.allocate_object<std::string_view>(keys.size());
    std::uninitialized_copy(keys.begin(), keys.end(), copy);
    object.keys = {copy, keys.size()};
  }
  if (object.text != nullptr) object.text = &texts_.emplace_back(*object.text);
  if (object.slot != nullptr) object.slot = &slots_.emplace_back(*object.slot);
  object.serial = static_cast<std::uint32_t>(objects_.size());
  Object* kept = allocator.new_object<Object>(object);
  kept->itself = kept;
  objects_.insert(kept);
  return kept;
}

Ref ObjectPool::unknown_at(NodeId site) {
  Object object;
  object.site = site;
  return keep(object);
}

Ref ObjectPool::number(std::int64_t value) {
  Object object;
  object.kind = Object::Kind::number;
  object.number = value;
  return keep(object);
}

Ref ObjectPool::real(bool infinite) {
  Object object;
  object.kind = Object::Kind::real;
  object.number = infinite ? 1 : 0;
  return keep(object);
}

Ref ObjectPool::text(Text text, std::span<const Ref> holes) {
  Object object;
  object.kind = Object::Kind::text;
  object.text = &text;
  return keep(object, holes);
}

Ref ObjectPool::sequence(std::vector<Ref> elements, bool open) {
  Object object;
  object.kind = Object::Kind::sequence;
  object.open = open;
  return keep(object, elements);
}

Ref ObjectPool::mapping(const std::vector<std::string_view>& keys, const std::vector<Ref>& values, bool open) {
  Object object;
  object.kind = Object::Kind::mapping;
  object.open = open;
  return keep(object, values, keys);
}

Ref ObjectPool::name(std::string_view qualified, bool handed) {
  Object object;
  object.kind = Object::Kind::name;
  object.name = intern(qualified);
  object.handed = handed;
  return keep(object);
}

Ref ObjectPool::function(const Function& function) {
  Object object;
  object.kind = Object::Kind::function;
  object.function = &function;
  return keep(object);
}

Ref ObjectPool::klass(const Class& klass) {
  Object object;
  object.kind = Object::Kind::klass;
  object.klass = &klass;
  return keep(object);
}

Ref ObjectPool::bound(Ref receiver, std::string_view method) {
  Object object;
  object.kind = Object::Kind::bound;
  object.of = receiver;
  object.name = intern(method);
  return keep(object);
}

Ref ObjectPool::partial(Ref callee, const std::vector<std::string_view>& keys, const std::vector<Ref>& arguments) {
  Object object;
  object.kind = Object::Kind::partial;
  object.of = callee;
  return keep(object, arguments, keys);
}

Ref ObjectPool::instance(const Class& klass) {
  Object object;
  object.kind = Object::Kind::instance;
  object.klass = &klass;
  return keep(object);
}

Ref ObjectPool::instance(std::string_view class_name) {
  Object object;
  object.kind = Object::Kind::instance;
  object.name = intern(class_name);
  return keep(object);
}

Ref ObjectPool::process(std::string_view class_name, Origin origin, NodeId site, Ref of, const Location* from) {
  Object object;
  object.kind = Object::Kind::process;
  object.name = intern(class_name);
  object.origin = origin;
  object.site = site;
  object.of = of;
  object.from = from;
  return keep_by_place(object);
}

Ref ObjectPool::keep_by_place(const Object& object) {
  const Ref kept = keep(object);
  if (object.from != nullptr && object.site != no_node) by_place_.try_emplace({*object.from, object.kind}, kept);
  return kept;
}

Ref ObjectPool::pid(Origin origin, NodeId site, Ref of, const Location* from) {
  Object object;
  object.kind = Object::Kind::pid;
  object.origin = origin;
  object.site = site;
  object.of = of;
  object.from = from;
  return keep_by_place(object);
}

Ref ObjectPool::slot(const Slot& slot, bool foreign) {
  Object object;
  object.open = foreign;
  object.kind = Object::Kind::slot;
  object.number = static_cast<std::int64_t>(slot.index);
  object.slot = &slot;
  return keep(object);
}

Ref ObjectPool::tagged(std::uint8_t tags, std::vector<Ref> about, Ref of) {
  std::sort(about.begin(), about.end(), BySerial{});
  about.erase(std::unique(about.begin(), about.end()), about.end());
  Object object;
  object.kind = Object::Kind::tagged;
  object.tags = tags;
  object.of = of;
  return keep(object, about);
}

Ref ObjectPool::awaitable(Ref of, NodeId call) {
  Object object;
  object.kind = Object::Kind::tagged;
  object.tags = tag_awaitable;
  object.of = of;
  object.number = call;
  return keep(object);
}

Ref ObjectPool::member(Ref of, std::string_view name) {
  // A chain of unknown members without end would never settle in a loop.
  int depth = 0;
  for (Ref up = of; up != nullptr && depth < 8; up = up->of) ++depth;
  if (depth == 8) return unknown_;
  Object object;
  object.of = of;
  object.name = intern(name);
  return keep(object);
}

Ref ObjectPool::join(Ref a, Ref b) {
  if (a == b) return a;
  std::vector<Ref> all;
  for (const Ref one : alternatives(a)) all.push_back(one);
  for (const Ref one : alternatives(b)) all.push_back(one);
  return choice(std::move(all));
}

Ref ObjectPool::choice(std::vector<Ref> alternatives) {
  std::vector<Ref> flat;
  for (const Ref& one : alternatives) {
    for (const Ref inner : ObjectPool::alternatives(one)) {
      if (std::find(flat.begin(), flat.end(), inner) == flat.end()) flat.push_back(inner);
    }
  }
  if (flat.empty()) return unknown_;
  if (flat.size() > kMaxChoice) {
    std::erase_if(flat, is_constant);
    flat.resize(std::min(flat.size(), 2 * kMaxChoice));
    flat.push_back(unknown_);
  }
  if (flat.size() == 1) return flat.front();
  std::sort(flat.begin(), flat.end(), BySerial{});  // equal sets must be one object
  Object object;
  object.kind = Object::Kind::choice;
  return keep(object, flat);
}

std::string_view ObjectPool::intern(std::string_view text) {
  if (const auto found = strings_.find(text); found != strings_.end()) return *found;
  std::pmr::polymorphic_allocator<> allocator(&memory_);
  char* copy = allocator.allocate_object<char>(text.size() + 1);
  if (!text.empty()) std::memcpy(copy, text.data(), text.size());  // an empty view may point nowhere
  return *strings_.emplace(copy, text.size()).first;
}

const Location* ObjectPool::keep(Location location) { return &locations_.emplace_back(std::move(location)); }

Ref ObjectPool::find(Object::Kind kind, const Location& from) const {
  const auto found = by_place_.find({from, kind});
  return found == by_place_.end() ? nullptr : found->second;
}

Ref root_of(Ref object) {
  while ((object->is(Object::Kind::pid) || object->is(Object::Kind::process)) && object->of != nullptr)
    object = object->of;
  return object;
}

bool mentions(Ref object, std::string_view qualified) {
  if (object->is_name(qualified)) return true;
  if (!object->is(Object::Kind::choice) && !object->is(Object::Kind::tagged)) return false;
  return std::any_of(object->elements.begin(), object->elements.end(),
                     [&](Ref element) { return mentions(element, qualified); });
}

std::uint8_t tags_of(Ref object) {
  if (object->is(Object::Kind::tagged)) return object->tags;
  if (!object->is(Object::Kind::choice)) return 0;
  std::uint8_t tags = 0;
  for (const Ref element : object->elements) tags = static_cast<std::uint8_t>(tags | tags_of(element));
  return tags;
}

std::vector<Ref> subjects_of(Ref object, std::uint8_t tags) {
  std::vector<Ref> subjects;
  for (const Ref one : ObjectPool::alternatives(object)) {
    if (one->is(Object::Kind::tagged) && (one->tags & tags) != 0)
      subjects.insert(subjects.end(), one->elements.begin(), one->elements.end());
  }
  return subjects;
}

}  // namespace procsafe::python
