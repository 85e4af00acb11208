// The catalogue of shell commands: rules/apis/shell.toml.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace procsafe {

/// Commands that signal, search, wrap, carry or wait. Immutable after loading.
class ShellCatalog {
 public:
  /// Parses TOML; throws CatalogError naming `source`, line and what is wrong.
  void add_toml(std::string_view text, std::string_view source);
  /// Words of which a script must hold at least one to hold an operation; sorted, unique.
  [[nodiscard]] std::vector<std::string> literals() const;
};

}  // namespace procsafe
