// Which of the analysed files include which, as far as the text tells.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace procsafe {

/// Includes are resolved by the end of the path, without search paths: `#include "net/job.h"` is every analysed
/// file whose path ends so, or the one beside the including file. Good enough to choose what to ask Clang; what
/// Clang then really includes decides.
class IncludeGraph {
 public:
  /// `paths[i]` is the canonical path of file i, `includes[i]` what it includes.
  IncludeGraph(const std::vector<std::string>& paths, const std::vector<std::vector<std::string>>& includes);

  /// All files that include `file`, directly or not, with the nearest first; of the same distance in their order.
  [[nodiscard]] std::vector<std::size_t> includers(std::size_t file) const;
  [[nodiscard]] bool is_included(std::size_t file) const { return !included_by_[file].empty(); }

 private:
  std::vector<std::vector<std::size_t>> included_by_;
};

}  // namespace procsafe
