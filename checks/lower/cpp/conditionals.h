// Conditional compilation that splits braces, which no grammar can read.
#pragma once

#include <string_view>
#include <vector>

#include "facts/source_range.h"

namespace procsafe::cpp {

/// Sorted, and as one where they touch.
[[nodiscard]] std::vector<SourceRange> joined(std::vector<SourceRange> ranges);

/// The parts of a text to leave out so that it can be parsed: of every `#if` group one branch of which opens a brace or
/// parenthesis that it does not close, the directives and all branches but the first (of `#if 0` the second).
/// Groups whose branches are whole stay: all their branches are analysed. Ascending, not overlapping.
[[nodiscard]] std::vector<SourceRange> parts_to_leave_out(std::string_view text,
                                                          const std::vector<SourceRange>& directives);

}  // namespace procsafe::cpp
