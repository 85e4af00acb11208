// What the readers of host files share: lines, and the decoding of quoted words.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "facts/text.h"

namespace procsafe {

/// One line without its end; `begin` is its place in the file.
struct HostLine {
  std::string_view text;
  Offset begin = 0;

  [[nodiscard]] std::size_t indent() const;
  [[nodiscard]] bool blank() const { return text.find_first_not_of(" \t") == std::string_view::npos; }
  [[nodiscard]] HostLine from(std::size_t at) const;
  /// Without blanks at both ends.
  [[nodiscard]] HostLine trimmed() const;
};

[[nodiscard]] std::vector<HostLine> lines_of(std::string_view text);
/// A string between double quotes with the escapes of JSON (and YAML), or single quotes; nothing when it does not end.
/// `at` stands on the opening quote and is moved behind the closing one.
[[nodiscard]] std::optional<Text> read_quoted(const HostLine& line, std::size_t& at);
/// A list of quoted strings between brackets, or nothing when the line is none.
[[nodiscard]] std::optional<std::vector<Text>> read_list(const HostLine& line);
void append_line(Text& text, const HostLine& line);

}  // namespace procsafe
