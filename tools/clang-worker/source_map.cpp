#include "source_map.h"

#include <clang/Basic/FileEntry.h>
#include <clang/Lex/Lexer.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/Support/FileSystem.h>

#include <algorithm>
#include <utility>

namespace procsafe::worker {
namespace {

/// Follows `location` out of macros to a file: through an argument to where the argument is written, through a
/// body to where the macro is used. Returns also the use of the last body it left, which may itself stand in an
/// argument.
std::pair<clang::SourceLocation, clang::SourceRange> climb(const clang::SourceManager& manager,
                                                           clang::SourceLocation location) {
  clang::SourceRange use;
  while (location.isMacroID()) {
    if (manager.isMacroArgExpansion(location)) {
      location = manager.getImmediateSpellingLoc(location);
    } else {
      use = manager.getImmediateExpansionRange(location).getAsRange();
      location = use.getBegin();
    }
  }
  return {location, use};
}

bool lies_below(const std::string& path, const std::string& root) {
  return path.size() > root.size() && path.starts_with(root) && (root.ends_with('/') || path[root.size()] == '/');
}

}  // namespace

SourceMap::SourceMap(const clang::SourceManager& manager, const clang::LangOptions& language,
                     const UnitRequest& request)
    : manager_(manager), language_(language), roots_(request.roots) {
  for (const WantedFile& file : request.wanted) wanted_.emplace(file.path, file.places);
}

SourceMap::SourceMap(const clang::SourceManager& manager, const clang::LangOptions& language)
    : manager_(manager), language_(language), wants_all_(true) {}

UnitFile SourceMap::describe(clang::FileID id) const {
  UnitFile file;
  const clang::OptionalFileEntryRef entry = manager_.getFileEntryRefForID(id);
  if (!entry) return file;
  llvm::SmallString<256> real;
  if (llvm::sys::fs::real_path(entry->getName(), real)) return file;
  file.path = std::string(real);
  const bool main = id == manager_.getMainFileID();
  const bool system = clang::SrcMgr::isSystem(manager_.getFileCharacteristic(manager_.getLocForStartOfFile(id)));
  const bool below =
      std::any_of(roots_.begin(), roots_.end(), [&](const std::string& root) { return lies_below(file.path, root); });
  const auto wanted = wanted_.find(file.path);
  const bool listed = wanted != wanted_.end();
  file.project = main || (!system && (below || listed || wants_all_));
  file.wanted = file.project && (listed || wants_all_);
  if (listed) file.places = &wanted->second;
  if (manager_.getBufferData(id).starts_with("\xEF\xBB\xBF")) file.text_begin = 3;
  return file;
}

const UnitFile& SourceMap::file(clang::FileID id) const {
  const auto found = files_.find(id);
  if (found != files_.end()) return found->second;
  return files_.emplace(id, describe(id)).first->second;
}

const UnitFile& SourceMap::file(clang::SourceLocation location) const {
  static const UnitFile nowhere;
  if (location.isInvalid()) return nowhere;
  return file(manager_.getFileID(climb(manager_, location).first));
}

Offset SourceMap::offset(clang::SourceLocation location, const UnitFile& file, bool after) const {
  const unsigned length = after ? clang::Lexer::MeasureTokenLength(location, manager_, language_) : 0;
  const unsigned raw = manager_.getFileOffset(location) + length;
  return raw < file.text_begin ? 0 : raw - file.text_begin;
}

std::optional<Place> SourceMap::place(clang::SourceRange tokens) const {
  if (tokens.isInvalid()) return std::nullopt;
  auto [begin, begin_use] = climb(manager_, tokens.getBegin());
  auto [end, end_use] = climb(manager_, tokens.getEnd());
  if (end_use.isValid()) end = end_use.getEnd();
  end = climb(manager_, end).first;
  const UnitFile& in = file(begin);
  if (!in.wanted || manager_.getFileID(begin) != manager_.getFileID(end)) return std::nullopt;
  SourceRange range{offset(begin, in, false), offset(end, in, true)};
  if (begin_use.isValid()) {
    // A body may end in an argument: then the last token stands inside the use and the range must reach its end.
    const clang::SourceLocation use_end = climb(manager_, begin_use.getEnd()).first;
    range.end = std::max(range.end, offset(use_end, in, true));
  }
  if (range.empty()) return std::nullopt;
  return Place{&in, range};
}

void SourceMap::add_macro_use(clang::SourceLocation name, MacroUse use) {
  macro_uses_.insert_or_assign(name, std::move(use));
}

clang::SourceRange SourceMap::outermost_use(clang::SourceLocation location) const {
  const clang::SourceRange use = climb(manager_, location).second;
  return {climb(manager_, use.getBegin()).first, climb(manager_, use.getEnd()).first};
}

const MacroUse* SourceMap::outermost_macro(clang::SourceLocation location) const {
  const clang::SourceRange use = outermost_use(location);
  if (use.isInvalid()) return nullptr;
  const auto found = macro_uses_.find(use.getBegin());
  return found == macro_uses_.end() ? nullptr : &found->second;
}

}  // namespace procsafe::worker
