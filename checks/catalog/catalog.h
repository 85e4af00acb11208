// Everything that is data: rules and API catalogues, as embedded in the binary.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "catalog/api.h"
#include "catalog/error.h"
#include "catalog/rule.h"
#include "catalog/shell_catalog.h"

namespace procsafe {

/// A file of rules/ as it was when the binary was built.
struct EmbeddedFile {
  std::string_view name;  ///< relative to rules/: "process-hunt.md", "apis/python.toml"
  std::string_view text;
};
/// Sorted by name. Defined in a generated file (cmake/embed.cmake).
[[nodiscard]] std::span<const EmbeddedFile> embedded_files();

/// All rules and catalogues; immutable, may be read from any thread.
class Catalog {
 public:
  /// From the embedded files.
  static Catalog load();

  /// Adds a catalogue file of a project; `language` is python, cpp or shell. Throws CatalogError.
  void add_apis(std::string_view language, std::string_view toml, std::string_view source);

  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }
  [[nodiscard]] const Rule* find_rule(std::string_view id) const;
  [[nodiscard]] const ApiCatalog& python() const { return python_; }
  /// C and C++ together: names of C are found unqualified and in `std::`.
  [[nodiscard]] const ApiCatalog& cpp() const { return cpp_; }
  [[nodiscard]] const ShellCatalog& shell() const { return shell_; }

 private:
  std::vector<Rule> rules_;
  ApiCatalog python_;
  ApiCatalog cpp_;
  ShellCatalog shell_;
};

}  // namespace procsafe
