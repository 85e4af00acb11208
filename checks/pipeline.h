// The stages in a row: files → facts → linked facts → findings.
#pragma once

#include <vector>

#include "catalog/catalog.h"
#include "judge/file_result.h"
#include "judge/judge.h"
#include "source/source_file.h"

namespace procsafe {

struct PipelineOptions {
  JudgeOptions judge;
  unsigned threads = 1;
  /// Analyse every file whole: no prefilter, no slices. Must not change any finding.
  bool exhaustive = false;
};

/// Analyses files that were read. The results stand in the order of `files`.
[[nodiscard]] std::vector<FileResult> analyse(std::vector<SourceFile> files, const Catalog& catalog,
                                              const PipelineOptions& options);

}  // namespace procsafe
