// What the analysis knows about a value: the domain shared by all languages and the link stage.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facts/attributes.h"
#include "facts/source_range.h"

namespace procsafe {

class Text;

/// A place through which values flow between functions and files. `symbol` is qualified so that it
/// is the same from every file: `package.module.function` (Python), `namespace::function` or
/// `path::static_function` (C, C++), `path::function` (shell).
struct Slot {
  enum class Kind : std::uint8_t {
    parameter,  ///< parameter `index` of function `symbol`
    result,     ///< what function `symbol` returns (in shell: prints)
    field,      ///< field or attribute `symbol` (`module.Class.name`)
    global,     ///< module or file variable `symbol`; also an exported name
    name,       ///< what the name `symbol` means: a macro or constant, a class, a function. It matters to others when
                ///< it stands for an API or a class of handles, or its text names one
    carrier,    ///< parameter `index` of `symbol` reaches a shell or spawn as command text (X1, X2), or an operation
                ///< as target; the presence of values is what counts
  };
  Kind kind = Kind::global;
  std::string symbol;
  std::uint32_t index = 0;

  auto operator<=>(const Slot&) const = default;
};

struct SlotHash {
  std::size_t operator()(const Slot& slot) const {
    return std::hash<std::string>{}(slot.symbol) ^ (static_cast<std::size_t>(slot.kind) << 8U) ^ slot.index;
  }
};

/// Is it a name that a language calls by itself, `__init__`? A private `__stop` is spelled by who calls it.
[[nodiscard]] bool is_special_name(std::string_view name);

/// The word by which a file has to spell a slot to reach it: `stop` of `pkg.worker.stop`, `Worker` of
/// `pkg.Worker.__init__`.
[[nodiscard]] std::string_view spelled_name(const Slot& slot);

/// One thing a value may be.
struct Value {
  enum class Kind : std::uint8_t {
    unknown,
    none,     ///< None, null, nullptr
    number,   ///< constant integer, `number`
    text,     ///< string, `text`
    api,      ///< a function, class or module as a value, `name` is its qualified name
    pid,      ///< a process or group id (or text/list of ids) with `origin`
    process,  ///< a process handle with `origin`; `name` is its class as the catalogue names it
    slot,     ///< whatever flows into `slot`; resolved by the link stage
  };
  Kind kind = Kind::unknown;
  Origin origin = Origin::unknown;
  std::int64_t number = 0;
  std::string name;
  std::shared_ptr<const Text> text;
  std::shared_ptr<const Slot> slot;
  /// Where a pid or handle came into being (its search, its spawn), for related locations.
  std::optional<Location> from;

  static Value unknown();
  static Value none();
  static Value of_number(std::int64_t number);
  static Value of_text(Text text);
  static Value api(std::string qualified_name);
  static Value pid(Origin origin, std::optional<Location> from = {});
  static Value process(std::string class_name, Origin origin, std::optional<Location> from = {});
  static Value of_slot(Slot slot);
};
/// Total order over everything but `from`; equal values are one.
[[nodiscard]] std::strong_ordering compare(const Value& a, const Value& b);

/// A set of possible values, ordered, without doubles. Empty means: nothing known.
class ValueSet {
 public:
  ValueSet() = default;
  ValueSet(Value value) { insert(std::move(value)); }  // NOLINT: a value is a set of one

  /// True when the set changed. Of equal values the one with the smaller `from` is kept, and only the number of texts
  /// and numbers widens, so that the result does not depend on the order of insertions and merges.
  bool insert(Value value);
  bool merge(const ValueSet& other);

  [[nodiscard]] bool empty() const { return values_.empty(); }
  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] auto begin() const { return values_.begin(); }
  [[nodiscard]] auto end() const { return values_.end(); }
  /// The only value, or null.
  [[nodiscard]] const Value* single() const { return values_.size() == 1 ? &values_.front() : nullptr; }
  [[nodiscard]] const Value* find(Value::Kind kind) const;
  [[nodiscard]] std::optional<std::int64_t> constant_number() const;

  friend bool operator==(const ValueSet&, const ValueSet&);

  /// More texts and numbers than this become one `unknown`: keeps every join and fixed point small.
  static constexpr std::ptrdiff_t limit = 24;

 private:
  bool widen();
  std::vector<Value> values_;
  bool widened_ = false;  // texts and numbers are no longer told apart: they became `unknown`
};

/// What the link stage knows about slots when a file is lowered (again). Reading records the slot, so
/// that the file is lowered once more when what flows into it changes.
class Names {
 public:
  virtual ~Names() = default;
  /// Everything that flows into the slot from all files, without slots; empty: nothing seen.
  [[nodiscard]] virtual const ValueSet& find(const Slot& slot) = 0;
};

/// Resolves the slots in a set: each is replaced by what flows into it; a slot into which nothing
/// flows becomes `pid` of origin parameter (for parameters) or unknown.
[[nodiscard]] ValueSet resolve(const ValueSet& values, Names& names);

/// The origin of a signal that is sent to these (resolved) values: the worst of them. Numbers are
/// literal, unknown and empty sets are unknown.
[[nodiscard]] Origin target_origin(const ValueSet& resolved);

}  // namespace procsafe
