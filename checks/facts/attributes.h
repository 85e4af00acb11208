// The closed vocabulary of a process operation: what rules may ask about.
//
// Every attribute is an enumeration with a name; every value has a name. Rules (`when` in rules/*.md)
// and the JSON form of facts use these names, lowerings use the enumerators. To add an attribute, add
// an enumeration here and one row to `attributes()` in attributes.cpp; nothing else knows the list.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace procsafe {

/// What is done to a process.
enum class Operation : std::uint8_t {
  spawn,
  wait,
  signal,
  search,
  handler,
  exit,
  definition,  ///< of something that takes the place of the sanctioned manager
};

/// How the operation stands in the program.
enum class Form : std::uint8_t {
  call,       ///< a call or a shell command that performs it
  reference,  ///< an API handed over as a value: `partial(subprocess.run)`, `&::system`
  loop,       ///< a loop that waits by looking
  client,     ///< a program that waits for a remote side: curl, ssh, flock
  text,       ///< text kept in a constant that reaches a shell
  import_,    ///< an import of what performs it
};

/// Who performs it: a call of a library function, or a command of a shell.
enum class Interface : std::uint8_t { library, shell };

enum class Timeout : std::uint8_t {
  not_applicable,
  absent,      ///< the API has one, it was not given
  none,        ///< given as None, -1, INFINITE: wait for ever
  impossible,  ///< the API has none
  bounded,
  unknown,  ///< a variable that may hold one
};

/// Where the target of a signal comes from (RULES.md, "Target origin" and O1 to O10).
enum class Origin : std::uint8_t {
  not_applicable,
  self,
  own_group,
  verified,  ///< read from a file and compared with the running process
  child,     ///< pid, group or handle of a process this code started
  literal,
  parameter,  ///< a parameter nobody was seen to call with a value
  parent,
  unknown,
  pid_file,
  searched,  ///< came out of a search of processes
  everyone,  ///< kill(-1)
};

enum class Signal : std::uint8_t {
  not_applicable,
  none,      ///< signal 0: asks whether the target exists
  graceful,  ///< ends, can be caught: TERM, INT, QUIT, HUP, ABRT
  forceful,  ///< SIGKILL and its like on other systems
  other,     ///< STOP, CONT, USR1 …
  unknown,
};

/// What holds a started process.
enum class Lifetime : std::uint8_t {
  not_applicable,
  scoped,     ///< `with`, RAII, try/finally that ends and waits
  waited,     ///< waited for on the straight line
  returned,   ///< handed to the caller by a factory
  held,       ///< in a variable, field or container without a scope
  discarded,  ///< nobody holds the handle
  untracked,  ///< let go on purpose: `&` without `$!`, nohup, setsid, daemon(3), DETACHED_PROCESS
};

/// Does anybody look at the outcome?
enum class Outcome : std::uint8_t { not_applicable, checked, unchecked, dropped, unknown };

enum class Flag : std::uint8_t { no, yes };

/// Names one attribute; the index into AttributeSet.
enum class Attribute : std::uint8_t {
  operation,
  form,
  interface,
  timeout,
  origin,
  signal,
  lifetime,
  outcome,
  blocking,         ///< Flag: the call returns only when the process ended
  sanctioned,       ///< Flag: performed through the sanctioned manager
  preceded,         ///< Flag: a graceful signal to the same target stands before it on the path
  held_beyond,      ///< Flag: the handle outlives the function (field, module variable, `$!` of a script)
  cleanup,          ///< Flag: the file registers a cleanup handler that covers it
  in_async,         ///< Flag: directly in a coroutine
  reaped,           ///< Flag: something waits for the process later
  swallowed,        ///< Flag: its failure is silently dropped
  leader_only,      ///< Flag: reaches only the leader of a tree (shell=True, npm, make)
  leaves_child,     ///< Flag: the expiry path of a timed wait neither ends nor reaps the child
  pipe_unread,      ///< Flag: waits while a pipe of the child is never read
  fallback,         ///< Flag: stands in for the sanctioned manager when that is missing
  preexec,          ///< Flag: runs code between fork and exec
  partial_cleanup,  ///< Flag: a handler for some of the ways a program ends only
  count_,
};
inline constexpr std::size_t attribute_count = static_cast<std::size_t>(Attribute::count_);

/// Name and value names of one attribute. The names are kebab-case; position i names the value i.
struct AttributeInfo {
  Attribute attribute;
  std::string_view name;
  std::span<const std::string_view> values;
};

/// All attributes, indexed by Attribute.
[[nodiscard]] std::span<const AttributeInfo> attributes();
[[nodiscard]] const AttributeInfo* find_attribute(std::string_view name);
/// The value's number, or nothing when the attribute has no value of that name.
[[nodiscard]] std::optional<std::uint8_t> find_value(const AttributeInfo& info, std::string_view name);

// Which attribute an enumeration is the type of. Flags are shared, so they are named explicitly.
template <class E>
inline constexpr Attribute attribute_of = Attribute::count_;
template <>
inline constexpr Attribute attribute_of<Operation> = Attribute::operation;
template <>
inline constexpr Attribute attribute_of<Form> = Attribute::form;
template <>
inline constexpr Attribute attribute_of<Interface> = Attribute::interface;
template <>
inline constexpr Attribute attribute_of<Timeout> = Attribute::timeout;
template <>
inline constexpr Attribute attribute_of<Origin> = Attribute::origin;
template <>
inline constexpr Attribute attribute_of<Signal> = Attribute::signal;
template <>
inline constexpr Attribute attribute_of<Lifetime> = Attribute::lifetime;
template <>
inline constexpr Attribute attribute_of<Outcome> = Attribute::outcome;

/// The attribute values of one operation. Unset attributes have their first value
/// (not_applicable, no, spawn, call, library).
class AttributeSet {
 public:
  template <class E>
    requires(attribute_of<E> != Attribute::count_)
  void set(E value) {
    raw(attribute_of<E>) = static_cast<std::uint8_t>(value);
  }
  void set(Attribute flag, bool value) { raw(flag) = value ? 1 : 0; }
  void set_raw(Attribute attribute, std::uint8_t value) { raw(attribute) = value; }

  template <class E>
    requires(attribute_of<E> != Attribute::count_)
  [[nodiscard]] E get() const {
    return static_cast<E>(values_[static_cast<std::size_t>(attribute_of<E>)]);
  }
  [[nodiscard]] bool has(Attribute flag) const { return get_raw(flag) != 0; }
  [[nodiscard]] std::uint8_t get_raw(Attribute attribute) const { return values_[static_cast<std::size_t>(attribute)]; }
  bool operator==(const AttributeSet&) const = default;

 private:
  std::uint8_t& raw(Attribute attribute) { return values_[static_cast<std::size_t>(attribute)]; }
  std::array<std::uint8_t, attribute_count> values_{};
};

/// Of several possible targets the one that decides the finding (O2): process-hunt before
/// unverified-pid-file before foreign-signal before raw-kill before none.
[[nodiscard]] Origin worse(Origin a, Origin b);

/// What a signal number or name does, by the POSIX table of signals (signal(7)). Takes "TERM",
/// "SIGTERM", "term" or a decimal number; anything else is `unknown`.
[[nodiscard]] Signal classify_signal(std::string_view name_or_number);
[[nodiscard]] Signal classify_signal(std::int64_t number);

}  // namespace procsafe
