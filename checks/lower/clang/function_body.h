// Where a function's body ends, by its words alone.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "facts/source_range.h"
#include "lower/clang/cpp_tokens.h"

namespace procsafe {

/// The function whose name stands at `name` in `text`, from there to the end of its body. Nothing when the words do
/// not tell: no body, or braces that differ between the branches of a conditional. `tokens` are those of `text`.
[[nodiscard]] std::optional<SourceRange> function_extent(std::string_view text, std::span<const CppToken> tokens,
                                                         Offset name);

}  // namespace procsafe
