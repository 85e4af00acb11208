// UTF-8 as RFC 3629 defines it: shortest forms only, no surrogates.
#pragma once

#include <cstddef>
#include <string_view>

namespace procsafe {

/// One code point, or one byte that belongs to none.
struct CodePoint {
  char32_t value = 0;      ///< of an invalid byte: the byte
  std::size_t length = 1;  ///< in bytes
  bool valid = true;
};

/// What stands at `text[at]`; `at` must lie inside the text.
[[nodiscard]] CodePoint decode_utf8(std::string_view text, std::size_t at);

/// The offset of the first byte that is no UTF-8, or `npos`.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text);

}  // namespace procsafe
