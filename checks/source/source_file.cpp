#include "source/source_file.h"

#include <algorithm>

namespace procsafe {
namespace {

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// Length of the UTF-8 sequence that starts with `byte`; 1 for bytes that start none.
std::size_t sequence_length(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  if (value < 0xC2) return 1;
  if (value < 0xE0) return 2;
  if (value < 0xF0) return 3;
  return value < 0xF5 ? 4 : 1;
}

/// Walks code points of `text`, calling `visit(length in bytes)` for each.
template <class Visit>
void each_code_point(std::string_view text, Visit visit) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = std::min(sequence_length(text[at]), text.size() - at);
    for (std::size_t i = 1; i < length; ++i) {
      if (!is_continuation(text[at + i])) length = 1;
    }
    visit(length);
    at += length;
  }
}

}  // namespace

std::string_view language_name(Language language) {
  switch (language) {
    case Language::none: return "none";
    case Language::python: return "python";
    case Language::shell: return "shell";
    case Language::c: return "c";
    case Language::cpp: return "cpp";
  }
  return "none";
}

void SourceFile::index_lines() {
  line_starts.assign(1, 0);
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool lone_cr = text[at] == '\r' && (at + 1 == text.size() || text[at + 1] != '\n');
    if (text[at] == '\n' || lone_cr) line_starts.push_back(static_cast<Offset>(at + 1));
  }
}

Position SourceFile::position(Offset offset) const {
  const auto after = std::upper_bound(line_starts.begin(), line_starts.end(), offset);
  const auto index = static_cast<std::uint32_t>(after - line_starts.begin());
  return {index, offset - line_starts[index - 1] + 1};
}

Position SourceFile::utf16_position(Offset offset) const {
  Position position = this->position(offset);
  const Offset start = line_starts[position.line - 1];
  std::uint32_t units = 0;
  // Code points beyond the basic plane take four bytes in UTF-8 and two units in UTF-16.
  each_code_point(std::string_view(text).substr(start, offset - start),
                  [&](std::size_t length) { units += length == 4 ? 2 : 1; });
  position.column = units + 1;
  return position;
}

Position SourceFile::code_point_position(Offset offset) const {
  Position position = this->position(offset);
  const Offset start = line_starts[position.line - 1];
  std::uint32_t points = 0;
  each_code_point(std::string_view(text).substr(start, offset - start), [&](std::size_t) { ++points; });
  position.column = points + 1;
  return position;
}

std::string_view SourceFile::line(std::uint32_t number) const {
  if (number == 0 || number > line_starts.size()) return {};
  const Offset begin = line_starts[number - 1];
  const std::size_t end = number < line_starts.size() ? line_starts[number] : text.size();
  std::string_view content = std::string_view(text).substr(begin, end - begin);
  while (!content.empty() && (content.back() == '\n' || content.back() == '\r')) content.remove_suffix(1);
  return content;
}

std::string_view SourceFile::text_of(SourceRange range) const {
  if (range.begin >= text.size()) return {};
  return std::string_view(text).substr(range.begin, range.end - range.begin);
}

}  // namespace procsafe
