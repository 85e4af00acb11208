// What Clang knows of the file, asked by place. Without Clang nothing is known.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>

#include "lower/cpp/semantics.h"

namespace procsafe::cpp {

class Answers {
 public:
  /// `semantics` may be null; it must outlive this.
  explicit Answers(const CppSemantics* semantics);

  [[nodiscard]] bool known() const { return semantics_ != nullptr; }
  /// What happens at exactly this place; of the use of a macro it may be several calls.
  [[nodiscard]] std::span<const CppSemantics::Call> at(SourceRange range) const;
  /// Did Clang look at the place, so that what it does not say is an answer too?
  [[nodiscard]] bool judge(SourceRange range) const;
  /// Did Clang look at the place, and see no call of a function with this last name there?
  [[nodiscard]] bool denies(SourceRange range, std::string_view name) const;
  /// The constant integer that stands at a place as an argument.
  [[nodiscard]] std::optional<std::int64_t> number(SourceRange range) const;
  /// The class of an object that stands at a place as a receiver; empty: not known.
  [[nodiscard]] std::string_view receiver_class(SourceRange range) const;

 private:
  const CppSemantics* semantics_;
  std::map<SourceRange, std::optional<std::int64_t>> numbers_;
  std::map<SourceRange, std::string_view> receivers_;
};

}  // namespace procsafe::cpp
