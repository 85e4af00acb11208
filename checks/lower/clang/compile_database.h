// How each file of a project is compiled: compile_commands.json or compile_flags.txt.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace procsafe {

struct CompileCommand {
  std::string directory;               ///< absolute
  std::string file;                    ///< absolute, as the build system names it (symbolic links kept)
  std::vector<std::string> arguments;  ///< the compiler first; launchers and response files resolved
};

struct CompileDatabaseError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Immutable after loading; may be read from any thread.
class CompileDatabase {
 public:
  /// Reads `path`: a database, or a folder that holds one, itself or in `build/`. Throws CompileDatabaseError.
  static CompileDatabase load(const std::filesystem::path& path);

  /// The database that governs `file`: the nearest in the folders above it, or in `build/` beside them.
  /// Empty: none.
  [[nodiscard]] static std::filesystem::path find(const std::filesystem::path& file);

  /// The command for a canonical path. Of several the first, as other tools do. From compile_flags.txt: for
  /// every file at or below its folder.
  [[nodiscard]] std::optional<CompileCommand> command(const std::filesystem::path& file) const;

  /// The project's folder: that of the database, or the one above when it was found in a folder of build results.
  [[nodiscard]] const std::filesystem::path& project() const { return project_; }

 private:
  void read_commands(const std::filesystem::path& path);
  void read_flags(const std::filesystem::path& path);

  std::filesystem::path project_;
  std::map<std::string, CompileCommand> commands_;  ///< by canonical path
  std::optional<std::vector<std::string>> flags_;
};

}  // namespace procsafe
