#include "preprocessor_recorder.h"

#include <clang/Lex/MacroInfo.h>
#include <clang/Lex/Preprocessor.h>

#include <algorithm>
#include <string>
#include <utility>

#include "lower/clang/merge.h"

namespace procsafe::worker {

void EnteredFiles::add_inactive(const SourceMap& map, Answers& answers) const {
  std::set<std::string> seen;
  for (const clang::FileID id : files) {
    const auto left_out = inactive.find(id);
    std::vector<SourceRange> ranges = left_out == inactive.end() ? std::vector<SourceRange>{} : left_out->second;
    std::sort(ranges.begin(), ranges.end());
    const std::string& path = map.file(id).path;
    CppSemantics& semantics = answers[path];
    const bool first = seen.insert(path).second;
    semantics.inactive = first ? std::move(ranges) : intersect(semantics.inactive, ranges);
  }
}

void PreprocessorRecorder::FileChanged(clang::SourceLocation location, FileChangeReason reason,
                                       clang::SrcMgr::CharacteristicKind, clang::FileID) {
  if (reason != EnterFile || location.isInvalid()) return;
  const clang::FileID id = map_.manager().getFileID(location);
  if (map_.file(id).wanted) entered_.files.insert(id);
}

void PreprocessorRecorder::SourceRangeSkipped(clang::SourceRange range, clang::SourceLocation directive) {
  const auto place = map_.place({range.getBegin(), range.getBegin()});
  const auto end = map_.place({directive, directive});
  if (!place || !end || place->file != end->file) return;
  entered_.inactive[map_.manager().getFileID(range.getBegin())].push_back({place->range.begin, end->range.begin});
}

void PreprocessorRecorder::MacroExpands(const clang::Token& name, const clang::MacroDefinition& definition,
                                        clang::SourceRange, const clang::MacroArgs*) {
  const clang::SourceLocation at = name.getLocation();
  const clang::MacroInfo* info = definition.getMacroInfo();
  if (info == nullptr || !at.isFileID() || !map_.file(at).wanted) return;
  MacroUse use{name.getIdentifierInfo()->getName().str(), {}, {}};
  const UnitFile& file = map_.file(info->getDefinitionLoc());
  if (!info->isBuiltinMacro() && !file.path.empty()) {
    const clang::SourceManager& manager = map_.manager();
    const auto offset = [&](clang::SourceLocation location) {
      return static_cast<Offset>(manager.getFileOffset(location)) - file.text_begin;
    };
    use.path = file.path;
    const unsigned last = clang::Lexer::MeasureTokenLength(info->getDefinitionEndLoc(), manager, map_.language());
    use.definition = {offset(info->getDefinitionLoc()), offset(info->getDefinitionEndLoc()) + last};
  }
  map_.add_macro_use(at, std::move(use));
}

}  // namespace procsafe::worker
