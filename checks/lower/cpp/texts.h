// Strings as far as they are known: commands, paths, formats.
#pragma once

#include <vector>

#include "facts/text.h"
#include "lower/cpp/values.h"

namespace procsafe::cpp {

class Texts {
 public:
  Texts(const Unit& unit, const Values& values) : unit_(unit), values_(values) {}

  /// What a string expression may be, a few alternatives at most; unknown parts are holes. An expression of which
  /// nothing is known is one hole; no expression gives nothing.
  [[nodiscard]] std::vector<Text> of(Syntax expression) const;
  /// The elements of an argument vector: an initializer list, an array, a QStringList. What is not known is one
  /// hole.
  [[nodiscard]] std::vector<Text> elements_of(Syntax expression) const;
  /// Names whose text another file may hold.
  [[nodiscard]] const std::set<Slot>& asked() const { return asked_; }

 private:
  [[nodiscard]] std::vector<Text> of_foreign_name(std::string_view plain, Syntax name) const;
  [[nodiscard]] std::vector<Text> of_name(Syntax name) const;
  [[nodiscard]] std::vector<Text> of_place(Syntax expression) const;
  [[nodiscard]] std::vector<Text> of_macro(const Macro& macro, Syntax use) const;
  [[nodiscard]] std::vector<Text> of_call(Syntax node) const;
  [[nodiscard]] std::vector<Text> of_definition(const Definition& definition) const;
  [[nodiscard]] std::vector<Text> made_by(const Call& call) const;
  [[nodiscard]] std::vector<Text> joined(Syntax left, Syntax right) const;
  [[nodiscard]] std::vector<Text> formatted(const Call& call) const;
  [[nodiscard]] std::vector<Text> placed(Syntax receiver, Syntax argument) const;
  void append_piece(Syntax argument, Text& out) const;
  [[nodiscard]] Text hole(Syntax expression) const;
  [[nodiscard]] Text literal(Syntax node) const;

  const Unit& unit_;
  const Values& values_;
  mutable int depth_ = 0;
  mutable std::set<NodeId> active_;
  mutable std::set<Slot> asked_;
};

}  // namespace procsafe::cpp
