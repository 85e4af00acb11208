// Constant or partly constant strings, with the place every byte comes from.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "facts/source_range.h"
#include "facts/value.h"

namespace procsafe {

/// A string of the analysed program as far as it is known. Unknown parts are *holes*: in `bytes()` a
/// hole is written `${__procsafe_hole_N}`, which every shell reads as one parameter expansion, so
/// that text with holes can be parsed by the shell lowering as it stands; N indexes `holes()`.
///
/// Every byte knows the source byte it was decoded from (an escape sequence maps all its bytes to
/// its first source byte), so that an operation found inside the text is reported inside the string
/// literal, to any depth of nesting.
class Text {
 public:
  static constexpr std::string_view hole_prefix = "__procsafe_hole_";

  /// Appends one decoded byte that was read at `source`.
  void append(char byte, Offset source);
  /// Appends `bytes` that stand in the source exactly so, beginning at `source`.
  void append_verbatim(std::string_view bytes, Offset source);
  /// Appends bytes that stand nowhere (a separator of join): all of them map to `source`.
  void append_synthetic(std::string_view bytes, Offset source);
  /// Appends an unknown part whose possible values are `values`.
  void append_hole(ValueSet values, SourceRange source);
  /// Appends another text; its holes are renumbered.
  void append(const Text& other);

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] bool constant() const { return holes_.empty(); }
  /// Nothing but one hole: nothing is known of this text.
  [[nodiscard]] bool is_hole() const;

  struct Hole {
    ValueSet values;
    SourceRange source;
  };
  [[nodiscard]] const std::vector<Hole>& holes() const { return holes_; }
  /// The hole a name such as `__procsafe_hole_3` stands for, or null.
  [[nodiscard]] const Hole* hole_named(std::string_view name) const;

  /// Between its holes stands nothing but blanks, commas and signs: a list of numbers, if the holes are numbers.
  [[nodiscard]] bool names_only_holes() const;
  /// The same text as if it stood at `place`.
  [[nodiscard]] Text placed_at(SourceRange place) const;

  /// The part [begin, end) of the bytes, with its map; holes stay whole (end is moved behind a hole
  /// that it would cut).
  [[nodiscard]] Text substr(std::size_t begin, std::size_t end) const;

  /// The place in the outer file of the bytes [begin, end).
  [[nodiscard]] SourceRange source_range(std::size_t begin, std::size_t end) const;

  friend bool operator==(const Text&, const Text&);

 private:
  std::string bytes_;
  std::vector<Offset> sources_;  // one for each byte of bytes_
  std::vector<Hole> holes_;
};

}  // namespace procsafe
