#include "lower/cpp/unit.h"

#include <utility>

#include "lower/cpp/macro_expansion.h"

extern "C" {
const TSLanguage* tree_sitter_c();
const TSLanguage* tree_sitter_cpp();
}

namespace procsafe::cpp {
namespace {

SyntaxTree parse(const SourceFile& file, std::string_view text) {
  if (file.language == Language::c) return {tree_sitter_c(), text};
  SyntaxTree tree(tree_sitter_cpp(), text);
  // A header may be C: what C++ cannot read (a parameter named `class`) is tried as that.
  if (!file.path.ends_with(".h") || tree.errors().empty()) return tree;
  SyntaxTree as_c(tree_sitter_c(), text);
  return !as_c.empty() && as_c.error_bytes() < tree.error_bytes() ? std::move(as_c) : std::move(tree);
}

std::shared_ptr<const ParsedText> parse_once(const SourceFile& file, const std::string& text,
                                             std::shared_ptr<const ParsedText>& known) {
  if (known == nullptr || known->text != text) known = std::make_shared<const ParsedText>(file, text);
  return known;
}

}  // namespace

ParsedText::ParsedText(const SourceFile& file, std::string expanded)
    : text(std::move(expanded)), tree(parse(file, text)) {}

bool is_header(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view extension = path.substr(dot);
  return extension.starts_with(".h") || extension == ".inl" || extension == ".ipp" || extension == ".tpp" ||
         extension == ".inc";
}

Unit::Unit(const LowerInput& lower_input, std::shared_ptr<const ParsedText>& known)
    : input(lower_input),
      macros(input.file.path, input.file.text),
      map(expand_macros(input.file.text, macros, input.catalog.cpp(), input.names)),
      parsed(parse_once(input.file, map.text(), known)),
      tree(parsed->tree),
      header(is_header(input.file.path)),
      declarations(tree, header),
      names(declarations, input.catalog.cpp(), input.names),
      answers(input.semantics),
      constants(declarations, macros, answers, map) {}

std::string Unit::symbol(const Function& function) const {
  return function.internal ? input.file.path + "::" + function.qualified : function.qualified;
}

std::string Unit::enclosing_symbol(Syntax node) const {
  const Function* function = declarations.function_at(node);
  return function == nullptr ? std::string() : function->qualified;
}

}  // namespace procsafe::cpp
