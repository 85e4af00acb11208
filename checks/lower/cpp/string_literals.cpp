#include "lower/cpp/string_literals.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "lower/utf8.h"

namespace procsafe::cpp {
namespace {

int hex_digit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return -1;
}

/// Reads up to `most` digits of `base` at `at`, which moves behind them.
std::uint32_t read_digits(std::string_view text, std::size_t& at, std::size_t most, int base) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < most && at < text.size(); ++i) {
    const int digit = hex_digit(text[at]);
    if (digit < 0 || digit >= base) break;
    value = value * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(digit);
    ++at;
  }
  return value;
}

/// Decodes the escape whose backslash stands at `at`, which moves behind it.
void append_escape(std::string_view literal, std::size_t& at, const LiteralOrigin& origin, Text& text) {
  const Offset source = origin(at);
  ++at;
  if (at >= literal.size()) return;
  const char kind = literal[at++];
  switch (kind) {
    case 'n': return text.append('\n', source);
    case 't': return text.append('\t', source);
    case 'r': return text.append('\r', source);
    case 'a': return text.append('\a', source);
    case 'b': return text.append('\b', source);
    case 'f': return text.append('\f', source);
    case 'v': return text.append('\v', source);
    case '\n': return;  // the line goes on
    case '\r':
      if (at < literal.size() && literal[at] == '\n') ++at;
      return;
    case 'x': return text.append(static_cast<char>(read_digits(literal, at, 2, 16)), source);
    case 'u': return append_utf8(read_digits(literal, at, 4, 16), source, text);
    case 'U': return append_utf8(read_digits(literal, at, 8, 16), source, text);
    default: break;
  }
  if (kind >= '0' && kind <= '7') {
    --at;
    return text.append(static_cast<char>(read_digits(literal, at, 3, 8)), source);
  }
  text.append(kind, source);
}

/// One conversion of a printf format.
struct Conversion {
  std::size_t end = 0;
  std::size_t stars = 0;  // arguments taken by width and precision
  char kind = 0;
};

Conversion read_conversion(std::string_view format, std::size_t percent) {
  Conversion conversion;
  std::size_t at = percent + 1;
  constexpr std::string_view kModifiers = "-+ #0123456789.*'hlLqjzt$IwF";
  while (at < format.size() && kModifiers.find(format[at]) != std::string_view::npos) {
    if (format[at] == '*') ++conversion.stars;
    ++at;
  }
  conversion.kind = at < format.size() ? format[at] : '\0';
  conversion.end = std::min(at + 1, format.size());
  return conversion;
}

}  // namespace

void append_literal(std::string_view literal, const LiteralOrigin& origin, Text& text) {
  const std::size_t quote = literal.find('"');
  if (quote == std::string_view::npos) return;
  if (quote > 0 && literal[quote - 1] == 'R') {
    const std::size_t open = literal.find('(', quote);
    const std::size_t close = literal.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos) return;
    for (std::size_t at = open + 1; at < close; ++at) text.append(literal[at], origin(at));
    return;
  }
  for (std::size_t at = quote + 1; at < literal.size() && literal[at] != '"';) {
    if (literal[at] == '\\') {
      append_escape(literal, at, origin, text);
    } else {
      text.append(literal[at], origin(at));
      ++at;
    }
  }
}

Text expand_printf(const Text& format, const FillFormat& fill) {
  Text out;
  const std::string& bytes = format.bytes();
  std::size_t argument = 0;
  std::size_t start = 0;
  for (std::size_t at = bytes.find('%'); at != std::string::npos; at = bytes.find('%', start)) {
    out.append(format.substr(start, at));
    const Conversion conversion = read_conversion(bytes, at);
    argument += conversion.stars;
    if (conversion.kind == '%') {
      out.append(format.substr(at, at + 1));
    } else if (conversion.kind != '\0') {
      fill(argument++, out);
    }
    start = conversion.end;
  }
  out.append(format.substr(start, bytes.size()));
  return out;
}

Text expand_braces(const Text& format, const FillFormat& fill) {
  Text out;
  const std::string& bytes = format.bytes();
  std::size_t next = 0;
  std::size_t start = 0;
  for (std::size_t at = bytes.find_first_of("{}"); at != std::string::npos; at = bytes.find_first_of("{}", start)) {
    const bool doubled = at + 1 < bytes.size() && bytes[at + 1] == bytes[at];
    // A hole of the format itself is written ${…}: no place of this format.
    const bool is_hole = bytes[at] == '{' && at > 0 && bytes[at - 1] == '$';
    const std::size_t close = bytes.find('}', at);
    if (is_hole && close != std::string::npos) {
      out.append(format.substr(start, close + 1));
      start = close + 1;
      continue;
    }
    out.append(format.substr(start, at));
    if (doubled || bytes[at] == '}') {
      out.append(format.substr(at, at + 1));
      start = at + (doubled ? 2 : 1);
      continue;
    }
    if (close == std::string::npos) {
      start = at;
      break;
    }
    std::size_t digits = at + 1;
    std::size_t number = 0;
    while (digits < close && bytes[digits] >= '0' && bytes[digits] <= '9' && number < 1000)
      number = number * 10 + static_cast<std::size_t>(bytes[digits++] - '0');
    fill(digits > at + 1 ? number : next++, out);
    start = close + 1;
  }
  out.append(format.substr(start, bytes.size()));
  return out;
}

}  // namespace procsafe::cpp
