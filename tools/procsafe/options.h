// What the user asked for on the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/rule.h"
#include "lower/clang/clang_tier.h"

namespace procsafe {

enum class Format : std::uint8_t { text, json, sarif };
enum class When : std::uint8_t { automatic, always, never };

struct CheckOptions {
  std::vector<std::string> paths;
  std::optional<Preset> preset;  ///< none: as configured, else recommended
  std::string config;            ///< this configuration for every file; empty: the nearest one upwards
  bool no_config = false;
  std::vector<std::string> rules;
  std::vector<std::string> excludes;
  bool no_ignore = false;
  bool filter_named = false;
  std::uint64_t max_file_size = 0;  ///< bytes
  Format format = Format::text;
  std::string output;  ///< empty: standard output
  When colour = When::automatic;
  bool statistics = false;
  bool show_suppressed = false;
  bool exit_zero = false;
  bool exhaustive = false;
  unsigned jobs = 0;  ///< 0: one for each processor
  CppTier cpp = CppTier::automatic;
  std::string build_directory;
  std::vector<std::string> extra_args;
};

/// Exit statuses of every command.
enum ExitStatus : int {
  exit_clean = 0,
  exit_findings = 1,
  exit_failed = 2,  ///< the linter could not do its job
};

}  // namespace procsafe
