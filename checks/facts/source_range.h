// Places in source text.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace procsafe {

/// Byte offset into the text of one file (after a byte order mark was removed). Files of 4 GiB and
/// more are refused by the source stage, so 32 bits suffice.
using Offset = std::uint32_t;

/// Half-open range of bytes, [begin, end), in the text of one file.
struct SourceRange {
  Offset begin = 0;
  Offset end = 0;

  auto operator<=>(const SourceRange&) const = default;
  [[nodiscard]] bool contains(Offset offset) const { return begin <= offset && offset < end; }
  [[nodiscard]] bool contains(SourceRange other) const { return begin <= other.begin && other.end <= end; }
  [[nodiscard]] bool empty() const { return begin >= end; }
};

/// A range in a named file. `path` is the path as the source stage names the file (SourceFile::path).
struct Location {
  std::string path;
  SourceRange range;

  auto operator<=>(const Location&) const = default;
};

}  // namespace procsafe
