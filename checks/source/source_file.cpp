#include "source/source_file.h"

#include <algorithm>

#include "source/utf8.h"

namespace procsafe {
namespace {

/// Walks code points of `text`, calling `visit(code point)` for each.
template <class Visit>
void each_code_point(std::string_view text, Visit visit) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    visit(point);
    at += point.length;
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
  // Code points beyond the basic plane are two units.
  each_code_point(std::string_view(text).substr(start, offset - start),
                  [&](const CodePoint& point) { units += point.length == 4 ? 2 : 1; });
  position.column = units + 1;
  return position;
}

Position SourceFile::code_point_position(Offset offset) const {
  Position position = this->position(offset);
  const Offset start = line_starts[position.line - 1];
  std::uint32_t points = 0;
  each_code_point(std::string_view(text).substr(start, offset - start), [&](const CodePoint&) { ++points; });
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
