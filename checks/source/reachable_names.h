// Which files can mean a name of another file.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "source/source_file.h"
#include "source/word_set.h"

namespace procsafe {

/// Names of one language's files, each with the words of which a file must spell one to mean it: who means `run` of
/// `pkg.tools.Worker` spells `pkg`, `tools` or `Worker` somewhere, or is that file.
class ReachableNames {
 public:
  /// True when it was new. Without qualifiers the name alone is enough.
  bool add(std::string_view name, const std::vector<std::string_view>& qualifiers);
  [[nodiscard]] bool empty() const { return names_.empty(); }
  /// The names the file spells and can mean. Safe to call from many threads.
  [[nodiscard]] WordSet meant_by(const SourceFile& file) const;

 private:
  std::unordered_map<std::string, std::vector<std::string>> names_;  // name → qualifiers, sorted; none: always meant
  WordSet words_;
};

}  // namespace procsafe
