// What every lowering is: text → facts.
//
// A lowering is a pure function of one file's bytes, the catalogue, and what the link stage knows of
// the slots it reads (empty in the first round). It is called from many threads at once.
#pragma once

#include <memory>
#include <span>

#include "catalog/catalog.h"
#include "facts/embedded_shell.h"
#include "facts/file_facts.h"
#include "source/source_file.h"

namespace procsafe {

struct CppSemantics;

struct LowerInput {
  const SourceFile& file;
  /// The parts worth parsing, ascending, not overlapping; today the whole file.
  std::span<const SourceRange> slices;
  const Catalog& catalog;
  const EmbeddedShell& shell;
  Names& names;
  /// C and C++ only: what Clang knows of the file; null in tier 1.
  const CppSemantics* semantics = nullptr;
};

// One per language; checks/lower/lowering.cpp chooses.
[[nodiscard]] FileFacts lower_python(const LowerInput& input);
[[nodiscard]] FileFacts lower_shell(const LowerInput& input);
[[nodiscard]] FileFacts lower_cpp(const LowerInput& input);

/// The shell lowering's door for the other languages. Lives as long as `catalog`.
[[nodiscard]] std::unique_ptr<EmbeddedShell> make_embedded_shell(const Catalog& catalog);

/// Lowers one file by its language. Fills `path`, sorts operations by range, adds the directives found in
/// comments. An unexpected exception becomes a notice of level error.
[[nodiscard]] FileFacts lower(const LowerInput& input);

}  // namespace procsafe
