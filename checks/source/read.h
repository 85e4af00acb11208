// Finding and reading files.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "source/source_file.h"

namespace procsafe {

/// Language and dialect by name, and by shebang where the name does not tell.
struct Classification {
  Language language = Language::none;
  std::string dialect;
};
[[nodiscard]] Classification classify(std::string_view path, std::string_view first_bytes);

/// A path that could not be read, and why.
struct ReadProblem {
  std::string path;
  std::string message;
};

struct SourceSet {
  std::vector<SourceFile> files;
  std::vector<ReadProblem> problems;
};

/// Reads all files at or below `paths` whose language is known. Sorted by path, each file once.
[[nodiscard]] SourceSet read_sources(const std::vector<std::string>& paths);

/// A file from memory, for tests and standard input.
[[nodiscard]] SourceFile source_from_text(std::string path, std::string text);

}  // namespace procsafe
