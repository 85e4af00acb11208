// The configurations of the files of one run, and what they change.
#pragma once

#include <optional>

#include "catalog/catalog.h"
#include "config/config.h"
#include "judge/judge.h"
#include "options.h"
#include "source/find.h"

namespace procsafe {

/// Asks each file's configuration. Every member may throw ConfigError or CatalogError, whose text is for the user.
/// Not thread-safe.
class Configs {
 public:
  explicit Configs(const CheckOptions& options);

  /// Drops files that their configuration excludes, except those the user named.
  void leave_out_excluded(FoundFiles& found);
  /// Adds the catalogue files that any configuration found so far names: what is an API in one part of a project is
  /// one in all.
  void add_apis(Catalog& catalog) const;
  /// What holds for one file; the command line is stronger than a configuration.
  void apply(const SourceFile& file, JudgeOptions& judging);

 private:
  [[nodiscard]] bool off() const { return !finder_.has_value(); }

  std::optional<ConfigFinder> finder_;
  bool preset_given_;
};

}  // namespace procsafe
