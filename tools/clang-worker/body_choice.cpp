#include "body_choice.h"

#include <clang/AST/DeclCXX.h>
#include <clang/AST/DeclTemplate.h>

#include <algorithm>

#include "lower/clang/function_body.h"

namespace procsafe::worker {
namespace {

/// Functions between whose name and body other braces or declarations may stand.
bool has_plain_head(const clang::Decl& declaration) {
  const auto* pattern = llvm::dyn_cast<clang::FunctionTemplateDecl>(&declaration);
  const clang::Decl& function = pattern != nullptr ? *pattern->getTemplatedDecl() : declaration;
  if (llvm::isa<clang::CXXConstructorDecl>(function)) return false;
  const auto* plain = llvm::dyn_cast<clang::FunctionDecl>(&function);
  return plain != nullptr && plain->hasWrittenPrototype();
}

bool holds_place(const std::vector<Offset>& places, SourceRange range) {
  const auto first = std::lower_bound(places.begin(), places.end(), range.begin);
  return first != places.end() && *first < range.end;
}

}  // namespace

const BodyChoice::Words& BodyChoice::words(clang::FileID id) {
  const auto [entry, is_new] = words_.try_emplace(id);
  if (is_new) {
    const llvm::StringRef buffer = map_.manager().getBufferData(id);
    entry->second.text = std::string_view(buffer.data(), buffer.size()).substr(map_.file(id).text_begin);
    split_cpp_tokens(entry->second.text, entry->second.tokens);
  }
  return entry->second;
}

bool BodyChoice::skips(const clang::Decl& function) {
  const clang::SourceLocation name = function.getLocation();
  const UnitFile& file = map_.file(name);
  if (!file.wanted) return true;
  if (!file.places->has_value() || !name.isFileID() || !has_plain_head(function)) return false;
  const Words& known = words(map_.manager().getFileID(name));
  const Offset at = map_.manager().getFileOffset(name) - file.text_begin;
  const std::optional<SourceRange> extent = function_extent(known.text, known.tokens, at);
  if (!extent || holds_place(**file.places, *extent)) return false;
  skipped_[file.path].push_back(*extent);
  skipped_texts_.push_back(known.text.substr(extent->begin, extent->end - extent->begin));
  return true;
}

bool BodyChoice::skipped_mention(std::string_view name) const {
  return std::any_of(skipped_texts_.begin(), skipped_texts_.end(),
                     [&](std::string_view text) { return text.find(name) != std::string_view::npos; });
}

}  // namespace procsafe::worker
