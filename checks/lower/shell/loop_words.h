// What the words of a loop's commands say, for LoopShape.
#pragma once

#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

#include "lower/shell/syntax.h"

namespace procsafe::shell {

[[nodiscard]] bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words);
[[nodiscard]] std::set<std::string> identifiers(std::string_view expression);
[[nodiscard]] bool tells_time(std::string_view text);
/// Names behind a dollar sign, anywhere in the text.
[[nodiscard]] std::set<std::string> expanded_names(std::string_view source);
/// Limits have names that say so; what they are compared with need not be resolved.
[[nodiscard]] bool names_limit(std::string name);
[[nodiscard]] bool reads_file(const Statement& statement);
[[nodiscard]] bool writes_file(const Statement& statement);
/// Names of the variables a word expands, in order of no importance.
void collect_names(const Word& word, std::set<std::string>& names);
[[nodiscard]] bool has_command(const Word& word);
[[nodiscard]] bool is_file_test(std::string_view word);
[[nodiscard]] bool is_comparison(std::string_view word);

}  // namespace procsafe::shell
