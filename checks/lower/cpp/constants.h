// Constant integers: literals, enumerators, constants, macros, and the numbers of the system's headers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "lower/cpp/answers.h"
#include "lower/cpp/declarations.h"
#include "lower/cpp/macros.h"
#include "lower/cpp/source_map.h"

namespace procsafe::cpp {

/// The value of a constant of the system's headers (SIGTERM, WNOHANG, INFINITE, CLONE_VM), as Linux and
/// Windows define it.
[[nodiscard]] std::optional<std::int64_t> system_constant(std::string_view name);

/// An integer literal: decimal, hexadecimal, octal, binary, with suffixes and digit separators.
[[nodiscard]] std::optional<std::int64_t> parse_number(std::string_view literal);

class Constants {
 public:
  /// All of it must outlive this. What Clang says of a place of the file stands above what its syntax says.
  Constants(const Declarations& declarations, const MacroTable& macros, const Answers& answers, const SourceMap& map)
      : declarations_(declarations), macros_(macros), answers_(answers), map_(map) {}

  /// The value of an expression when it is constant.
  [[nodiscard]] std::optional<std::int64_t> number(Syntax expression) const { return evaluate(expression, 0); }
  /// Does the expression name `word`, itself or through the constants it is made of? (`WNOHANG` in
  /// `kFlags` where `constexpr int kFlags = WNOHANG | WUNTRACED`)
  [[nodiscard]] bool mentions(Syntax expression, std::string_view word) const { return mentions(expression, word, 0); }

 private:
  [[nodiscard]] std::optional<std::int64_t> evaluate(Syntax expression, int depth) const;
  [[nodiscard]] std::optional<std::int64_t> evaluate_name(Syntax name, int depth) const;
  [[nodiscard]] std::optional<std::int64_t> evaluate_macro(std::string_view name, int depth) const;
  [[nodiscard]] bool mentions(Syntax expression, std::string_view word, int depth) const;

  const Declarations& declarations_;
  const MacroTable& macros_;
  const Answers& answers_;
  const SourceMap& map_;
};

}  // namespace procsafe::cpp
