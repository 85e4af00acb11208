#include "lower/lowering.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "lower/host/host.h"

namespace procsafe {
namespace {

FileFacts lower_by_language(const LowerInput& input) {
  switch (input.file.language) {
    case Language::python: return lower_python(input);
    case Language::shell: {
      const HostReader host = find_host(input.file.dialect);
      return host != nullptr ? lower_host(input, host) : lower_shell(input);
    }
    case Language::c:
    case Language::cpp: return lower_cpp(input);
    case Language::none: break;
  }
  return {};
}

}  // namespace

FileFacts lower(const LowerInput& input) {
  FileFacts facts;
  try {
    facts = lower_by_language(input);
  } catch (const std::exception& error) {
    facts = {};
    facts.notices.push_back({Notice::Level::error, {}, fmt::format("not analysed: internal error: {}", error.what())});
  }
  facts.path = input.file.path;
  std::stable_sort(facts.operations.begin(), facts.operations.end(),
                   [](const OperationFact& a, const OperationFact& b) { return a.range < b.range; });
  return facts;
}

}  // namespace procsafe
