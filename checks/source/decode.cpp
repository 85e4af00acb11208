#include "source/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "source/utf8.h"

namespace procsafe {
namespace {

using namespace std::string_view_literals;

std::uint32_t line_at(std::string_view text, std::size_t offset) {
  return 1 +
         static_cast<std::uint32_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

/// The encoding of text that is not in an ASCII-compatible one, or empty.
std::string_view wide_encoding(std::string_view bytes) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kMarks{{{"\xFF\xFE\0\0"sv, "UTF-32LE"},
                                                                                        {"\0\0\xFE\xFF"sv, "UTF-32BE"},
                                                                                        {"\xFF\xFE"sv, "UTF-16LE"},
                                                                                        {"\xFE\xFF"sv, "UTF-16BE"}}};
  for (const auto& [mark, name] : kMarks) {
    if (bytes.starts_with(mark)) return name;
  }
  // Without a mark: source text is mostly ASCII, so every other byte is NUL.
  constexpr std::size_t kSample = 64;
  const std::string_view sample = bytes.substr(0, std::min(kSample, bytes.size() & ~std::size_t{1}));
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i < sample.size(); ++i) {
    if (sample[i] == '\0') ++zeros.at(i % 2);
  }
  const std::size_t pairs = sample.size() / 2;
  if (pairs >= 2 && zeros[0] == 0 && zeros[1] * 10 >= pairs * 9) return "UTF-16LE";
  if (pairs >= 2 && zeros[1] == 0 && zeros[0] * 10 >= pairs * 9) return "UTF-16BE";
  return {};
}

/// The encoding a Python file declares in its first two lines (PEP 263), or empty.
std::string_view coding_cookie(std::string_view text) {
  for (int line = 0; line < 2 && !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view content = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t at = content.find("coding");
    const std::size_t comment = content.find_first_not_of(" \t\f");
    if (comment == std::string_view::npos) continue;
    if (content[comment] != '#') return {};
    if (at == std::string_view::npos || at + 6 >= content.size() || (content[at + 6] != ':' && content[at + 6] != '='))
      continue;
    const std::size_t name = content.find_first_not_of(" \t", at + 7);
    if (name == std::string_view::npos) continue;
    return content.substr(name, content.find_first_of(" \t\r;*", name) - name);
  }
  return {};
}

/// Removes from a script what stands behind it: self-extracting archives append binary data, which the shell never
/// reaches. False: the data begins where the script would.
bool cut_payload(std::string& text, std::size_t nul, const std::string& path, std::vector<ReadProblem>& problems) {
  const std::size_t line_end = text.rfind('\n', nul);
  if (line_end == std::string::npos) return false;
  const std::uint32_t line = line_at(text, line_end + 1);
  text.resize(line_end + 1);
  problems.push_back({Notice::Level::note, path, "binary data follows the script; it was analysed up to here", line});
  return true;
}

}  // namespace

bool decode(std::string bytes, SourceFile& file, std::vector<ReadProblem>& problems) {
  const auto refuse = [&](std::string message) {
    problems.push_back({Notice::Level::error, file.path, std::move(message)});
    return false;
  };
  if (const std::string_view encoding = wide_encoding(bytes); !encoding.empty())
    return refuse(
        fmt::format("is {} text, which is not read: convert it to UTF-8 (iconv -f {} -t UTF-8)", encoding, encoding));
  file.byte_order_mark = bytes.starts_with("\xEF\xBB\xBF");
  if (file.byte_order_mark) bytes.erase(0, 3);
  file.text = std::move(bytes);
  if (const std::size_t nul = file.text.find('\0'); nul != std::string::npos) {
    const std::uint32_t line = line_at(file.text, nul);
    const bool script = file.language == Language::shell && cut_payload(file.text, nul, file.path, problems);
    if (!script)
      return refuse(
          fmt::format("holds a NUL byte in line {}: it is binary, not source text (--exclude leaves it out)", line));
  }
  const std::size_t invalid = find_invalid_utf8(file.text);
  file.valid_utf8 = invalid == std::string_view::npos;
  const bool declared = file.language == Language::python && !coding_cookie(file.text).empty();
  if (!file.valid_utf8 && !declared)
    problems.push_back({Notice::Level::note, file.path, "holds bytes that are no UTF-8; it was analysed all the same",
                        line_at(file.text, invalid)});
  return true;
}

}  // namespace procsafe
