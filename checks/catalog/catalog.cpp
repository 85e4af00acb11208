#include "catalog/catalog.h"

#include <algorithm>

namespace procsafe {

Catalog Catalog::load() {
  Catalog catalog;
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.name.ends_with(".md")) {
      catalog.rules_.push_back(parse_rule(file.text, file.name));
    } else if (file.name == "apis/python.toml") {
      catalog.python_.add_toml(file.text, file.name);
    } else if (file.name == "apis/shell.toml") {
      catalog.shell_.add_toml(file.text, file.name);
    } else {
      catalog.cpp_.add_toml(file.text, file.name);
    }
  }
  std::sort(catalog.rules_.begin(), catalog.rules_.end(), [](const Rule& a, const Rule& b) { return a.id < b.id; });
  return catalog;
}

void Catalog::add_apis(std::string_view language, std::string_view toml, std::string_view source) {
  if (language == "python") {
    python_.add_toml(toml, source);
  } else if (language == "shell") {
    shell_.add_toml(toml, source);
  } else {
    cpp_.add_toml(toml, source);
  }
}

const Rule* Catalog::find_rule(std::string_view id) const {
  const auto found = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& rule) { return rule.id == id; });
  return found == rules_.end() ? nullptr : &*found;
}

}  // namespace procsafe
