// Words of a C or C++ text: enough to see which names it uses, at a fraction of the cost of parsing.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace procsafe {

struct CppToken {
  enum class Kind : std::uint8_t {
    identifier,
    literal,      ///< a number, string or character constant; of a string, what stands between the quotes
    punctuation,  ///< one character, but `::` and `->` are one token
    directive,    ///< the `#` that begins a preprocessor directive
    line_end,     ///< the end of a directive
  };
  Kind kind = Kind::punctuation;
  std::string_view text;

  [[nodiscard]] bool is(std::string_view other) const { return text == other && kind != Kind::literal; }
  [[nodiscard]] bool is_identifier() const { return kind == Kind::identifier; }
};

/// Puts the tokens of `text` into `tokens`, without comments and white space. Linear; never fails. The tokens are
/// views of `text`.
void split_cpp_tokens(std::string_view text, std::vector<CppToken>& tokens);

}  // namespace procsafe
