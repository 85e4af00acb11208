// Which names of other files matter: to wake what was left out.
#pragma once

#include <array>
#include <span>

#include "catalog/catalog.h"
#include "facts/file_facts.h"
#include "link/slot_table.h"
#include "source/prefilter.h"
#include "source/reachable_names.h"
#include "source/source_file.h"

namespace procsafe {

/// The names through which files reach each other, as far as an operation may hang on them: of what flows out and
/// matters (an API, a handle, a carried command), and of what others could let flow into an operation. Grows as more
/// files are lowered.
class Interest {
 public:
  /// Adds what follows from the facts of all files, `sources` in the same order. True when there are more names than
  /// before. Names that are words of the prefilter are left out: whoever spells one is not left out anyhow.
  bool learn(std::span<const FileFacts> files, std::span<const SourceFile> sources, const SlotTable& table,
             const Catalog& catalog, const Prefilter& prefilter);
  /// The names that matter to files of a language.
  [[nodiscard]] const ReachableNames& names_of(Language language) const;

 private:
  static constexpr std::size_t kFamilies = 3;  // Python; C and C++; the rest
  std::array<ReachableNames, kFamilies> names_;
};

}  // namespace procsafe
