// Finding files: from the paths a user names to the files to read.
#pragma once

#include <string>
#include <vector>

#include "source/problem.h"

namespace procsafe {

struct FindOptions {
  /// Patterns of gitignore(5), relative to the working directory; for folders outside of it, to the folder.
  std::vector<std::string> excludes;
  bool ignore_files = true;  ///< honour .gitignore and .ignore
  /// Files the user names count like files found in a folder: excludes hold, and none is `named`.
  bool filter_named = false;
};

struct FoundFile {
  std::string path;      ///< as the user gave or reached it, without "./"
  std::string absolute;  ///< not resolved: symbolic links in it stay
  bool named = false;    ///< the user named the file itself
};

struct FoundFiles {
  std::vector<FoundFile> files;  ///< regular files, sorted by path, each once
  std::vector<ReadProblem> problems;
};

/// Lists files and, for folders, all files below. Symbolic links inside folders are not followed, `.git` is left
/// out, ignore files and excludes hold for what is below a folder but not for what the user names (unless
/// the options say so).
[[nodiscard]] FoundFiles find_files(const std::vector<std::string>& paths, const FindOptions& options);

}  // namespace procsafe
