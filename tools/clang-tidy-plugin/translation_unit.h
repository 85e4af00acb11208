// One translation unit as clang-tidy sees it, judged by procsafe's rules.
#pragma once

#include <clang/AST/ASTContext.h>
#include <clang/Lex/Preprocessor.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "collector.h"
#include "judge/file_result.h"
#include "preprocessor_recorder.h"
#include "source_map.h"

namespace procsafe::tidy {

/// The rules and APIs; read once for each process.
[[nodiscard]] const Catalog& catalog();

/// A finding where clang-tidy can point at it.
struct PlacedFinding {
  Finding finding;
  clang::SourceLocation begin;
  clang::SourceLocation end;
};

/// Lowers and judges the files of a unit (its main file and what it includes, headers of the system left out) with
/// the answers of the Clang that parsed it. Shared by the checks of all rules; belongs to one thread.
class TranslationUnit {
 public:
  /// Before the unit is parsed.
  TranslationUnit(const clang::SourceManager& manager, clang::Preprocessor& preprocessor);

  [[nodiscard]] const clang::SourceManager& manager() const { return manager_; }
  /// The findings of all rules; computed at the first call, when the unit is parsed.
  [[nodiscard]] const std::vector<PlacedFinding>& findings(clang::ASTContext& context);
  /// The argument of the call at the finding that is this number, as it is written there.
  [[nodiscard]] clang::CharSourceRange argument(const PlacedFinding& placed, std::int64_t number) const;
  /// A place in a file of the unit; invalid when the unit does not hold the file.
  [[nodiscard]] clang::SourceLocation location(const std::string& path, Offset offset) const;

 private:
  void judge_files(const clang::SourceManager& manager);

  const clang::SourceManager& manager_;
  worker::SourceMap map_;
  worker::EnteredFiles entered_;
  worker::Answers answers_;
  std::map<std::string, clang::FileID> ids_;
  std::optional<std::vector<PlacedFinding>> findings_;
};

}  // namespace procsafe::tidy
