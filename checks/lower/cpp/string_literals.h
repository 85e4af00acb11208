// The bytes a string literal stands for.
#pragma once

#include <functional>
#include <string_view>

#include "facts/text.h"

namespace procsafe::cpp {

/// Gives the place in the file of a byte of the literal.
using LiteralOrigin = std::function<Offset(std::size_t offset)>;

/// Appends what a string literal stands for: prefix and quotes left out, escapes decoded, raw strings as they
/// are.
void append_literal(std::string_view literal, const LiteralOrigin& origin, Text& text);

/// Appends what stands at the n-th place of a format.
using FillFormat = std::function<void(std::size_t argument, Text& out)>;
/// A printf format with its conversions filled.
[[nodiscard]] Text expand_printf(const Text& format, const FillFormat& fill);
/// A format of fmt or std::format: `{}`, `{1}`, `{:x}`.
[[nodiscard]] Text expand_braces(const Text& format, const FillFormat& fill);

}  // namespace procsafe::cpp
