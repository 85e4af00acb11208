// Clang's source locations as places in the files that were asked for.
#pragma once

#include <clang/Basic/LangOptions.h>
#include <clang/Basic/SourceManager.h>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "facts/source_range.h"
#include "lower/clang/protocol.h"

namespace procsafe::worker {

/// A file of the unit.
struct UnitFile {
  std::string path;      ///< canonical
  bool project = false;  ///< the project's, not the system's
  bool wanted = false;   ///< answers are asked for
  /// What is looked into, if not everything; see WantedFile.
  const std::optional<std::vector<Offset>>* places = nullptr;
  Offset text_begin = 0;  ///< length of its byte order mark
};

/// A range of characters in a file that was asked for.
struct Place {
  const UnitFile* file = nullptr;
  SourceRange range;
};

/// A use of a macro in a file.
struct MacroUse {
  std::string name;
  std::string path;        ///< file of the definition; empty for one without (command line, built in)
  SourceRange definition;  ///< from its name to the end of its body
};

class SourceMap {
 public:
  SourceMap(const clang::SourceManager& manager, const clang::LangOptions& language, const UnitRequest& request);
  /// Every file of the unit is wanted but those of the system.
  SourceMap(const clang::SourceManager& manager, const clang::LangOptions& language);

  /// The file that holds the text at `location`, macros resolved to where they are used.
  [[nodiscard]] const UnitFile& file(clang::SourceLocation location) const;
  [[nodiscard]] const UnitFile& file(clang::FileID id) const;

  /// Where a range of tokens stands in a wanted file: its own characters when it is written there, or in an
  /// argument of a macro; the whole use of the outermost macro when it comes from a macro's body.
  [[nodiscard]] std::optional<Place> place(clang::SourceRange tokens) const;

  /// Remembers a use of a macro in a file, for outermost_macro.
  void add_macro_use(clang::SourceLocation name, MacroUse use);
  /// The macro, used in a file, whose body the token at `location` comes from; null if it is written in a file or
  /// in an argument.
  [[nodiscard]] const MacroUse* outermost_macro(clang::SourceLocation location) const;
  /// The use of that macro; an invalid range if there is none.
  [[nodiscard]] clang::SourceRange outermost_use(clang::SourceLocation location) const;

  [[nodiscard]] const clang::SourceManager& manager() const { return manager_; }
  [[nodiscard]] const clang::LangOptions& language() const { return language_; }

 private:
  [[nodiscard]] UnitFile describe(clang::FileID id) const;
  /// The offset of a location in a file, or of the character after its token.
  [[nodiscard]] Offset offset(clang::SourceLocation location, const UnitFile& file, bool after) const;

  const clang::SourceManager& manager_;
  const clang::LangOptions& language_;
  std::map<std::string, std::optional<std::vector<Offset>>> wanted_;
  std::vector<std::string> roots_;
  bool wants_all_ = false;
  mutable std::map<clang::FileID, UnitFile> files_;
  std::map<clang::SourceLocation, MacroUse> macro_uses_;
};

}  // namespace procsafe::worker
