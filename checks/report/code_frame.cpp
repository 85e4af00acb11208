#include "report/code_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "report/printable.h"

namespace procsafe {
namespace {

constexpr std::size_t kTabWidth = 4;
/// Columns of source shown in one line, and how many of them stand before the finding when a line is cut.
constexpr std::size_t kMostColumns = 120;
constexpr std::size_t kLeadColumns = 30;
/// Bytes looked at on either side of the finding: enough for kMostColumns of the longest code points.
constexpr std::size_t kWindowBytes = 4 * kMostColumns;

/// One code point as shown.
struct Cell {
  std::string shown;
  std::size_t width = 1;
  bool marked = false;
};

bool continues_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// The part of a line that is worth decoding, as offsets into the line.
struct Window {
  std::size_t begin = 0;
  std::size_t end = 0;
};

Window window_around(std::string_view line, std::size_t focus) {
  Window window{focus > kWindowBytes ? focus - kWindowBytes : 0, std::min(line.size(), focus + kWindowBytes)};
  for (int i = 0; i < 3 && window.begin > 0 && continues_code_point(line[window.begin]); ++i) --window.begin;
  for (int i = 0; i < 3 && window.end < line.size() && continues_code_point(line[window.end]); ++i) ++window.end;
  return window;
}

std::vector<Cell> cells_of(std::string_view line, Window window, std::size_t mark_begin, std::size_t mark_end) {
  std::vector<Cell> cells;
  std::size_t column = 0;
  for (std::size_t at = window.begin; at < window.end;) {
    const CodePoint point = decode_utf8(line, at);
    Cell cell;
    if (point.value == '\t') {
      cell.width = kTabWidth - column % kTabWidth;
      cell.shown.assign(cell.width, ' ');
    } else {
      const std::string_view bytes = line.substr(at, point.length);
      cell.shown = printable(point, bytes);
      if (cell.shown != bytes) cell.width = cell.shown.size();
    }
    cell.marked = at >= mark_begin && at < mark_end;
    column += cell.width;
    at += point.length;
    cells.push_back(std::move(cell));
  }
  if (mark_begin >= window.end) cells.push_back({" ", 1, true});
  return cells;
}

/// The cells [begin, end) that fit, so that the mark is seen.
Window fitting(const std::vector<Cell>& cells) {
  const auto mark = std::find_if(cells.begin(), cells.end(), [](const Cell& cell) { return cell.marked; });
  std::size_t total = 0;
  for (const Cell& cell : cells) total += cell.width;
  if (total <= kMostColumns) return {0, cells.size()};
  auto begin = static_cast<std::size_t>(mark - cells.begin());
  for (std::size_t lead = 0; begin > 0 && lead + cells[begin - 1].width <= kLeadColumns;) lead += cells[--begin].width;
  std::size_t end = begin;
  for (std::size_t width = 0; end < cells.size() && width + cells[end].width <= kMostColumns;)
    width += cells[end++].width;
  return {begin, end};
}

struct Drawn {
  std::string code;
  std::string underline;
};

Drawn draw(const std::vector<Cell>& cells, bool cut_before, bool cut_after) {
  const Window shown = fitting(cells);
  cut_before = cut_before || shown.begin > 0;
  cut_after = cut_after || shown.end < cells.size();
  Drawn drawn;
  if (cut_before) {
    drawn.code = "…";
    drawn.underline = " ";
  }
  bool first = true;
  for (std::size_t i = shown.begin; i < shown.end; ++i) {
    const Cell& cell = cells[i];
    drawn.code += cell.shown;
    std::string below(cell.width, cell.marked ? '~' : ' ');
    if (cell.marked && first) {
      below.front() = '^';
      first = false;
    }
    drawn.underline += below;
  }
  if (cut_after) drawn.code += "…";
  const auto trim = [](std::string& text) { text.erase(text.find_last_not_of(' ') + 1); };
  trim(drawn.code);
  trim(drawn.underline);
  return drawn;
}

}  // namespace

std::string code_frame(const SourceFile& file, SourceRange range, Severity severity, const Palette& palette) {
  const Position begin = file.position(range.begin);
  const std::string_view line = file.line(begin.line);
  const std::size_t mark_begin = std::min<std::size_t>(begin.column - 1, line.size());
  // An empty range still gets its caret.
  const std::size_t mark_end = mark_begin + std::max<std::size_t>(range.end - range.begin, 1);
  const Window window = window_around(line, mark_begin);
  const Drawn drawn = draw(cells_of(line, window, mark_begin, mark_end), window.begin > 0, window.end < line.size());
  const auto row = [&](std::string_view label, const std::string& content) {
    const std::string gutter = palette.gutter(fmt::format("{:>5} |", label));
    return content.empty() ? gutter + "\n" : gutter + " " + content + "\n";
  };
  std::string out = row(std::to_string(begin.line), drawn.code);
  out += row("", drawn.underline.substr(0, drawn.underline.find('^')) +
                     palette.severity(severity, drawn.underline.substr(drawn.underline.find('^'))));
  const bool more = !range.empty() && file.position(range.end - 1).line > begin.line;
  if (more) out += row("...", "");
  return out;
}

}  // namespace procsafe
