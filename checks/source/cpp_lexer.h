// Splits C and C++ text into words, literals and the rest, as far as macros need it.
#pragma once

#include <string_view>

namespace procsafe::cpp {

struct Lexeme {
  enum class Kind { identifier, literal, comment, space, other, end };
  Kind kind = Kind::end;
  std::size_t begin = 0;
  std::size_t end = 0;
  [[nodiscard]] std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

/// The lexeme that begins at `at`. Literals are strings (raw ones too) and characters; numbers are `other`, as
/// a whole, so that `0x1p` holds no identifier. An unclosed literal ends with its line.
[[nodiscard]] Lexeme next_lexeme(std::string_view text, std::size_t at);

}  // namespace procsafe::cpp
