// One file of source text, read and classified.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "facts/source_range.h"

namespace procsafe {

enum class Language : std::uint8_t { none, python, shell, c, cpp };
[[nodiscard]] std::string_view language_name(Language language);

/// Line and column, both from 1. Columns count bytes unless said otherwise.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

/// Text with an index of its lines. Lines end with LF, CRLF or a lone CR (as SARIF viewers and editors
/// count them).
struct SourceFile {
  std::string path;                 ///< as the user gave or reached it, forward slashes, no leading "./"
  std::filesystem::path real_path;  ///< canonical
  Language language = Language::none;
  /// For shell: sh, bash, dash, ksh, zsh as the shebang or extension says; empty otherwise.
  std::string dialect;
  /// Dotted module name (Python): found by walking up the folders that hold an `__init__.py`.
  std::string module;
  std::string text;  ///< without byte order mark
  bool byte_order_mark = false;
  bool valid_utf8 = true;
  /// Holds none of the words the analysis looks for; `text` was dropped.
  bool dormant = false;

  void index_lines();
  [[nodiscard]] Position position(Offset offset) const;
  /// Columns in UTF-16 code units, as SARIF and LSP count them. Invalid bytes count one.
  [[nodiscard]] Position utf16_position(Offset offset) const;
  /// Columns in Unicode code points, as people count them.
  [[nodiscard]] Position code_point_position(Offset offset) const;
  /// The text of a line (1-based) without its line end; empty beyond the last.
  [[nodiscard]] std::string_view line(std::uint32_t number) const;
  [[nodiscard]] std::uint32_t line_count() const { return static_cast<std::uint32_t>(line_starts.size()); }
  [[nodiscard]] std::string_view text_of(SourceRange range) const;

  std::vector<Offset> line_starts;
};

}  // namespace procsafe
