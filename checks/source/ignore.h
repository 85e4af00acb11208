// .gitignore and .ignore: which files a walk leaves out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "source/glob.h"

namespace procsafe {

/// What a list of patterns says about a path.
enum class IgnoreVerdict : std::uint8_t { none, ignored, included };

/// The patterns of one file (gitignore(5)); the last one that matches decides.
class IgnoreList {
 public:
  IgnoreList() = default;
  /// Reads patterns, one a line. Lines end with LF or CRLF.
  explicit IgnoreList(std::string_view text);

  void add(std::string_view pattern);
  [[nodiscard]] bool empty() const { return rules_.empty(); }
  /// `path` is relative to the folder of the list: "a/b/c".
  [[nodiscard]] IgnoreVerdict verdict(std::string_view path, bool directory) const;
  /// Is a file left out, by itself or with one of the folders it lies in?
  [[nodiscard]] bool covers(std::string_view file) const;

 private:
  struct Rule {
    Glob glob;
    bool negated = false;
    bool directories_only = false;
    bool anchored = false;  ///< matches the path; otherwise the last component
  };
  std::vector<Rule> rules_;
};

/// The ignore files of a folder and of the folders above it, as ripgrep combines them: any .ignore is
/// stronger than any .gitignore, a nearer file stronger than a farther one; a .gitignore counts only
/// inside a git repository and not across the border of one. The user's own lists (core.excludesFile,
/// .git/info/exclude) are not read: what is checked must not depend on whose machine it is.
class IgnoreScope {
 public:
  /// Which of the files that matter stand in a folder.
  struct Present {
    bool git = false;
    bool ignore = false;
    bool gitignore = false;
    void note(std::string_view name);
  };
  /// The folder `path` (absolute, no trailing slash but for "/") with the ignore files it holds, inside
  /// the scope above, which may be null.
  static std::shared_ptr<const IgnoreScope> enter(const std::string& path, Present present,
                                                  std::shared_ptr<const IgnoreScope> above);
  /// The same for a folder and all above it.
  static std::shared_ptr<const IgnoreScope> enter_with_parents(const std::string& path);

  /// `path` is absolute and lies at or below the folder.
  [[nodiscard]] bool ignored(std::string_view path, bool directory) const;

 private:
  [[nodiscard]] std::string_view relative(std::string_view path) const;

  std::shared_ptr<const IgnoreScope> above_;
  std::size_t prefix_ = 0;  ///< bytes of a path below that name this folder, with its slash
  IgnoreList ignore_;
  IgnoreList gitignore_;
  bool repository_ = false;         ///< holds .git
  bool inside_repository_ = false;  ///< this folder or one above it holds .git
};

}  // namespace procsafe
