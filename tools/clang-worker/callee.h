// Which function a call reaches.
#pragma once

#include <clang/AST/Expr.h>
#include <clang/AST/ExprCXX.h>

#include <string>

#include "interest.h"
#include "source_map.h"
#include "values.h"

namespace procsafe::worker {

struct Callee {
  std::string name;                ///< qualified; empty: not known
  bool project = false;            ///< see CppSemantics::Call::project
  unsigned skipped_arguments = 0;  ///< leading arguments that are not the callee's: syscall's number, the object
};

class CalleeResolver {
 public:
  CalleeResolver(const SourceMap& map, const Interest& interest, const FunctionVariables& variables)
      : map_(map), interest_(interest), variables_(variables) {}

  [[nodiscard]] Callee of(const clang::CallExpr& call) const;
  [[nodiscard]] Callee of(const clang::FunctionDecl& function) const;

 private:
  [[nodiscard]] Callee of_expression(const clang::Expr& callee) const;
  /// The only function an overloaded name of a template can mean.
  [[nodiscard]] Callee of_lookup(const clang::OverloadExpr& lookup) const;
  [[nodiscard]] bool declared_only_in_project(const clang::FunctionDecl& function, const std::string& name) const;
  [[nodiscard]] std::string system_call(const clang::CallExpr& call) const;

  const SourceMap& map_;
  const Interest& interest_;
  const FunctionVariables& variables_;
};

}  // namespace procsafe::worker
