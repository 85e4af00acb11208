#include "rule_check.h"

#include <clang/ASTMatchers/ASTMatchers.h>
#include <llvm/ADT/StringSwitch.h>
#include <llvm/Support/GlobPattern.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <mutex>

namespace procsafe::tidy {
namespace {

/// Milliseconds that a fix-it writes where a program waited for ever.
constexpr llvm::StringLiteral kBound = "30000";
/// INFINITE of the Windows API.
constexpr std::int64_t kInfinite = 0xFFFFFFFF;

Confidence confidence_named(llvm::StringRef name) {
  return llvm::StringSwitch<Confidence>(name)
      .Case("high", Confidence::high)
      .Case("medium", Confidence::medium)
      .Default(Confidence::low);
}

/// The checks of one run over a unit share what is known of it.
std::shared_ptr<TranslationUnit> shared_unit(const clang::tidy::ClangTidyContext* context,
                                             const clang::SourceManager& manager, clang::Preprocessor& preprocessor) {
  static std::mutex mutex;
  static std::map<const clang::tidy::ClangTidyContext*, std::weak_ptr<TranslationUnit>> units;
  const std::lock_guard lock(mutex);
  std::weak_ptr<TranslationUnit>& known = units[context];
  std::shared_ptr<TranslationUnit> unit = known.lock();
  if (unit == nullptr || &unit->manager() != &manager) {
    unit = std::make_shared<TranslationUnit>(manager, preprocessor);
    known = unit;
  }
  return unit;
}

}  // namespace

RuleCheck::RuleCheck(llvm::StringRef name, clang::tidy::ClangTidyContext* context, const Rule& rule)
    : ClangTidyCheck(name, context),
      context_(context),
      rule_(rule),
      minimum_confidence_(Options.get("MinimumConfidence", "low")),
      sanctioned_paths_(Options.get("SanctionedPaths", "")) {}

bool RuleCheck::isLanguageVersionSupported(const clang::LangOptions& language) const {
  return language.CPlusPlus || language.C99 || language.GNUMode;
}

void RuleCheck::storeOptions(clang::tidy::ClangTidyOptions::OptionMap& options) {
  Options.store(options, "MinimumConfidence", minimum_confidence_);
  Options.store(options, "SanctionedPaths", sanctioned_paths_);
}

void RuleCheck::registerPPCallbacks(const clang::SourceManager& manager, clang::Preprocessor* preprocessor,
                                    clang::Preprocessor* /*expander*/) {
  unit_ = shared_unit(context_, manager, *preprocessor);
}

void RuleCheck::registerMatchers(clang::ast_matchers::MatchFinder* finder) {
  finder->addMatcher(clang::ast_matchers::translationUnitDecl(), this);
}

void RuleCheck::check(const clang::ast_matchers::MatchFinder::MatchResult& result) {
  if (unit_ == nullptr) return;
  for (const PlacedFinding& placed : unit_->findings(*result.Context)) {
    const Finding& finding = placed.finding;
    if (finding.rule != &rule_ || finding.confidence < confidence_named(minimum_confidence_)) continue;
    if (!is_sanctioned(finding.path)) report(placed);
  }
}

bool RuleCheck::is_sanctioned(llvm::StringRef path) const {
  llvm::SmallVector<llvm::StringRef> globs;
  llvm::StringRef(sanctioned_paths_).split(globs, ';', -1, false);
  return std::any_of(globs.begin(), globs.end(), [&](llvm::StringRef glob) {
    llvm::Expected<llvm::GlobPattern> pattern = llvm::GlobPattern::create(glob.trim());
    if (pattern) return pattern->match(path);
    llvm::consumeError(pattern.takeError());
    return false;
  });
}

void RuleCheck::report(const PlacedFinding& placed) {
  diag(placed.begin, "%0") << placed.finding.message << clang::CharSourceRange::getCharRange(placed.begin, placed.end);
  for (const Related& related : placed.finding.related) {
    const clang::SourceLocation at = unit_->location(related.location.path, related.location.range.begin);
    if (at.isValid()) diag(at, "%0", clang::DiagnosticIDs::Note) << related.message;
  }
  propose_fix(placed);
}

void RuleCheck::propose_fix(const PlacedFinding& placed) {
  const auto propose = [&](std::int64_t number, llvm::StringRef text, llvm::StringRef why) {
    const clang::CharSourceRange argument = unit_->argument(placed, number);
    if (argument.isInvalid()) return;
    diag(argument.getBegin(), "%0", clang::DiagnosticIDs::Note)
        << why << clang::FixItHint::CreateReplacement(argument, text);
  };
  if (rule_.id == "force-kill-first") propose(SIGKILL, "SIGTERM", "ask it to end first, and wait before force");
  if (rule_.id == "missing-timeout") {
    for (const std::int64_t for_ever : {std::int64_t{-1}, kInfinite})
      propose(for_ever, kBound, "wait for a time, in milliseconds, and handle that it passes");
  }
}

}  // namespace procsafe::tidy
