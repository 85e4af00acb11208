// Joining what is known of one file from several points of view: several units, several instantiations.
#pragma once

#include <vector>

#include "lower/cpp/semantics.h"

namespace procsafe {

/// Sorts, and leaves one call for each range. Where answers differ, a call that may be an API's stands before a
/// call of a project's function, then the order of names decides; constants that differ become unknown. The use of a
/// macro may stand for several calls: all are kept.
void normalise_calls(std::vector<CppSemantics::Call>& calls);

/// Sorts everything and leaves out doubles; ranges of `unknown` that lie in others go.
void normalise(CppSemantics& semantics);

/// What both units know of the same file. Commutative on normalised values. A part is inactive if both left it
/// out, and unknown if the unit that compiled it could not make sense of it.
[[nodiscard]] CppSemantics merge(CppSemantics a, CppSemantics b);

/// The parts that lie in both. Both are sorted and do not overlap themselves.
[[nodiscard]] std::vector<SourceRange> intersect(const std::vector<SourceRange>& a, const std::vector<SourceRange>& b);

}  // namespace procsafe
