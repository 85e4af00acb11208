// The catalogue of shell commands: rules/apis/shell.toml.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace procsafe {

/// The options of a command, as getopt(3) and getopt_long(3) describe them.
struct ShellOptions {
  /// Short options: a letter, followed by ':' when it takes a value, by '::' when the value may only be
  /// attached.
  std::string short_options;
  /// Long options; "name=" takes a value, "name=?" only an attached one.
  std::vector<std::string> long_options;
  /// Long options are written with one dash (find, openssl, inotifywait takes both).
  bool one_dash = false;

  enum class Takes : std::uint8_t { nothing, value, attached_value, unknown_option };
  [[nodiscard]] Takes short_option(char letter) const;
  /// `name` may be abbreviated as getopt_long allows; `full` receives the whole name.
  [[nodiscard]] Takes long_option(std::string_view name, std::string& full) const;
};

/// A command that runs another one. In TOML `[command.runs]`.
struct ShellRuns {
  enum class Style : std::uint8_t {
    argv,         ///< its operands are the command: sudo, env
    text,         ///< its operands, joined by blanks, are shell text: ssh, eval
    script,       ///< the first operand is shell text, or with `-c`: sh -c, su -c
    exec_clause,  ///< behind -exec, up to `;` or `+`: find
  };
  Style style = Style::argv;
  std::uint32_t operands = 0;                   ///< operands that stand before the command: timeout 1, docker exec 1
  bool dashes = false;                          ///< `--`, if there is one, stands before the command (kubectl exec)
  std::vector<std::string> options;             ///< options whose value is shell text: "c", "command"
  bool last = false;                            ///< only the last operand is the text (test_expect_success)
  bool option_only = false;                     ///< without such an option it runs nothing of ours (su, script)
  bool assignments = false;                     ///< NAME=value may precede the command (env, sudo)
  bool functions = false;                       ///< functions and aliases of the script apply (time, eval)
  bool same_shell = false;                      ///< the text runs in this very shell (eval)
  bool bounds = false;                          ///< ends it after a time (timeout)
  bool detaches = false;                        ///< with `&` the job outlives the script (nohup, setsid)
  bool reads_input = false;                     ///< standard input is shell text when no command is given
  bool appends_input = false;                   ///< words of standard input become arguments (xargs)
  bool background = false;                      ///< starts it in the background itself (at, batch)
  std::vector<std::string> background_options;  ///< starts it in the background when given (setsid -f)
  std::string signal_option;                    ///< names the signal it ends the command with (timeout -s)
};

/// A program that waits for another side, and what limits that. In TOML `[command.client]`.
struct ShellClient {
  std::vector<std::string> bounds;                 ///< options of which one suffices
  std::vector<std::vector<std::string>> together;  ///< options that bound only together
  std::vector<std::string> settings;               ///< names given as `-o name=value`: ConnectTimeout
  std::vector<std::string> idle;                   ///< options with which it does no input or output
  bool zero_never = false;                         ///< a bound of 0 is no bound
  std::uint32_t operands = 0;                      ///< fewer operands: nothing is waited for
  bool remote_operand = false;  ///< only when an operand is of the form host:path or a URL (rsync, scp)
};

/// A command that starts processes in the background. In TOML `[command.starts]`.
struct ShellStarts {
  bool always = false;
  std::vector<std::string> options;  ///< of which one makes it so
};

/// One command. In TOML (all keys but `names` are optional):
///
///     [[command]]
///     names = ["timeout"]
///     short = "k:s:v"
///     long = ["kill-after=", "signal=", "foreground"]
///     runs = { operands = 1, bounds = true, signal_option = "signal" }
///     aliases = { s = "signal" }       # letters of long options
///     kills = "pkill"                  # which command's language it speaks
///     prints = "searched"              # searched, input, text
///     client = { … }
///     starts = { … }
///     message = true                   # its arguments are read by people
///     tree = true                      # does its work in children
///     passive = true                   # changes nothing a loop may wait for
///
/// `[[command.sub]]` tables describe, with the same keys, what follows a subcommand: docker *exec*.
struct ShellCommand {
  std::vector<std::string> names;
  ShellOptions options;
  std::vector<std::pair<std::string, std::string>> aliases;
  std::optional<ShellRuns> runs;
  std::optional<ShellClient> client;
  std::optional<ShellStarts> starts;
  enum class Kills : std::uint8_t {
    no,
    kill,
    pkill,
    killall,
    everyone,
    skill,
    fuser,
    taskkill,
    wmic,
    daemon,
    killproc
  };
  Kills kills = Kills::no;
  enum class Prints : std::uint8_t {
    other,     ///< what it prints says nothing about processes
    searched,  ///< pids it found
    input,     ///< (parts of) its input files or standard input: cat, awk
    text,      ///< its arguments: echo
  };
  Prints prints = Prints::other;
  bool message = false;
  bool tree = false;     ///< does its work in children: make, npm
  bool passive = false;  ///< waiting for something does not change when it runs in between: sleep, true

  std::vector<ShellCommand> subs;

  [[nodiscard]] const ShellCommand* sub(std::string_view name) const;
  /// The long name of an option given by its letter, or the name itself.
  [[nodiscard]] std::string_view canonical(std::string_view option) const;
};

/// Commands that signal, search, wrap, carry or wait. Immutable after loading.
class ShellCatalog {
 public:
  /// Parses TOML; throws CatalogError naming `source`, line and what is wrong.
  void add_toml(std::string_view text, std::string_view source);
  /// The command of that name (without folder), or null.
  [[nodiscard]] const ShellCommand* find(std::string_view name) const;
  [[nodiscard]] const std::vector<ShellCommand>& commands() const { return commands_; }
  /// Words of which a script must hold at least one to hold an operation; sorted, unique.
  [[nodiscard]] std::vector<std::string> literals() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::vector<ShellCommand> commands_;
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> index_;
};

}  // namespace procsafe
