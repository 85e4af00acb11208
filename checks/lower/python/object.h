// The abstract domain: what a Python expression may stand for.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "facts/text.h"
#include "facts/value.h"
#include "lower/python/syntax.h"

namespace procsafe::python {

struct Function;
struct Class;
struct Object;

/// An object of an ObjectPool; never null. Equal objects are one, so pointers compare them.
using Ref = const Object*;

/// What is known of a value beside its kind; carried through arithmetic, comparisons and conversions.
enum Tag : std::uint8_t {
  tag_clock = 1,       ///< depends on the time: time.monotonic(), a deadline
  tag_poll = 2,        ///< tells whether the process `elements` is alive
  tag_identity = 4,    ///< tells which program the pid `elements` is: name, command line, start time
  tag_file = 8,        ///< an open file (or folder listing) of the path `of`
  tag_path = 16,       ///< a path object of the text `of`
  tag_awaitable = 32,  ///< a coroutine; awaiting it gives `of`
  tag_group = 64,      ///< the process group of the pid `elements`, to be compared
  tag_output = 128,    ///< what the command `of` prints, some of which the caller of the function gives
};

/// The entry of a mapping that holds those of its keys that tell something: `children[pid] = name`.
inline constexpr std::string_view telling_keys = "\x1fkeys";

struct Object {
  enum class Kind : std::uint8_t {
    unknown,  ///< `site`: where it came into being; or a member `name` of the unknown `of`
    none,
    number,    ///< integer or boolean
    real,      ///< `number` is 1 when infinite
    text,      ///< `elements`: what stands in its holes
    sequence,  ///< list, tuple, set; `open`: there may be more elements, or their order is not known
    mapping,   ///< `keys` and `elements`
    name,      ///< module, class or function outside this file, or a built-in: `name` is qualified
    function,  ///< of this file
    klass,     ///< of this file
    bound,     ///< method `name` of `of`
    partial,   ///< functools.partial of `of` with the positional arguments `elements`, keywords `keys`
    instance,  ///< of a project class: `klass` in this file, or `name` of another file
    process,   ///< a process handle; `name` is its class, `site` the call that started it
    pid,       ///< a pid, or text or list of pids, with `origin`
    slot,      ///< whatever flows into `slot`; `open`: see ObjectPool::slot
    tagged,    ///< nothing but `tags` is known
    choice,    ///< one of `elements`
  };
  Kind kind = Kind::unknown;
  Origin origin = Origin::unknown;
  std::uint8_t tags = 0;
  bool open = false;
  bool handed = false;  ///< an API that was reported where it was handed over (S2): calls are not
  NodeId site = no_node;
  std::uint32_t serial = 0;  ///< order of creation; unlike addresses the same in every run
  std::int64_t number = 0;
  std::string_view name;
  Ref of = nullptr;
  Ref itself = nullptr;  ///< this object
  std::span<const Ref> elements;
  std::span<const std::string_view> keys;
  const Text* text = nullptr;
  const Slot* slot = nullptr;
  const Function* function = nullptr;
  const Class* klass = nullptr;
  const Location* from = nullptr;  ///< of a process or pid: where it was started or found

  [[nodiscard]] bool is(Kind wanted) const { return kind == wanted; }
  [[nodiscard]] bool is_name(std::string_view qualified) const { return kind == Kind::name && name == qualified; }
};

/// Makes objects and keeps them, until the analysis of the file ends.
class ObjectPool {
 public:
  ObjectPool();
  ObjectPool(const ObjectPool&) = delete;
  ObjectPool& operator=(const ObjectPool&) = delete;

  [[nodiscard]] Ref unknown() const { return unknown_; }
  [[nodiscard]] Ref none() const { return none_; }
  Ref unknown_at(NodeId site);
  Ref number(std::int64_t value);
  Ref real(bool infinite);
  /// `holes`: what stands in the holes of the text, in their order.
  Ref text(Text text, std::span<const Ref> holes = {});
  Ref sequence(std::vector<Ref> elements, bool open);
  Ref mapping(const std::vector<std::string_view>& keys, const std::vector<Ref>& values, bool open);
  Ref name(std::string_view qualified, bool handed = false);
  Ref function(const Function& function);
  Ref klass(const Class& klass);
  Ref bound(Ref receiver, std::string_view method);
  Ref partial(Ref callee, const std::vector<std::string_view>& keys, const std::vector<Ref>& arguments);
  Ref instance(const Class& klass);
  Ref instance(std::string_view class_name);
  Ref process(std::string_view class_name, Origin origin, NodeId site, Ref of, const Location* from);
  Ref pid(Origin origin, NodeId site, Ref of, const Location* from);
  /// `foreign`: of a file that may not be part of this run; read only where it matters.
  Ref slot(const Slot& slot, bool foreign = false);
  Ref tagged(std::uint8_t tags, std::vector<Ref> about, Ref of = nullptr);
  /// A coroutine of the operation at `call` that yields `of` when it is awaited.
  Ref awaitable(Ref of, NodeId call);
  Ref member(Ref of, std::string_view name);
  /// One of both; more than a few alternatives lose the constants among them.
  Ref join(Ref a, Ref b);
  Ref choice(std::vector<Ref> alternatives);

  std::string_view intern(std::string_view text);
  const Location* keep(Location location);
  /// The process or pid of this file that came into being at `from`, or null.
  [[nodiscard]] Ref find(Object::Kind kind, const Location& from) const;

  /// The alternatives of an object: itself, or what it chooses from.
  [[nodiscard]] static std::span<const Ref> alternatives(Ref object) {
    if (object->is(Object::Kind::choice)) return object->elements;
    return {&object->itself, 1};
  }

 private:
  struct Hash {
    std::size_t operator()(const Object* object) const;
  };
  struct Equal {
    bool operator()(const Object* a, const Object* b) const;
  };
  /// Of a process or pid: `find` knows it by where it came into being.
  Ref keep_by_place(const Object& object);
  Ref keep(Object object, std::span<const Ref> elements = {}, std::span<const std::string_view> keys = {});

  std::pmr::monotonic_buffer_resource memory_;
  std::unordered_set<const Object*, Hash, Equal> objects_;
  std::deque<Text> texts_;
  std::deque<Slot> slots_;
  std::deque<Location> locations_;
  std::map<std::pair<Location, Object::Kind>, Ref> by_place_;
  std::unordered_set<std::string_view> strings_;
  Ref unknown_ = nullptr;
  Ref none_ = nullptr;
};

/// Order of creation.
struct BySerial {
  bool operator()(Ref a, Ref b) const { return a->serial < b->serial; }
};

/// The object that stands for the process or pid itself: the pid of a handle, the group of a pid and the
/// number parsed from a text all have the root they were derived from.
[[nodiscard]] Ref root_of(Ref object);

/// Is one of the alternatives the external name, also inside `a | b`?
[[nodiscard]] bool mentions(Ref object, std::string_view qualified);

/// The tags of all alternatives together.
[[nodiscard]] std::uint8_t tags_of(Ref object);
/// What the tags of the alternatives speak about.
[[nodiscard]] std::vector<Ref> subjects_of(Ref object, std::uint8_t tags);

}  // namespace procsafe::python
