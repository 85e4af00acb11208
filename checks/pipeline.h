// The stages in a row: files → facts → linked facts → findings.
#pragma once

#include <functional>
#include <vector>

#include "catalog/catalog.h"
#include "judge/file_result.h"
#include "judge/judge.h"
#include "lower/clang/clang_tier.h"
#include "source/prefilter.h"
#include "source/source_file.h"

namespace procsafe {

struct PipelineOptions {
  JudgeOptions judge;
  /// Where the configuration differs from file to file: turns `judge` into the options of one file.
  std::function<void(const SourceFile&, JudgeOptions&)> configure;
  unsigned threads = 1;
  /// What leaves parts of files asleep; null: nothing is left out (--exhaustive), which must not change any finding.
  const Prefilter* prefilter = nullptr;
  /// Reads a dormant file again, when a name of another file shows that it matters; called from several threads.
  /// Empty: there are no dormant files.
  std::function<void(SourceFile&)> wake;
  /// Called when a file was lowered, from several threads; may be empty.
  std::function<void()> lowered;
  ClangOptions clang;
};

/// Analyses files that were read. The results stand in the order of `files`.
[[nodiscard]] std::vector<FileResult> analyse(std::vector<SourceFile> files, const Catalog& catalog,
                                              const PipelineOptions& options);

}  // namespace procsafe
