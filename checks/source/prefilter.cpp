#include "source/prefilter.h"

#include "source/cpp_lexer.h"

namespace procsafe {
namespace {

/// A suppression comment that suppresses nothing is a finding, also in a file without any operation.
constexpr std::string_view kDirective = "procsafe";
/// So is a class that takes the sanctioned manager's name.
constexpr std::string_view kManager = "ProcessManager";

/// Commands of shells are not among the words: shell text reaches a shell through a function of the catalogue, in
/// this file or in one that names this file's constant or function.
WordSet words_of(const ApiCatalog& apis, const WordSet& own) {
  WordSet words = own;
  for (const std::string& literal : apis.literals()) words.add(literal);
  return words;
}

WordSet own_words() {
  WordSet words;
  words.add(kDirective);
  words.add(kManager);
  return words;
}

WordSet types_of(const ApiCatalog& apis) {
  WordSet types;
  for (const ApiType& type : apis.types()) types.add(type.name);
  return types;
}

}  // namespace

Prefilter::Prefilter(const Catalog& catalog)
    : own_(own_words()),
      python_(words_of(catalog.python(), own_)),
      cpp_(words_of(catalog.cpp(), own_)),
      cpp_types_(types_of(catalog.cpp())) {}

const WordSet* Prefilter::words(Language language) const {
  switch (language) {
    case Language::python: return &python_;
    case Language::c:
    case Language::cpp: return &cpp_;
    case Language::shell:
    case Language::none: break;
  }
  return nullptr;
}

bool Prefilter::passes(const SourceFile& file) const {
  if (file.language == Language::none) return false;
  const WordSet* wanted = words(file.language);
  if (wanted == nullptr) return true;
  if (!wanted->found_in(file.text)) return false;
  const bool c_like = file.language == Language::c || file.language == Language::cpp;
  return !c_like || uses_function(file.text) || own_.found_in(file.text);
}

/// Does the code of a file spell a name so that it can be called or handed on? `system` is a word of many comments, a
/// namespace and a folder.
bool Prefilter::uses_function(std::string_view text) const {
  const auto usable = [&](std::string_view word) {
    if (own_.contains(word)) return true;
    if (cpp_types_.contains(word)) return true;
    std::size_t next = static_cast<std::size_t>(word.data() - text.data()) + word.size();
    while (next < text.size() && text[next] == ' ') ++next;
    const std::string_view rest = text.substr(next, 2);
    return !rest.starts_with("::") && !rest.starts_with(".") && !rest.starts_with("/") && !rest.starts_with("->");
  };
  for (std::size_t at = 0; at < text.size();) {
    const cpp::Lexeme lexeme = cpp::next_lexeme(text, at);
    at = lexeme.end;
    const bool spells = lexeme.kind == cpp::Lexeme::Kind::identifier || lexeme.kind == cpp::Lexeme::Kind::literal;
    if (spells && cpp_.any_in(lexeme.of(text), usable)) return true;
  }
  return false;
}

}  // namespace procsafe
