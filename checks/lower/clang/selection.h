// Which translation units are worth a run of Clang.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "catalog/api.h"
#include "lower/clang/include_graph.h"
#include "source/source_file.h"

namespace procsafe {

/// Most units of a project never start or end a process; nearly all include a header that could. So a unit
/// is chosen for what its own text holds, and a header that holds something is looked at once, through one of the
/// units that include it.
class Selection {
 public:
  /// `files[i]` is looked at if it is C or C++; `compiled[i]`: there is a compile command for it. Dormant files are
  /// read, with `wake`, only when a header says something that could matter to them.
  Selection(const std::vector<SourceFile>& files, const std::vector<bool>& compiled, const ApiCatalog& catalog,
            unsigned threads, const std::function<void(SourceFile&)>& wake = {});

  /// Units to run first; ascending.
  [[nodiscard]] const std::vector<std::size_t>& units() const { return units_; }
  /// Files whose answers matter; ascending. Units among them.
  [[nodiscard]] const std::vector<std::size_t>& wanted() const { return wanted_; }
  /// Where the triggers of a file stand; ascending.
  [[nodiscard]] const std::vector<Offset>& places(std::size_t file) const { return places_[file]; }
  /// A unit through which to look at a header that the units run so far turned out not to contain: the nearest
  /// that includes it and was not run. `run[i]`: file i was. Nothing left: the number of files.
  [[nodiscard]] std::size_t representative(std::size_t header, const std::vector<bool>& run) const;

 private:
  void choose();

  std::vector<bool> compiled_;
  std::vector<std::size_t> units_;
  std::vector<std::size_t> wanted_;
  std::vector<std::vector<Offset>> places_;
  IncludeGraph graph_;
};

}  // namespace procsafe
