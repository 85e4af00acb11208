// Words after expansion, and the options among them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/shell_catalog.h"
#include "facts/text.h"
#include "lower/shell/environment.h"

namespace procsafe::shell {

/// One argument of a command, as far as it is known.
struct Field {
  Text text;
  /// May become no word or several: an unquoted expansion, "$@".
  bool splits = false;
  /// The word as written, for names of targets.
  std::string source;
  /// Names of what it stands for (see Content::keys).
  std::set<std::string> keys;
  std::set<std::string> identifies;
  /// What can be read from it: `<(…)` as an argument.
  std::optional<Content> readable;

  /// The text when it is constant, or null.
  [[nodiscard]] const std::string* constant() const { return text.constant() ? &text.bytes() : nullptr; }
  [[nodiscard]] bool is(std::string_view word) const { return text.constant() && text.bytes() == word; }
};

/// Options and operands of a command line.
struct Options {
  struct Option {
    std::string name;  ///< without dashes, letters replaced by the long name where the catalogue has one
    std::optional<Text> value;
  };
  std::vector<Option> options;
  std::vector<std::size_t> operands;  ///< indices into the arguments
  /// Options may hide in an argument that is not known.
  bool unknown = false;

  [[nodiscard]] const Option* find(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
};

/// How options and operands may be mixed.
enum class OptionOrder : std::uint8_t {
  options_first,  ///< the first operand ends the options: commands that run a command
  permuted,       ///< anywhere, as getopt_long reads them
};

/// Reads the arguments (without the command's name). With options_first, operands hold everything from the
/// first operand on.
[[nodiscard]] Options parse_options(const ShellCommand& command, std::span<const Field> arguments, OptionOrder order);

}  // namespace procsafe::shell
