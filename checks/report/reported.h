// The findings a report shows, ready to be written.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "report/run.h"

namespace procsafe {

struct ReportedFinding {
  const SourceFile* file = nullptr;
  const Finding* finding = nullptr;
  std::string fingerprint;
};

/// All findings by path and place; suppressed ones only where the run shows them.
[[nodiscard]] std::vector<ReportedFinding> reported_findings(const Run& run);

/// Finds a file of the run by its path, for related locations.
class FileIndex {
 public:
  explicit FileIndex(const Run& run);
  /// Null: not among the files of the run.
  [[nodiscard]] const SourceFile* find(std::string_view path) const;

 private:
  std::unordered_map<std::string_view, const SourceFile*> files_;
};

}  // namespace procsafe
