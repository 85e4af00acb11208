// Which files can mean a name of another file.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "source/source_file.h"
#include "source/wanted_words.h"

namespace procsafe {

/// Names of one language's files, each with the words of which a file must spell one to mean it: who means `run` of
/// `pkg.tools.Worker` spells `pkg`, `tools` or `Worker` somewhere, or is that file.
class ReachableNames {
 public:
  /// True when it was new. Without qualifiers the name alone is enough.
  bool add(std::string_view name, Mention mention, const std::vector<std::string_view>& qualifiers);
  [[nodiscard]] bool empty() const { return words_.empty(); }
  /// Does one of the names, or a word by which one is meant, stand in the text?
  [[nodiscard]] bool spelled_in(std::string_view text) const { return words_.found_in(text); }
  /// The names the file mentions, so that it counts, and can mean. Safe to call from many threads.
  [[nodiscard]] WantedWords meant_by(const SourceFile& file) const;

 private:
  using Qualifiers = std::vector<std::string>;                        // sorted; none: always meant
  std::array<std::unordered_map<std::string, Qualifiers>, 2> names_;  // by Mention
  WordSet words_;                                                     // all names and qualifiers
};

}  // namespace procsafe
