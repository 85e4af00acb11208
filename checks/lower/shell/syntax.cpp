#include "lower/shell/syntax.h"

#include <algorithm>

namespace procsafe::shell {

bool Word::literal() const {
  return std::all_of(parts.begin(), parts.end(), [](const Part& part) { return part.kind == Part::Kind::literal; });
}

std::string Word::literal_text() const {
  std::string joined;
  for (const Part& part : parts) {
    if (part.kind == Part::Kind::literal) joined += part.text.bytes();
  }
  return joined;
}

}  // namespace procsafe::shell
