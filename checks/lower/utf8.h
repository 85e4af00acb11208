// Characters of string literals as bytes.
#pragma once

#include <cstdint>

#include "facts/text.h"

namespace procsafe {

/// Appends a code point in UTF-8; every byte stands at `source`.
void append_utf8(std::uint32_t code, Offset source, Text& text);

}  // namespace procsafe
