#include "config/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <system_error>

#include "catalog/toml_reader.h"

namespace procsafe {
namespace fs = std::filesystem;
namespace {

/// A chain of `extend` longer than this is taken for a circle.
constexpr int kMaxExtends = 16;

Config::Patterns patterns(TomlReader& reader, std::string_view key, const fs::path& folder) {
  Config::Patterns result{folder, {}};
  for (const std::string& pattern : reader.strings(key)) result.list.add(pattern);
  return result;
}

Preset parse_preset(TomlReader& reader) {
  const std::string name = reader.string("preset");
  if (name == "recommended") return Preset::recommended;
  if (name == "strict") return Preset::strict;
  reader.fail("preset", "must be \"recommended\" or \"strict\"");
}

void read_apis(TomlReader& reader, const fs::path& file, Config& config) {
  const toml::node* node = reader.node("apis");
  if (node == nullptr) return;
  const toml::table* table = node->as_table();
  if (table == nullptr) reader.fail("apis", "must be a table with the keys python, cpp, shell");
  TomlReader inner(*table, file.string());
  for (const char* language : {"python", "cpp", "shell"}) {
    for (const std::string& name : inner.strings(language))
      config.apis.push_back({language, file.parent_path() / name});
  }
  inner.finish();
}

/// The table that is ours: the whole of procsafe.toml, [tool.procsafe] of pyproject.toml; null: there is none.
const toml::table* own_table(const toml::table& document, const fs::path& file) {
  if (file.filename() != "pyproject.toml") return &document;
  return document["tool"]["procsafe"].as_table();
}

Config read_with_base(const fs::path& file, int depth) {
  if (depth > kMaxExtends) throw ConfigError(fmt::format("{}: 'extend' goes round in a circle", file.string()));
  const std::string text = read_config_text(file);
  const toml::table document = parse_toml(text, file.string());
  const toml::table* table = own_table(document, file);
  if (table == nullptr) throw ConfigError(fmt::format("{}: there is no table [tool.procsafe]", file.string()));
  TomlReader reader(*table, file.string());
  Config config;
  if (const std::string base = reader.string("extend"); !base.empty())
    config = read_with_base(file.parent_path() / base, depth + 1);
  config.path = file;
  if (reader.node("preset") != nullptr) config.preset = parse_preset(reader);
  config.exclude.push_back(patterns(reader, "exclude", file.parent_path()));
  config.sanctioned.push_back(patterns(reader, "sanctioned", file.parent_path()));
  read_apis(reader, file, config);
  reader.finish();
  return config;
}

bool any_match(const std::vector<Config::Patterns>& lists, const fs::path& file) {
  return std::any_of(lists.begin(), lists.end(),
                     [&](const Config::Patterns& patterns) { return patterns.match(file); });
}

bool has_own_table(const fs::path& pyproject) {
  const std::string text = read_config_text(pyproject);
  // Most pyproject.toml files say nothing to us; do not fail over their faults.
  if (text.find("tool.procsafe") == std::string::npos) return false;
  return own_table(parse_toml(text, pyproject.string()), pyproject) != nullptr;
}

}  // namespace

std::string read_config_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw ConfigError(fmt::format("{}: the configuration cannot be read", file.string()));
  return {std::istreambuf_iterator<char>(in), {}};
}

bool Config::Patterns::match(const fs::path& file) const {
  if (list.empty()) return false;
  const fs::path relative = file.lexically_relative(folder);
  if (relative.empty() || relative.begin()->string() == "..") return false;
  return list.covers(relative.generic_string());
}

bool Config::excludes(const fs::path& file) const { return any_match(exclude, file); }
bool Config::sanctions(const fs::path& file) const { return any_match(sanctioned, file); }

Config read_config(const fs::path& file) {
  std::error_code error;
  const fs::path absolute = fs::weakly_canonical(file, error);
  try {
    return read_with_base(error ? file : absolute, 0);
  } catch (const CatalogError& fault) {
    throw ConfigError(fault.what());
  }
}

ConfigFinder::ConfigFinder(std::optional<fs::path> only) {
  if (only) only_ = load(*only);
}

std::shared_ptr<const Config> ConfigFinder::load(const fs::path& file) {
  std::shared_ptr<const Config>& config = files_[file];
  if (!config) config = std::make_shared<const Config>(read_config(file));
  return config;
}

std::shared_ptr<const Config> ConfigFinder::find(const fs::path& file) {
  return only_ ? only_ : find_for_folder(file.parent_path());
}

std::shared_ptr<const Config> ConfigFinder::find_for_folder(const fs::path& folder) {
  if (const auto known = folders_.find(folder); known != folders_.end()) return known->second;
  std::error_code ignored;
  std::shared_ptr<const Config> config;
  if (fs::is_regular_file(folder / "procsafe.toml", ignored)) {
    config = load(folder / "procsafe.toml");
  } else if (fs::is_regular_file(folder / "pyproject.toml", ignored) && has_own_table(folder / "pyproject.toml")) {
    config = load(folder / "pyproject.toml");
  } else if (fs::exists(folder / ".git", ignored) || folder == folder.parent_path() || folder.empty()) {
    config = std::make_shared<const Config>();
  } else {
    config = find_for_folder(folder.parent_path());
  }
  folders_.emplace(folder, config);
  return config;
}

std::vector<std::shared_ptr<const Config>> ConfigFinder::found() const {
  std::vector<std::shared_ptr<const Config>> configs;
  for (const auto& [path, config] : files_) configs.push_back(config);
  return configs;
}

}  // namespace procsafe
