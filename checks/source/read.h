// Reading source files.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "source/find.h"
#include "source/problem.h"
#include "source/source_file.h"

namespace procsafe {

struct ReadOptions {
  FindOptions find;
  std::uint64_t max_file_size = std::uint64_t{16} << 20U;  ///< bytes; larger files are problems
  unsigned threads = 1;
  /// Whether the analysis needs the text of a file; called from several threads. Where it does not, the file
  /// is `dormant`: its text is dropped. Empty: it needs all.
  std::function<bool(const SourceFile&)> wanted;
};

struct SourceSet {
  std::vector<SourceFile> files;      ///< sorted by path
  std::vector<ReadProblem> problems;  ///< sorted by path
};

/// Reads all files at or below `paths` whose language is known. What cannot be read, and a file that the user
/// named and whose language is unknown, is a problem. Never blocks on pipes or devices.
[[nodiscard]] SourceSet read_sources(const std::vector<std::string>& paths, const ReadOptions& options = {});

/// The same for files that were found already.
[[nodiscard]] SourceSet read_files(FoundFiles found, const ReadOptions& options);

/// Reads a dormant file again. If it has changed so that it cannot be read any more, it stays empty: what it held
/// when it was checked needed no analysis.
void wake(SourceFile& file, const ReadOptions& options);

/// A file from memory, for tests and standard input.
[[nodiscard]] SourceFile source_from_text(std::string path, std::string text);

}  // namespace procsafe
