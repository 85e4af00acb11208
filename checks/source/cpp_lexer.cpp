#include "source/cpp_lexer.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace procsafe::cpp {
namespace {

bool is_word(char byte) { return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_' || byte == '$'; }
bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
bool is_space(char byte) {
  return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f' || byte == '\v';
}

std::size_t end_of_quoted(std::string_view text, std::size_t open) {
  const char quote = text[open];
  for (std::size_t at = open + 1; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == quote) {
      return at + 1;
    } else if (text[at] == '\n') {
      return at;
    }
  }
  return text.size();
}

std::size_t end_of_raw_string(std::string_view text, std::size_t quote) {
  const std::size_t open = text.find('(', quote);
  if (open == std::string_view::npos || open - quote > 17) return end_of_quoted(text, quote);
  const std::string close = ")" + std::string(text.substr(quote + 1, open - quote - 1)) + "\"";
  const std::size_t end = text.find(close, open);
  return end == std::string_view::npos ? text.size() : end + close.size();
}

std::size_t end_of_comment(std::string_view text, std::size_t at) {
  if (text[at + 1] == '*') {
    const std::size_t end = text.find("*/", at + 2);
    return end == std::string_view::npos ? text.size() : end + 2;
  }
  // A backslash at the end of the line continues the comment.
  std::size_t end = at;
  do {
    end = std::min(text.find('\n', end + 1), text.size());
  } while (end < text.size() && text[end - 1] == '\\');
  return end;
}

bool is_string_prefix(std::string_view word) {
  return word == "L" || word == "u" || word == "U" || word == "u8" || word == "R" || word == "LR" || word == "uR" ||
         word == "UR" || word == "u8R";
}

}  // namespace

Lexeme next_lexeme(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {Lexeme::Kind::end, text.size(), text.size()};
  const char byte = text[at];
  std::size_t end = at + 1;
  if (is_space(byte)) {
    while (end < text.size() && is_space(text[end])) ++end;
    return {Lexeme::Kind::space, at, end};
  }
  if (byte == '/' && end < text.size() && (text[end] == '/' || text[end] == '*'))
    return {Lexeme::Kind::comment, at, end_of_comment(text, at)};
  if (byte == '"' || byte == '\'') return {Lexeme::Kind::literal, at, end_of_quoted(text, at)};
  if (is_digit(byte)) {
    while (end < text.size() && (is_word(text[end]) || text[end] == '.' ||
                                 (text[end] == '\'' && end + 1 < text.size() && is_word(text[end + 1]))))
      ++end;
    return {Lexeme::Kind::other, at, end};
  }
  if (!is_word(byte)) return {Lexeme::Kind::other, at, end};
  while (end < text.size() && is_word(text[end])) ++end;
  if (end < text.size() && text[end] == '"' && is_string_prefix(text.substr(at, end - at))) {
    const bool raw = text[end - 1] == 'R';
    return {Lexeme::Kind::literal, at, raw ? end_of_raw_string(text, end) : end_of_quoted(text, end)};
  }
  return {Lexeme::Kind::identifier, at, end};
}

}  // namespace procsafe::cpp
