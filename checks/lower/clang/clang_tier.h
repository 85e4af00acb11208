// The Clang tier: from files to what Clang knows of them.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "facts/file_facts.h"
#include "lower/clang/worker_process.h"
#include "lower/cpp/semantics.h"
#include "source/source_file.h"

namespace procsafe {

enum class CppTier : std::uint8_t {
  automatic,  ///< Clang where a compile database is found
  syntax,     ///< never Clang
  clang,      ///< Clang, or an error for the file
};

struct ClangOptions {
  CppTier tier = CppTier::automatic;
  /// compile_commands.json, compile_flags.txt, or a folder with one; empty: found beside and above each file.
  std::filesystem::path compile_database;
  /// Added to every compile command.
  std::vector<std::string> extra_arguments;
  /// procsafe-clang; empty: beside this program.
  std::filesystem::path worker;
  WorkerLimits limits = default_limits();

  /// 120 s and 4 GiB for a unit; no memory limit under AddressSanitizer, which reserves terabytes.
  [[nodiscard]] static WorkerLimits default_limits();
};

struct ClangResult {
  /// By SourceFile::path; a file that is not here is judged by its syntax.
  std::map<std::string, CppSemantics> semantics;
  /// By SourceFile::path; what the tier could not do for a file. Notes, for tier 1 stands in; errors if the
  /// options ask for Clang or name a database that cannot be read.
  std::map<std::string, std::vector<Notice>> notices;
  std::size_t units = 0;     ///< translation units given to Clang
  std::size_t commands = 0;  ///< analysed files for which there is a compile command
};

/// The worker that belongs to this program.
[[nodiscard]] std::filesystem::path default_worker();

/// Asks Clang about the files that need it. Does not depend on `threads`, the number of workers at a time. `wake`
/// reads dormant files; those about which Clang has something to say are awake afterwards.
[[nodiscard]] ClangResult clang_semantics(std::vector<SourceFile>& files, const Catalog& catalog,
                                          const ClangOptions& options, unsigned threads,
                                          const std::function<void(SourceFile&)>& wake = {});

}  // namespace procsafe
