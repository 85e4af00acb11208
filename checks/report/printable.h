// Text of foreign files on a terminal: what could move the cursor, hide or reorder text is spelled out.
#pragma once

#include <string>
#include <string_view>

#include "source/utf8.h"

namespace procsafe {

/// A code point as it may be printed: itself, or `\n`, `\x1b`, `\xff` (invalid byte), `\u{202e}` for
/// control characters and those that change the direction of text (Trojan Source, CVE-2021-42574).
[[nodiscard]] std::string printable(const CodePoint& point, std::string_view bytes);

/// A whole text on one line.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace procsafe
