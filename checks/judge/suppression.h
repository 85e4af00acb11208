// Suppression comments: `# procsafe: allow(rule, …) reason="…" until=YYYY-MM-DD`.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "facts/file_facts.h"
#include "source/source_file.h"

namespace procsafe {

struct Suppression {
  SourceRange range;
  bool whole_file = false;
  /// The lines it covers: its own, or, standing alone, the next line that is not itself such a comment.
  std::uint32_t line = 0;
  std::vector<std::string> rules;
  std::string reason;
  std::optional<std::chrono::year_month_day> until;
  /// Why it suppresses nothing; empty: it is well-formed.
  std::string problem;
  bool used = false;
};

/// Parses the comments of a file. `known` tells whether a rule id exists.
[[nodiscard]] std::vector<Suppression> parse_suppressions(const FileFacts& facts, const SourceFile& file,
                                                          const Catalog& catalog);

}  // namespace procsafe
