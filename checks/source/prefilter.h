// Which files are worth lowering: those that hold a word of the catalogue.
#pragma once

#include "catalog/catalog.h"
#include "source/source_file.h"
#include "source/word_set.h"

namespace procsafe {

/// Leaves out files that hold no operation of their own: no word of their language's catalogue and no
/// suppression comment. What they reach through names of other files is the pipeline's to find. Shell files always
/// pass: they are made of spawns.
class Prefilter {
 public:
  explicit Prefilter(const Catalog& catalog);

  /// The words of a language; null: all its text is worth a look.
  [[nodiscard]] const WordSet* words(Language language) const;
  [[nodiscard]] bool passes(const SourceFile& file) const;

 private:
  [[nodiscard]] bool uses_function(std::string_view text) const;

  WordSet own_;  ///< that count in comments, too
  WordSet python_;
  WordSet cpp_;
  WordSet cpp_types_;
};

}  // namespace procsafe
