// What a report is written from: the results of one run.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "judge/file_result.h"

namespace procsafe {

/// Something the run could not do, or that is worth saying.
struct RunNotice {
  Notice::Level level = Notice::Level::error;
  std::string path;         ///< empty: about the whole run
  Position position{0, 0};  ///< line 0: about the whole file; columns in code points
  std::string message;
};

struct Run {
  const Catalog* catalog = nullptr;
  std::vector<FileResult> files;    ///< sorted by path
  std::vector<RunNotice> notices;   ///< of files and of the run, sorted by path and place
  std::size_t files_checked = 0;    ///< also those the prefilter found to hold nothing
  bool show_suppressed = false;     ///< reports hold suppressed findings, marked as such
  std::filesystem::path directory;  ///< absolute; what relative paths start from
  std::string version;              ///< of procsafe
};

/// True when the linter could do its whole job: no notice is an error.
[[nodiscard]] bool complete(const Run& run);

[[nodiscard]] std::string_view severity_name(Severity severity);
[[nodiscard]] std::string_view confidence_name(Confidence confidence);
[[nodiscard]] std::string_view tier_name(Tier tier);
[[nodiscard]] std::string_view level_name(Notice::Level level);

}  // namespace procsafe
