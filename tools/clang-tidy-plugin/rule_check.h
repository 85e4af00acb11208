// A rule of procsafe as a check of clang-tidy.
#pragma once

#include <clang-tidy/ClangTidyCheck.h>

#include <memory>
#include <string>
#include <vector>

#include "translation_unit.h"

namespace procsafe::tidy {

/// Options of every check:
///   MinimumConfidence  low (default), medium or high: what is less sure is not reported
///   SanctionedPaths    files that are the process manager itself, as globs separated by semicolons: not reported
/// Fix-its hang on notes, so that they need --fix-notes: what they write may not be what the program wants.
class RuleCheck : public clang::tidy::ClangTidyCheck {
 public:
  RuleCheck(llvm::StringRef name, clang::tidy::ClangTidyContext* context, const Rule& rule);

  bool isLanguageVersionSupported(const clang::LangOptions& language) const override;
  void storeOptions(clang::tidy::ClangTidyOptions::OptionMap& options) override;
  void registerPPCallbacks(const clang::SourceManager& manager, clang::Preprocessor* preprocessor,
                           clang::Preprocessor* expander) override;
  void registerMatchers(clang::ast_matchers::MatchFinder* finder) override;
  void check(const clang::ast_matchers::MatchFinder::MatchResult& result) override;

 private:
  [[nodiscard]] bool is_sanctioned(llvm::StringRef path) const;
  void report(const PlacedFinding& placed);
  void propose_fix(const PlacedFinding& placed);

  const clang::tidy::ClangTidyContext* context_;
  const Rule& rule_;
  std::string minimum_confidence_;
  std::string sanctioned_paths_;
  std::shared_ptr<TranslationUnit> unit_;
};

}  // namespace procsafe::tidy
