// Macros: what the file defines, and the file's text with those expanded that hide an operation.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "facts/source_range.h"
#include "facts/value.h"
#include "lower/cpp/source_map.h"
#include "lower/cpp/syntax.h"

namespace procsafe::cpp {

struct Macro {
  std::string name;
  bool function_like = false;
  bool variadic = false;
  std::vector<std::string> parameters;
  std::string body;
  /// Where the body stands in this file, byte for byte; nothing when lines were spliced or it is another file's.
  std::optional<Offset> body_offset;
  Location definition;
  /// Defined under a condition other than an include guard.
  bool conditional = false;
  /// From here to there in this file it is defined.
  Offset from = 0;
  Offset until = ~Offset{0};
};

/// The name under which a file publishes a macro to the others (Slot::Kind::name).
[[nodiscard]] Slot macro_slot(std::string_view name);
/// A macro as the value that crosses files, and back. The text is `NAME(a,b) body` or `NAME body`.
[[nodiscard]] Value encode_macro(const Macro& macro);
[[nodiscard]] std::optional<Macro> decode_macro(const Value& value);

class MacroTable {
 public:
  /// Reads the definitions of a file.
  MacroTable(std::string_view path, std::string_view text);

  /// The last definition of that name, or null. Of definitions in several branches an unconditional one.
  [[nodiscard]] const Macro* find(std::string_view name) const;
  /// The definition that holds at an offset of the file: among several branches the one `prefer` likes.
  [[nodiscard]] const Macro* find(std::string_view name, Offset at,
                                  const std::function<bool(const Macro&)>& prefer) const;
  [[nodiscard]] const std::vector<Macro>& all() const { return macros_; }
  /// Headers the file includes under no condition, as spelled between quotes or angle brackets.
  [[nodiscard]] const std::vector<std::string>& includes() const { return includes_; }
  /// Directive lines (with their continuations): no code stands there.
  [[nodiscard]] const std::vector<SourceRange>& directives() const { return directives_; }
  /// Adds a macro that another file defines.
  void import(Macro macro);

  /// The body of an object-like macro parsed as an expression, or null. The tree lives as long as the table.
  [[nodiscard]] const SyntaxTree* expression(const Macro& macro) const;

 private:
  void read_directive(std::string_view path, std::string_view text, SourceRange line);
  void define(std::string_view path, std::string_view text, SourceRange line, std::size_t at);
  std::vector<Macro> macros_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_name_;
  std::vector<std::string> includes_;
  std::vector<SourceRange> directives_;
  std::vector<bool> conditions_;  ///< open #if groups: does the group choose (true), or guard the whole file?
  struct Parsed {
    std::string text;
    std::unique_ptr<SyntaxTree> tree;
  };
  mutable std::map<std::string, Parsed, std::less<>> parsed_;
};

/// The expression in a tree made by MacroTable::expression.
[[nodiscard]] Syntax macro_value(const SyntaxTree& tree);

}  // namespace procsafe::cpp
