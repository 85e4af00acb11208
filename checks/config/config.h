// Configuration of a project: procsafe.toml, or [tool.procsafe] in pyproject.toml.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "source/ignore.h"

namespace procsafe {

/// A configuration that cannot be used. The message names file, line, what is wrong and what is expected.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One configuration file with all it extends. In TOML (every key is optional):
///
///     extend = "../procsafe.toml"          # read first; what stands here is added to it or replaces it
///     preset = "strict"                    # recommended (default) or strict
///     exclude = ["third_party/"]           # patterns as in .gitignore, relative to this file
///     sanctioned = ["runtime/"]            # files that are the process manager itself
///     [apis]                               # further catalogue files, in the form of rules/apis/*.toml
///     python = ["ci/our-apis.toml"]        # also: cpp, shell
struct Config {
  /// A list of patterns and the folder they are relative to.
  struct Patterns {
    std::filesystem::path folder;
    IgnoreList list;
    [[nodiscard]] bool match(const std::filesystem::path& file) const;
  };

  std::filesystem::path path;
  std::optional<Preset> preset;
  std::vector<Patterns> exclude;
  std::vector<Patterns> sanctioned;
  struct ApiFile {
    std::string language;  ///< python, cpp or shell
    std::filesystem::path path;
    auto operator<=>(const ApiFile&) const = default;
  };
  std::vector<ApiFile> apis;

  [[nodiscard]] bool excludes(const std::filesystem::path& file) const;
  [[nodiscard]] bool sanctions(const std::filesystem::path& file) const;
};

/// The whole of a file that a configuration consists of or names; throws ConfigError.
[[nodiscard]] std::string read_config_text(const std::filesystem::path& file);

/// Reads one file and what it extends; throws ConfigError.
[[nodiscard]] Config read_config(const std::filesystem::path& file);

/// Finds the configuration of each file: the nearest one upwards wins, and the search ends at the root of a
/// repository (a folder that holds .git). Remembers folders, so asking for many files is cheap. Not
/// thread-safe.
class ConfigFinder {
 public:
  /// With a file given, that one holds for everything.
  explicit ConfigFinder(std::optional<std::filesystem::path> only = {});
  /// Never null: a file without configuration has the empty one. Throws ConfigError.
  [[nodiscard]] std::shared_ptr<const Config> find(const std::filesystem::path& file);
  /// All configurations found so far, by path.
  [[nodiscard]] std::vector<std::shared_ptr<const Config>> found() const;

 private:
  std::shared_ptr<const Config> find_for_folder(const std::filesystem::path& folder);
  std::shared_ptr<const Config> load(const std::filesystem::path& file);

  std::shared_ptr<const Config> only_;
  std::map<std::filesystem::path, std::shared_ptr<const Config>> folders_;
  std::map<std::filesystem::path, std::shared_ptr<const Config>> files_;
};

}  // namespace procsafe
