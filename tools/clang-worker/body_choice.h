// Which function bodies of a unit are worth parsing.
#pragma once

#include <clang/AST/Decl.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lower/clang/cpp_tokens.h"
#include "source_map.h"

namespace procsafe::worker {

/// Bodies are most of a unit, and few of them hold anything that matters.
class BodyChoice {
 public:
  explicit BodyChoice(const SourceMap& map) : map_(map) {}

  /// Should Clang skip the body of `function`, which it is about to parse? Remembers those of wanted files.
  [[nodiscard]] bool skips(const clang::Decl& function);

  /// The skipped bodies, by path.
  [[nodiscard]] const std::map<std::string, std::vector<SourceRange>>& skipped() const { return skipped_; }
  /// Does a skipped body of a wanted file use the name? Then it may have changed the variable of that name.
  [[nodiscard]] bool skipped_mention(std::string_view name) const;

 private:
  struct Words {
    std::string_view text;
    std::vector<CppToken> tokens;
  };
  const Words& words(clang::FileID id);

  const SourceMap& map_;
  std::map<clang::FileID, Words> words_;
  std::map<std::string, std::vector<SourceRange>> skipped_;
  std::vector<std::string_view> skipped_texts_;
};

}  // namespace procsafe::worker
