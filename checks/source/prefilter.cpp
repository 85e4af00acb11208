#include "source/prefilter.h"

namespace procsafe {
namespace {

/// A suppression comment that suppresses nothing is a finding, also in a file without any operation.
constexpr std::string_view kDirective = "procsafe";
/// So is a class that takes the sanctioned manager's name.
constexpr std::string_view kManager = "ProcessManager";

/// Commands of shells are not among the words: shell text reaches a shell through a function of the catalogue, in
/// this file or in one that names this file's constant or function.
WordSet words_of(const ApiCatalog& apis) {
  WordSet words;
  words.add(kDirective);
  words.add(kManager);
  for (const std::string& literal : apis.literals()) words.add(literal);
  return words;
}

}  // namespace

Prefilter::Prefilter(const Catalog& catalog) : python_(words_of(catalog.python())), cpp_(words_of(catalog.cpp())) {}

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
  return wanted == nullptr || wanted->found_in(file.text);
}

}  // namespace procsafe
