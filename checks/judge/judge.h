// Facts against rules: findings, and the errors of suppression comments.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "facts/file_facts.h"
#include "source/source_file.h"

namespace procsafe {

enum class Confidence : std::uint8_t { low, medium, high };

struct Finding {
  const Rule* rule = nullptr;
  std::string path;
  SourceRange range;
  std::string message;
  std::string symbol;
  Confidence confidence = Confidence::high;
  Tier tier = Tier::syntax;
  std::vector<Related> related;
  bool suppressed = false;
  std::string suppression_reason;
};

struct JudgeOptions {
  Preset preset = Preset::recommended;
  /// Rules that run; empty: all of the preset.
  std::vector<std::string> only;
  /// The file is the process manager itself: its operations get the attribute `sanctioned`.
  bool sanctioned = false;
  /// Today, for `until=`; a parameter so that tests need no clock.
  std::chrono::year_month_day today;
};

/// The findings of one file, sorted by place, then rule. Never sees how a language is written: its
/// inputs are facts, and the file only for the text of comments and line numbers.
[[nodiscard]] std::vector<Finding> judge(const FileFacts& facts, const SourceFile& file, const Catalog& catalog,
                                         const JudgeOptions& options);

}  // namespace procsafe
