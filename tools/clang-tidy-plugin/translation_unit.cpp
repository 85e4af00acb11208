#include "translation_unit.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "interest.h"
#include "judge/judge.h"
#include "link/link.h"
#include "lower/clang/merge.h"
#include "lower/lowering.h"
#include "source/read.h"
#include "values.h"

namespace procsafe::tidy {
namespace {

std::vector<std::string> names_of_catalogue() {
  std::vector<std::string> names;
  for (const Api& api : catalog().cpp().apis()) names.push_back(api.name);
  for (const ApiType& type : catalog().cpp().types()) names.push_back(type.name);
  return names;
}

/// clang-tidy chooses the checks, so every rule runs.
JudgeOptions judge_options() {
  JudgeOptions options;
  options.preset = Preset::strict;
  options.today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  return options;
}

}  // namespace

const Catalog& catalog() {
  static const Catalog loaded = Catalog::load();
  return loaded;
}

TranslationUnit::TranslationUnit(const clang::SourceManager& manager, clang::Preprocessor& preprocessor)
    : manager_(manager), map_(manager, preprocessor.getLangOpts()) {
  preprocessor.addPPCallbacks(std::make_unique<worker::PreprocessorRecorder>(map_, entered_));
}

const std::vector<PlacedFinding>& TranslationUnit::findings(clang::ASTContext& context) {
  if (findings_) return *findings_;
  findings_.emplace();
  std::vector<clang::Decl*> declarations;
  for (clang::Decl* declaration : context.getTranslationUnitDecl()->decls()) {
    if (map_.file(declaration->getLocation()).project) declarations.push_back(declaration);
  }
  const worker::Interest interest(names_of_catalogue());
  const worker::FunctionVariables variables(declarations, context, [](const std::string&) { return false; });
  worker::collect_answers(declarations, context, {map_, interest, variables}, answers_);
  entered_.add_inactive(map_, answers_);
  for (auto& [path, semantics] : answers_) normalise(semantics);
  judge_files(context.getSourceManager());
  return *findings_;
}

void TranslationUnit::judge_files(const clang::SourceManager& manager) {
  for (const clang::FileID id : entered_.files) ids_.emplace(map_.file(id).path, id);
  std::vector<SourceFile> files;
  for (const auto& [path, id] : ids_) files.push_back(source_from_text(path, manager.getBufferData(id).str()));
  const std::unique_ptr<EmbeddedShell> shell = make_embedded_shell(catalog());
  const LowerFile lower_one = [&](std::size_t index, Names& names) {
    return lower({files[index], nullptr, catalog(), *shell, names, &answers_[files[index].path]});
  };
  const std::vector<FileFacts> facts = link(files.size(), lower_one, 1);
  for (std::size_t i = 0; i < files.size(); ++i) {
    for (Finding& finding : judge(facts[i], files[i], catalog(), judge_options())) {
      if (finding.suppressed) continue;
      const clang::SourceLocation begin = location(finding.path, finding.range.begin);
      const clang::SourceLocation end = location(finding.path, finding.range.end);
      if (begin.isValid()) findings_->push_back({std::move(finding), begin, end});
    }
  }
}

clang::SourceLocation TranslationUnit::location(const std::string& path, Offset offset) const {
  const auto id = ids_.find(path);
  if (id == ids_.end()) return {};
  const auto mark = map_.file(id->second).text_begin;
  return manager_.getLocForStartOfFile(id->second).getLocWithOffset(static_cast<int>(offset + mark));
}

clang::CharSourceRange TranslationUnit::argument(const PlacedFinding& placed, std::int64_t number) const {
  const auto answers = answers_.find(placed.finding.path);
  if (answers == answers_.end()) return {};
  for (const CppSemantics::Call& call : answers->second.calls) {
    if (call.range != placed.finding.range) continue;
    for (const CppSemantics::Argument& argument : call.arguments) {
      if (argument.number != number || argument.range.empty()) continue;
      return clang::CharSourceRange::getCharRange(location(placed.finding.path, argument.range.begin),
                                                  location(placed.finding.path, argument.range.end));
    }
  }
  return {};
}

}  // namespace procsafe::tidy
