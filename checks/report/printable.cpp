#include "report/printable.h"

#include <fmt/format.h>

namespace procsafe {
namespace {

bool reorders_or_hides(char32_t point) {
  return (point >= 0x200BU && point <= 0x200FU) || (point >= 0x2028U && point <= 0x202EU) ||
         (point >= 0x2060U && point <= 0x2069U) || point == 0x061CU || point == 0xFEFFU ||
         (point >= 0xE0000U && point <= 0xE007FU);
}

}  // namespace

std::string printable(const CodePoint& point, std::string_view bytes) {
  const auto value = static_cast<std::uint32_t>(point.value);
  if (!point.valid) return fmt::format("\\x{:02x}", value);
  if (value == '\n') return "\\n";
  if (value == '\r') return "\\r";
  if (value == '\t') return "\\t";
  if (value < 0x20U || (value >= 0x7FU && value < 0xA0U)) return fmt::format("\\x{:02x}", value);
  if (reorders_or_hides(point.value)) return fmt::format("\\u{{{:x}}}", value);
  return std::string(bytes);
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    out += printable(point, text.substr(at, point.length));
    at += point.length;
  }
  return out;
}

}  // namespace procsafe
