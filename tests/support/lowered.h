// Lowers a script and says what was found, one operation a line: the form the tables of these tests use.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/catalog.h"
#include "judge/judge.h"
#include "link/link.h"
#include "lower/lowering.h"
#include "pipeline.h"
#include "source/read.h"

namespace procsafe {

inline const Catalog& catalog() {
  static const Catalog loaded = Catalog::load();
  return loaded;
}

/// A script, and `line rule` of everything found in it, as findings() joins it.
struct ScriptRow {
  const char* script;
  const char* expected;
};

/// `line rule` of every finding in the last of the files, sorted by line, then rule, joined by "; ". A missing handler
/// is left out: every line that keeps a job would have one; handlers_test.cpp asks for it.
inline std::string findings(std::vector<SourceFile> files, Preset preset, const Prefilter* prefilter) {
  PipelineOptions options;
  options.judge.preset = preset;
  options.prefilter = prefilter;
  std::vector<FileResult> results = analyse(std::move(files), catalog(), options);
  const FileResult& last = results.back();
  std::vector<std::pair<std::uint32_t, std::string>> rows;
  for (const Finding& finding : last.findings) {
    if (finding.rule->id != "missing-cleanup-handler")
      rows.emplace_back(last.file.position(finding.range.begin).line, finding.rule->id);
  }
  std::sort(rows.begin(), rows.end());
  std::string joined;
  for (const auto& [line, rule] : rows) joined += (joined.empty() ? "" : "; ") + std::to_string(line) + " " + rule;
  return joined;
}

/// The same, with parts of the files asleep; it is said where that changes anything.
inline std::string findings(std::vector<SourceFile> files, Preset preset = Preset::recommended) {
  static const Prefilter prefilter(catalog());
  const std::string with_nothing_asleep = findings(files, preset, nullptr);
  std::string found = findings(std::move(files), preset, &prefilter);
  if (found != with_nothing_asleep) found += " but with nothing asleep " + with_nothing_asleep;
  return found;
}

inline std::string findings(std::string_view script, std::string_view name = "script.sh") {
  std::vector<SourceFile> files;
  files.push_back(source_from_text(std::string(name), std::string(script)));
  return findings(std::move(files));
}

}  // namespace procsafe
