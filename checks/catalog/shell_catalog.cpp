#include "catalog/shell_catalog.h"

#include "catalog/toml_reader.h"

namespace procsafe {

void ShellCatalog::add_toml(std::string_view text, std::string_view source) {
  static_cast<void>(parse_toml(text, source));
}

std::vector<std::string> ShellCatalog::literals() const { return {}; }

}  // namespace procsafe
