// What the preprocessor did: files it entered, parts it left out, macros it expanded.
#pragma once

#include <clang/Lex/PPCallbacks.h>

#include <map>
#include <set>
#include <vector>

#include "collector.h"
#include "source_map.h"

namespace procsafe::worker {

/// The wanted files of a unit. By inclusion, since a file may be included several times under several conditions.
struct EnteredFiles {
  std::set<clang::FileID> files;
  std::map<clang::FileID, std::vector<SourceRange>> inactive;

  /// Says of each wanted file which parts every inclusion left out.
  void add_inactive(const SourceMap& map, Answers& answers) const;
};

/// Fills `entered`, and tells `map` of the macros that are used. Both must outlive it.
class PreprocessorRecorder : public clang::PPCallbacks {
 public:
  PreprocessorRecorder(SourceMap& map, EnteredFiles& entered) : map_(map), entered_(entered) {}

  void FileChanged(clang::SourceLocation location, FileChangeReason reason, clang::SrcMgr::CharacteristicKind kind,
                   clang::FileID previous) override;
  void SourceRangeSkipped(clang::SourceRange range, clang::SourceLocation directive) override;
  void MacroExpands(const clang::Token& name, const clang::MacroDefinition& definition, clang::SourceRange range,
                    const clang::MacroArgs* arguments) override;

 private:
  SourceMap& map_;
  EnteredFiles& entered_;
};

}  // namespace procsafe::worker
