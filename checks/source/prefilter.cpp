#include "source/prefilter.h"

namespace procsafe {
namespace {

/// A suppression comment that suppresses nothing is a finding, also in a file without any operation.
constexpr std::string_view kDirective = "procsafe";

WordSet words_of(const ApiCatalog& apis, const ShellCatalog& shell) {
  WordSet words;
  words.add(kDirective);
  for (const std::string& literal : apis.literals()) words.add(literal);
  // Shell text kept in a constant may reach a shell in another file.
  for (const std::string& literal : shell.literals()) words.add(literal);
  return words;
}

}  // namespace

Prefilter::Prefilter(const Catalog& catalog)
    : python_(words_of(catalog.python(), catalog.shell())), cpp_(words_of(catalog.cpp(), catalog.shell())) {}

bool Prefilter::passes(const SourceFile& file) const {
  switch (file.language) {
    case Language::python: return python_.found_in(file.text);
    case Language::c:
    case Language::cpp: return cpp_.found_in(file.text);
    case Language::shell: return true;
    case Language::none: break;
  }
  return false;
}

}  // namespace procsafe
