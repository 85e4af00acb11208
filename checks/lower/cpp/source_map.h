// From the text that is parsed back to the file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "facts/source_range.h"

namespace procsafe::cpp {

/// A macro use that was replaced by its expansion.
struct Expansion {
  SourceRange use;      ///< in the file
  std::string name;     ///< of the outermost macro
  Location definition;  ///< of the macro that names the operation
};

/// A text made of pieces of a file and of macro expansions, and where every byte comes from. Without
/// expansions it is the file's text itself.
class SourceMap {
 public:
  /// Appends [begin, end) of the file as it stands.
  void copy(std::string_view file, SourceRange range);
  /// Appends bytes that a macro produced; they belong to the macro use `expansion`.
  void produce(std::string_view bytes, std::size_t expansion);
  /// Appends bytes of a macro argument, which stand in the file, inside the use `expansion`.
  void copy_argument(std::string_view file, SourceRange range, std::size_t expansion);
  std::size_t add_expansion(Expansion expansion);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// The place in the file: of what a macro produced its whole use.
  [[nodiscard]] SourceRange to_file(SourceRange range) const;
  /// The place of one byte: of what a macro produced the begin of its use.
  [[nodiscard]] Offset to_file(Offset offset) const;
  /// The macro use that produced the byte, or null when it stands in the file.
  [[nodiscard]] const Expansion* expansion_at(Offset offset) const;

 private:
  struct Piece {
    Offset begin = 0;   // in text_
    Offset source = 0;  // in the file
    bool produced = false;
    std::size_t expansion = 0;
    bool in_expansion = false;
  };
  [[nodiscard]] const Piece* piece_at(Offset offset) const;
  std::string text_;
  std::vector<Piece> pieces_;
  std::vector<Expansion> expansions_;
};

}  // namespace procsafe::cpp
