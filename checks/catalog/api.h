// The API catalogue of a library language (Python, C, C++): rules/apis/<language>.toml.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "facts/attributes.h"

namespace procsafe {

/// Where an argument stands: by position (0-based, without the receiver), by keyword, or both.
struct Argument {
  std::optional<std::uint32_t> index;
  std::string keyword;
  [[nodiscard]] bool given() const { return index.has_value() || !keyword.empty(); }
};

/// How an API takes the command it runs.
enum class CommandStyle : std::uint8_t {
  none,
  argv,      ///< one argument holds the argument vector, or a program name
  shell,     ///< one argument holds text for a shell: os.system, system(3)
  variadic,  ///< the argument at `command.index` and all after it are the vector: execlp, create_subprocess_exec
  line,      ///< one string that is split into words without a shell: pexpect.spawn, CreateProcess
};

/// One function, method or class of the catalogue. In TOML (all keys but `name` are optional):
///
///     [[api]]
///     name = "subprocess.run"            # or names = ["os.execv", "os.execve"]
///     operation = "spawn"                # spawn wait signal search handler exit; absent: only `returns` counts
///     blocking = true
///     timeout = { keyword = "timeout" }  # or "impossible"; absent: the API needs none
///     command = { index = 0, keyword = "args", style = "argv" }
///     shell = { index = 8, keyword = "shell" }      # a true value makes the command shell text
///     target = { index = 0 }             # of a signal; absent on a method: the receiver
///     signal = { index = 1 }             # or a name: signal = "KILL"
///     returns = "process"                # process pid text status result iterable none
///     type = "subprocess.Popen"          # class of what it returns (a class constructs itself)
///     origin = "child"                   # origin of the pids or handles it yields
///     value_only = true                  # not an operation when only referenced
///     traits = ["…"]                     # see the lowering of the language
///     replacement = "procsafe.run"
///
/// For C and C++ also:
///
///     arity = [2, 2]                     # least and most arguments; a call with others is not this function
///     program = { index = 0 }            # the program; `command` then holds the vector (QProcess: without argv[0])
///     out = { index = 0 }                # where the pid or handle is stored: posix_spawn(&pid, …)
///     passes = { index = 0 }             # the result (or `out`) is the value of this argument: atoi, OpenProcess;
///                                        # keyword = "receiver": of the object
///     opens = { index = 0 }              # path of a file or folder whose content the result (or object) yields
///     flags = { index = 2 }              # an argument of flags, and what some of them mean
///     nonblocking = ["WNOHANG"]
///     blocking_when = ["wxEXEC_SYNC"]
///     detaching = ["DETACHED_PROCESS"]
///     format = { index = 2 }             # text is made: a format, followed by what fills it (snprintf, fmt::format)
struct Api {
  std::string name;
  std::optional<Operation> operation;
  bool blocking = false;
  bool timeout_impossible = false;
  Argument timeout;
  /// A number that means "for ever" when given as the timeout (-1, INFINITE).
  std::vector<std::int64_t> timeout_never;
  /// The timeout that holds when the argument is absent bounds the call (waitForFinished: 30 s).
  bool timeout_default = false;
  CommandStyle command_style = CommandStyle::none;
  Argument command;
  Argument shell;
  Argument check;
  Argument target;
  Argument signal;
  std::string fixed_signal;
  std::string returns;
  std::string type;
  Origin origin = Origin::not_applicable;
  Lifetime lifetime = Lifetime::not_applicable;  ///< when the API itself decides it (daemon, startDetached)
  std::vector<std::string> traits;
  std::string replacement;
  /// Least and most number of arguments of a C or C++ function; not given: any.
  std::optional<std::pair<std::uint32_t, std::uint32_t>> arity;
  Argument program;
  Argument out;
  Argument passes;
  Argument opens;
  Argument flags;
  Argument format;
  std::vector<std::string> nonblocking;
  std::vector<std::string> blocking_when;
  std::vector<std::string> detaching;

  [[nodiscard]] bool has_trait(std::string_view trait) const;
};

/// A class whose instances are process handles, and what it derives from (`[[type]]` in TOML):
///
///     [[type]]
///     name = "psutil.Popen"
///     bases = ["subprocess.Popen"]       # methods not listed are looked up there
///     origin = "child"
struct ApiType {
  std::string name;
  std::vector<std::string> bases;
  Origin origin = Origin::child;
  std::vector<std::string> traits;
};

/// A module (`[[module]]`): `common = true` says that its name occurs everywhere, so that it cannot
/// serve as the prefilter's literal for its members (os, signal); `aliases` are other names of it.
struct ApiModule {
  std::string name;
  bool common = false;
  std::vector<std::string> aliases;
};

/// The entries of one language. Look-ups are by qualified name; immutable after loading, so it may be
/// read from any thread.
class ApiCatalog {
 public:
  /// Parses TOML; throws CatalogError naming `source`, line and what is wrong.
  void add_toml(std::string_view text, std::string_view source);

  [[nodiscard]] const Api* find(std::string_view qualified_name) const;
  /// The method of a class, looked up through its bases.
  [[nodiscard]] const Api* find_method(std::string_view type, std::string_view method) const;
  [[nodiscard]] const ApiType* find_type(std::string_view name) const;
  /// Is `name` a module of the catalogue, or a prefix of an entry (`os`, `concurrent.futures`)?
  [[nodiscard]] bool is_namespace(std::string_view name) const;
  /// Is it a namespace with entries that start, wait for or signal processes, or whose classes do?
  [[nodiscard]] bool leads_to_operation(std::string_view name) const;
  /// The name with an alias of its module replaced by the module's own name (`posix.kill` is `os.kill`).
  [[nodiscard]] std::string canonical(std::string_view qualified_name) const;
  /// Is `type` the class `base`, or derived from it?
  [[nodiscard]] bool derives(std::string_view type, std::string_view base) const;

  /// Is `word` the unqualified name of a function, class or method of the catalogue?
  [[nodiscard]] bool is_simple_name(std::string_view word) const { return simple_names_.contains(word); }
  /// The same of entries that perform an operation.
  [[nodiscard]] bool is_operation_name(std::string_view word) const {
    const auto found = simple_names_.find(word);
    return found != simple_names_.end() && found->second;
  }

  [[nodiscard]] const std::vector<Api>& apis() const { return apis_; }
  [[nodiscard]] const std::vector<ApiType>& types() const { return types_; }
  /// Words of which a file must hold at least one to hold an operation of this catalogue; sorted,
  /// unique. Derived from modules and names, never written by hand.
  [[nodiscard]] std::vector<std::string> literals() const;

 private:
  [[nodiscard]] bool promises_operation(const Api& api) const;
  [[nodiscard]] std::string_view spelled_first(const Api& api) const;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <class T>
  using Index = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  void index_names();
  [[nodiscard]] bool is_own_ancestor(const ApiType& type) const;
  std::vector<Api> apis_;
  std::vector<ApiType> types_;
  std::vector<ApiModule> modules_;
  Index<std::size_t> api_index_;
  Index<std::size_t> type_index_;
  Index<bool> namespaces_;      // does an entry below it promise an operation?
  Index<std::string> aliases_;  // alias of a module → the module
  Index<bool> simple_names_;    // does an entry of that name perform an operation?
};

}  // namespace procsafe
