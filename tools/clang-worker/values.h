// What expressions are known to be: constants, and the one function a variable holds.
#pragma once

#include <clang/AST/ASTContext.h>
#include <clang/AST/Decl.h>
#include <clang/AST/Expr.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace procsafe::worker {

/// The constant integer value; of a null pointer 0.
[[nodiscard]] std::optional<std::int64_t> constant_number(const clang::Expr& expression,
                                                          const clang::ASTContext& context);

/// The constant string value, as UTF-8 where the literal is wide; of a string object, what it is made from.
[[nodiscard]] std::optional<std::string> constant_text(const clang::Expr& expression, const clang::ASTContext& context);

/// A function as a value: a declaration, or the name given to dlsym.
struct FunctionValue {
  const clang::FunctionDecl* declaration = nullptr;
  std::string symbol;  ///< when there is no declaration
  explicit operator bool() const { return declaration != nullptr || !symbol.empty(); }
};

/// Pointers to functions, references to them and std::function objects that only ever get one value.
class FunctionVariables {
 public:
  /// Looks at everything below `declarations` for what is assigned to such variables. `may_be_set` says whether a
  /// variable of the file may be assigned to elsewhere, by its name.
  FunctionVariables(const std::vector<clang::Decl*>& declarations, const clang::ASTContext& context,
                    const std::function<bool(const std::string&)>& may_be_set);

  /// The function that a callee or argument is known to be.
  [[nodiscard]] FunctionValue resolve(const clang::Expr& expression) const;

  /// Is `expression` the name of a function whose only use is to be the one value of a variable?
  [[nodiscard]] bool is_single_value(const clang::Expr& expression) const { return sources_.contains(&expression); }

 private:
  struct Values {
    std::vector<const clang::Expr*> assigned;
    bool escaped = false;
  };
  friend class FunctionVariableVisitor;

  [[nodiscard]] FunctionValue resolve(const clang::Expr& expression, unsigned depth) const;
  [[nodiscard]] const clang::Expr* single_value(const clang::ValueDecl& variable) const;

  const clang::ASTContext& context_;
  std::map<const clang::ValueDecl*, Values> variables_;
  std::set<const clang::Expr*> sources_;
};

/// A type whose objects can be called as the function they hold.
[[nodiscard]] bool holds_function(clang::QualType type);

/// Without parentheses, casts, `&`, `*` and the temporaries that C++ puts around values.
[[nodiscard]] const clang::Expr& bare(const clang::Expr& expression);

}  // namespace procsafe::worker
