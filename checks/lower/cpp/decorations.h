// Macros that stand for attributes, which the grammars take for types or names.
#pragma once

#include <string_view>
#include <vector>

#include "facts/source_range.h"

namespace procsafe::cpp {

/// The parts of declarations that are names of attribute macros, so that what is left can be parsed: `FAST_FUNC` in
/// `pid_t FAST_FUNC find(int a)`, `APT_PUBLIC` in `class APT_PUBLIC X {`, `AP_DECLARE(` and `)` in
/// `AP_DECLARE(void) stop(int pid)`. Known by their spelling and place. Ascending, not overlapping.
[[nodiscard]] std::vector<SourceRange> decorations(std::string_view text, const std::vector<SourceRange>& directives);

}  // namespace procsafe::cpp
