// Names and types as they are spelled.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lower/cpp/syntax.h"

namespace procsafe::cpp {

/// `a::b<T>::c` as `a::b::c`: white space and template arguments left out. A leading `::` stays.
[[nodiscard]] std::string plain_name(std::string_view spelled);
/// The last component: `kill` of `QProcess::kill`.
[[nodiscard]] std::string_view last_component(std::string_view name);
/// What stands before the last component: `QProcess` of `QProcess::kill`; empty without one.
[[nodiscard]] std::string_view qualifier(std::string_view name);
/// `scope::name`, or `name` when the scope is empty.
[[nodiscard]] std::string join_names(std::string_view scope, std::string_view name);

/// A type as far as analysis asks: its name without qualifiers, pointers and references, and the names in its
/// template arguments (`std::unique_ptr<QProcess>`: name `std::unique_ptr`, argument `QProcess`).
struct TypeName {
  std::string name;
  std::vector<std::string> arguments;
  [[nodiscard]] bool empty() const { return name.empty(); }
};
[[nodiscard]] TypeName parse_type(std::string_view spelled);

/// What a declarator declares.
struct Declarator {
  Syntax name;      ///< identifier, field identifier, qualified identifier …; null in an abstract declarator
  Syntax function;  ///< the function declarator, when it declares a function
  bool pointer = false;
  bool reference = false;
  bool array = false;
  bool function_pointer = false;
};
[[nodiscard]] Declarator read_declarator(Syntax declarator);

/// The expression inside parentheses and casts, `static_cast<T>(x)` and its like too.
[[nodiscard]] Syntax strip_casts(Syntax expression);
/// The arguments of a call or construction, comments left out.
[[nodiscard]] std::vector<Syntax> argument_nodes(Syntax call);
/// The text of the operator of a unary, binary, update, pointer, assignment or field expression.
[[nodiscard]] std::string_view operator_text(Syntax expression);

}  // namespace procsafe::cpp
