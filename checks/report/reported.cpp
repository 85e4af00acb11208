#include "report/reported.h"

#include "report/fingerprint.h"

namespace procsafe {

std::vector<ReportedFinding> reported_findings(const Run& run) {
  std::vector<ReportedFinding> out;
  for (const FileResult& result : run.files) {
    std::vector<std::string> prints = fingerprints(result);
    for (std::size_t i = 0; i < result.findings.size(); ++i) {
      const Finding& finding = result.findings[i];
      if (finding.suppressed && !run.show_suppressed) continue;
      out.push_back({&result.file, &finding, std::move(prints[i])});
    }
  }
  return out;
}

FileIndex::FileIndex(const Run& run) {
  for (const FileResult& result : run.files) files_.emplace(result.file.path, &result.file);
}

const SourceFile* FileIndex::find(std::string_view path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? nullptr : found->second;
}

}  // namespace procsafe
