// A folder for one test, removed with all its content at the end.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace procsafe::test {

class TempTree {
 public:
  TempTree();
  ~TempTree();
  TempTree(const TempTree&) = delete;
  TempTree& operator=(const TempTree&) = delete;

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  [[nodiscard]] std::string path(std::string_view relative) const { return (root_ / relative).string(); }
  /// Writes a file and makes the folders above it.
  std::string write(std::string_view relative, std::string_view text) const;
  std::string folder(std::string_view relative) const;
  void link(std::string_view target, std::string_view relative) const;

 private:
  std::filesystem::path root_;
};

[[nodiscard]] std::string read_text(const std::filesystem::path& path);

/// The working directory, until the end of the scope.
class InDirectory {
 public:
  explicit InDirectory(const std::filesystem::path& path);
  ~InDirectory();
  InDirectory(const InDirectory&) = delete;
  InDirectory& operator=(const InDirectory&) = delete;

 private:
  std::filesystem::path before_;
};

}  // namespace procsafe::test
