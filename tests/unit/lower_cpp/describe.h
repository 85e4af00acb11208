// Facts of C and C++ sources as lines of text, for tables of cases.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace procsafe::test {

/// Lowers and links files given as (path, text). One line an operation: its line, what performs it, and its
/// attributes, those with their first value left out: `2 system: spawn blocking impossible unchecked`.
/// Several files: the path stands before the line. An assumed fact ends with a question mark.
[[nodiscard]] std::vector<std::string> describe(const std::vector<std::pair<std::string, std::string>>& files);
[[nodiscard]] std::vector<std::string> describe_cpp(const std::string& text);
[[nodiscard]] std::vector<std::string> describe_c(const std::string& text);

/// One source and what is expected of it; the name is printed when the case fails.
struct Case {
  const char* name;
  const char* source;
  std::vector<std::string> expected;
};

}  // namespace procsafe::test
