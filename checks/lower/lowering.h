// What every lowering is: text → facts.
//
// The facts are a pure function of one file's bytes, the catalogue, the words that matter, and what the link stage
// knows of the slots that are read. Files are lowered on many threads at once.
#pragma once

#include <memory>
#include <vector>

#include "catalog/catalog.h"
#include "facts/embedded_shell.h"
#include "facts/file_facts.h"
#include "source/source_file.h"
#include "source/wanted_words.h"

namespace procsafe {

struct CppSemantics;

struct LowerInput {
  const SourceFile& file;
  /// Only parts of the file that hold one of these words are worth more than parsing, or hold names of what others
  /// let flow; null: everything is (--exhaustive). What a part is, the language decides.
  const WordSet* wanted = nullptr;
  const Catalog& catalog;
  const EmbeddedShell& shell;
  Names& names;
  /// C and C++ only: what Clang knows of the file; null in tier 1.
  const CppSemantics* semantics = nullptr;
};

/// One file while the link stage works: it may keep what it has read, so that a later round costs only what is new.
/// Belongs to one thread at a time; what its LowerInput names must outlive it, but for `names`.
class FileLowering {
 public:
  FileLowering() = default;
  FileLowering(const FileLowering&) = delete;
  FileLowering& operator=(const FileLowering&) = delete;
  virtual ~FileLowering() = default;

  /// The facts, as far as they follow from the file and what `names` knows by now.
  [[nodiscard]] virtual FileFacts run(Names& names) = 0;
  /// These words matter by now. True when a part of the file that was left out holds one, so that the next run can
  /// tell more.
  [[nodiscard]] virtual bool wake(const WantedWords& words);
};

// One per language; checks/lower/lowering.cpp chooses.
[[nodiscard]] std::unique_ptr<FileLowering> open_python(const LowerInput& input);
[[nodiscard]] std::unique_ptr<FileLowering> open_cpp(const LowerInput& input);
[[nodiscard]] FileFacts lower_shell(const LowerInput& input);

/// The shell lowering's door for the other languages. Lives as long as `catalog`.
[[nodiscard]] std::unique_ptr<EmbeddedShell> make_embedded_shell(const Catalog& catalog);

/// Lowers one file by its language. The facts have their `path`, operations sorted by range and the directives found
/// in comments. An unexpected exception becomes a notice of level error.
[[nodiscard]] std::unique_ptr<FileLowering> open_file(const LowerInput& input);
/// The same for one round.
[[nodiscard]] FileFacts lower(const LowerInput& input);

/// What a file will let flow whatever it holds: that its module exists.
[[nodiscard]] std::vector<Flow> promises(const SourceFile& file);
[[nodiscard]] std::vector<Flow> python_promises(const SourceFile& file);

}  // namespace procsafe
