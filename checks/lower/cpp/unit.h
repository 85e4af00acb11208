// One file on its way through the lowering: its text with macros expanded, its syntax, what it declares.
#pragma once

#include <memory>
#include <string>

#include "lower/cpp/answers.h"
#include "lower/cpp/constants.h"
#include "lower/cpp/declarations.h"
#include "lower/cpp/macros.h"
#include "lower/cpp/name_resolver.h"
#include "lower/cpp/source_map.h"
#include "lower/cpp/syntax.h"
#include "lower/lowering.h"

namespace procsafe::cpp {

/// Is the file included by others rather than compiled by itself?
[[nodiscard]] bool is_header(std::string_view path);

/// A text and its syntax. A file keeps them from round to round: parsing is most of the work, and what other files
/// tell seldom changes how macros expand.
struct ParsedText {
  ParsedText(const SourceFile& file, std::string text);
  const std::string text;
  const SyntaxTree tree;
};

class Unit {
 public:
  /// `parsed` is what an earlier Unit of the same file was made of, or null; it is taken when it is still the same.
  Unit(const LowerInput& input, std::shared_ptr<const ParsedText>& parsed);

  const LowerInput& input;
  MacroTable macros;
  SourceMap map;
  std::shared_ptr<const ParsedText> parsed;
  const SyntaxTree& tree;
  bool header;
  Declarations declarations;
  NameResolver names;
  Answers answers;
  Constants constants;

  /// The place of a node in the file.
  [[nodiscard]] SourceRange place(Syntax node) const { return map.to_file(node.range()); }
  [[nodiscard]] Location location(Syntax node) const { return {input.file.path, place(node)}; }
  /// Under which name other files know a function of this file: `ns::f`, or `path::f` when it is internal.
  [[nodiscard]] std::string symbol(const Function& function) const;
  /// The qualified name of the function around a node; empty at file level.
  [[nodiscard]] std::string enclosing_symbol(Syntax node) const;
};

}  // namespace procsafe::cpp
