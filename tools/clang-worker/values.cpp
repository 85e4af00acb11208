#include "values.h"

#include <clang/AST/APValue.h>
#include <clang/AST/ExprCXX.h>
#include <clang/AST/RecursiveASTVisitor.h>
#include <llvm/Support/ConvertUTF.h>

#include <algorithm>
#include <array>

#include "names.h"

namespace procsafe::worker {
namespace {

/// How far constants are followed through variables and conversions.
constexpr unsigned kMaxDepth = 8;

std::string utf8(const clang::StringLiteral& literal) {
  if (literal.getCharByteWidth() == 1) return literal.getBytes().str();
  std::string text;
  for (unsigned i = 0; i < literal.getLength(); ++i) {
    std::array<char, 4> bytes{};
    char* end = bytes.data();
    std::uint32_t unit = literal.getCodeUnit(i);
    const bool pair = literal.getCharByteWidth() == 2 && unit >= 0xD800 && unit < 0xDC00 && i + 1 < literal.getLength();
    if (pair) unit = 0x10000 + ((unit - 0xD800) << 10U) + (literal.getCodeUnit(++i) - 0xDC00);
    if (llvm::ConvertCodePointToUTF8(unit, end)) text.append(bytes.data(), end);
  }
  return text;
}

bool is_string_class(const clang::CXXRecordDecl* record) {
  if (record == nullptr) return false;
  const std::string name = record->getNameAsString();
  return name.find("string") != std::string::npos || name.find("String") != std::string::npos;
}

class TextEvaluator {
 public:
  explicit TextEvaluator(const clang::ASTContext& context) : context_(context) {}

  std::optional<std::string> text(const clang::Expr& expression, unsigned depth = 0) const {
    if (depth > kMaxDepth || expression.isValueDependent() || expression.containsErrors()) return std::nullopt;
    const clang::Expr& inner = bare(expression);
    if (const auto* literal = llvm::dyn_cast<clang::StringLiteral>(&inner)) return utf8(*literal);
    if (const auto* user = llvm::dyn_cast<clang::UserDefinedLiteral>(&inner)) return of_literal(*user, depth);
    if (const auto* construct = llvm::dyn_cast<clang::CXXConstructExpr>(&inner)) return of_object(*construct, depth);
    if (const auto* call = llvm::dyn_cast<clang::CXXMemberCallExpr>(&inner)) return of_accessor(*call, depth);
    if (const auto* name = llvm::dyn_cast<clang::DeclRefExpr>(&inner)) {
      if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(name->getDecl())) return of_variable(*variable, depth);
    }
    return of_pointer(inner, depth);
  }

 private:
  std::optional<std::string> of_literal(const clang::UserDefinedLiteral& literal, unsigned depth) const {
    if (!is_string_class(class_of(literal.getType())) || literal.getNumArgs() == 0) return std::nullopt;
    return text(*literal.getArg(0), depth + 1);
  }

  /// `std::string("make")`, and the conversions that look the same to the AST.
  std::optional<std::string> of_object(const clang::CXXConstructExpr& construct, unsigned depth) const {
    if (!is_string_class(construct.getConstructor()->getParent()) || construct.getNumArgs() == 0) return std::nullopt;
    for (unsigned i = 1; i < construct.getNumArgs(); ++i) {
      if (!llvm::isa<clang::CXXDefaultArgExpr>(construct.getArg(i))) return std::nullopt;
    }
    return text(*construct.getArg(0), depth + 1);
  }

  std::optional<std::string> of_accessor(const clang::CXXMemberCallExpr& call, unsigned depth) const {
    const clang::CXXMethodDecl* method = call.getMethodDecl();
    if (method == nullptr || !is_string_class(method->getParent())) return std::nullopt;
    const std::string name = method->getNameAsString();
    if (name != "c_str" && name != "data" && name != "toStdString" && name != "toUtf8") return std::nullopt;
    return text(*call.getImplicitObjectArgument(), depth + 1);
  }

  std::optional<std::string> of_variable(const clang::VarDecl& variable, unsigned depth) const {
    const clang::QualType type = variable.getType();
    const bool pointer = type->isPointerType() && type->getPointeeType()->isAnyCharacterType();
    if (!type.isConstQualified() && !variable.isConstexpr()) return std::nullopt;
    const clang::VarDecl* definition = variable.getInitializingDeclaration();
    if (definition == nullptr || definition->getInit() == nullptr) return std::nullopt;
    const bool object = is_string_class(class_of(type));
    if (!pointer && !object && !type->isArrayType()) return std::nullopt;
    return text(*definition->getInit(), depth + 1);
  }

  /// A pointer into a string that the constant evaluator can follow: conditions, constexpr functions, `"abc" + 1`.
  std::optional<std::string> of_pointer(const clang::Expr& expression, unsigned depth) const {
    if (!expression.getType()->isPointerType() || !expression.getType()->getPointeeType()->isAnyCharacterType())
      return std::nullopt;
    clang::Expr::EvalResult result;
    if (!expression.EvaluateAsRValue(result, context_) || result.HasSideEffects || !result.Val.isLValue())
      return std::nullopt;
    const clang::APValue::LValueBase base = result.Val.getLValueBase();
    std::optional<std::string> whole;
    if (const auto* from = base.dyn_cast<const clang::Expr*>()) {
      if (const auto* literal = llvm::dyn_cast<clang::StringLiteral>(from)) whole = utf8(*literal);
    } else if (const auto* declaration = base.dyn_cast<const clang::ValueDecl*>()) {
      const auto* variable = llvm::dyn_cast<clang::VarDecl>(declaration);
      if (variable != nullptr) whole = of_variable(*variable, depth + 1);
    }
    const auto skipped = static_cast<std::size_t>(result.Val.getLValueOffset().getQuantity());
    if (!whole || skipped > whole->size()) return std::nullopt;
    return whole->substr(skipped);
  }

  const clang::ASTContext& context_;
};

/// The symbol that dlsym or GetProcAddress is asked for.
std::string looked_up_symbol(const clang::CallExpr& call, const clang::ASTContext& context) {
  const clang::FunctionDecl* callee = call.getDirectCallee();
  if (callee == nullptr || !callee->getDeclName().isIdentifier() || call.getNumArgs() < 2) return {};
  const llvm::StringRef name = callee->getName();
  if (name != "dlsym" && name != "dlvsym" && name != "GetProcAddress") return {};
  return constant_text(*call.getArg(1), context).value_or(std::string{});
}

bool is_null(const clang::Expr& expression) {
  const clang::Expr& inner = bare(expression);
  return llvm::isa<clang::CXXNullPtrLiteralExpr>(inner) || llvm::isa<clang::GNUNullExpr>(inner) ||
         llvm::isa<clang::IntegerLiteral>(inner);
}

/// The variable or field that an expression names, if it can hold a function.
const clang::ValueDecl* function_variable(const clang::Expr& expression) {
  const clang::Expr& inner = *expression.IgnoreParenImpCasts();
  const clang::ValueDecl* declaration = nullptr;
  if (const auto* name = llvm::dyn_cast<clang::DeclRefExpr>(&inner)) {
    declaration = name->getDecl();
  } else if (const auto* member = llvm::dyn_cast<clang::MemberExpr>(&inner)) {
    declaration = member->getMemberDecl();
  }
  const bool variable = declaration != nullptr &&
                        (llvm::isa<clang::VarDecl>(declaration) || llvm::isa<clang::FieldDecl>(declaration)) &&
                        holds_function(declaration->getType());
  return variable ? llvm::cast<clang::ValueDecl>(declaration->getCanonicalDecl()) : nullptr;
}

}  // namespace

bool holds_function(clang::QualType type) {
  if (type.isNull()) return false;
  const clang::QualType object = type.getNonReferenceType();
  if (object->isFunctionPointerType() || object->isFunctionType()) return true;
  const clang::CXXRecordDecl* record = object->getAsCXXRecordDecl();
  if (record == nullptr || !record->getDeclName().isIdentifier()) return false;
  const llvm::StringRef name = record->getName();
  return name == "function" || name == "move_only_function" || name == "copyable_function" || name == "function_ref";
}

const clang::Expr& bare(const clang::Expr& expression) {
  const clang::Expr* inner = &expression;
  while (true) {
    const clang::Expr* before = inner;
    inner = inner->IgnoreUnlessSpelledInSource()->IgnoreParenCasts();
    if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(inner)) {
      const clang::Expr& operand = *unary->getSubExpr()->IgnoreParenCasts();
      const bool takes = unary->getOpcode() == clang::UO_AddrOf && operand.getType()->isFunctionType();
      const bool follows = unary->getOpcode() == clang::UO_Deref && unary->getType()->isFunctionType();
      if (takes || follows) inner = &operand;
    }
    if (inner == before) return *inner;
  }
}

std::optional<std::int64_t> constant_number(const clang::Expr& expression, const clang::ASTContext& context) {
  if (expression.isValueDependent() || expression.isTypeDependent() || expression.containsErrors()) return std::nullopt;
  if (expression.getType()->isPointerType() || expression.getType()->isNullPtrType()) {
    const bool null =
        expression.isNullPointerConstant(const_cast<clang::ASTContext&>(context),
                                         clang::Expr::NPC_NeverValueDependent) != clang::Expr::NPCK_NotNull;
    return null ? std::optional<std::int64_t>(0) : std::nullopt;
  }
  if (!expression.getType()->isIntegralOrEnumerationType()) return std::nullopt;
  clang::Expr::EvalResult result;
  if (expression.EvaluateAsInt(result, context) && result.Val.getInt().isRepresentableByInt64())
    return result.Val.getInt().getExtValue();
  // C has no constant variables; the value of one is constant all the same.
  const auto* name = llvm::dyn_cast<clang::DeclRefExpr>(&bare(expression));
  const auto* variable = name != nullptr ? llvm::dyn_cast<clang::VarDecl>(name->getDecl()) : nullptr;
  if (variable == nullptr || !variable->getType().isConstQualified() || variable->getAnyInitializer() == nullptr)
    return std::nullopt;
  const clang::Expr& value = *variable->getAnyInitializer();
  if (value.isValueDependent() || !value.EvaluateAsInt(result, context) ||
      !result.Val.getInt().isRepresentableByInt64())
    return std::nullopt;
  return result.Val.getInt().getExtValue();
}

std::optional<std::string> constant_text(const clang::Expr& expression, const clang::ASTContext& context) {
  return TextEvaluator(context).text(expression);
}

/// Finds everything that gives such a variable a value.
class FunctionVariableVisitor : public clang::RecursiveASTVisitor<FunctionVariableVisitor> {
 public:
  explicit FunctionVariableVisitor(FunctionVariables& into) : into_(into) {}

  bool VisitVarDecl(clang::VarDecl* variable) {
    if (!holds_function(variable->getType())) return true;
    FunctionVariables::Values& values = values_of(*variable);
    // Other files may call a function with another argument, and set a variable that they see.
    const bool constant = variable->getType().isConstQualified() || variable->getType()->isReferenceType();
    if (llvm::isa<clang::ParmVarDecl>(variable) || (variable->isExternallyVisible() && !constant))
      values.escaped = true;
    if (variable->getInit() != nullptr) values.assigned.push_back(variable->getInit());
    return true;
  }

  bool VisitBinaryOperator(clang::BinaryOperator* operation) {
    if (operation->isAssignmentOp()) assign(*operation->getLHS(), *operation->getRHS());
    return true;
  }

  bool VisitCXXOperatorCallExpr(clang::CXXOperatorCallExpr* call) {
    if (call->getOperator() == clang::OO_Equal && call->getNumArgs() == 2) assign(*call->getArg(0), *call->getArg(1));
    return true;
  }

  bool VisitUnaryOperator(clang::UnaryOperator* operation) {
    if (operation->getOpcode() != clang::UO_AddrOf) return true;
    if (const clang::ValueDecl* variable = function_variable(*operation->getSubExpr()))
      into_.variables_[variable].escaped = true;
    return true;
  }

  bool VisitCallExpr(clang::CallExpr* call) {
    const clang::FunctionDecl* callee = call->getDirectCallee();
    if (callee == nullptr || llvm::isa<clang::CXXOperatorCallExpr>(call)) return true;
    const unsigned count = std::min(call->getNumArgs(), callee->getNumParams());
    for (unsigned i = 0; i < count; ++i) {
      const clang::QualType type = callee->getParamDecl(i)->getType();
      const bool may_write = type->isLValueReferenceType() && !type.getNonReferenceType().isConstQualified();
      const clang::ValueDecl* variable = may_write ? function_variable(*call->getArg(i)) : nullptr;
      if (variable != nullptr) into_.variables_[variable].escaped = true;
    }
    return true;
  }

 private:
  FunctionVariables::Values& values_of(const clang::ValueDecl& variable) {
    return into_.variables_[llvm::cast<clang::ValueDecl>(variable.getCanonicalDecl())];
  }

  void assign(const clang::Expr& to, const clang::Expr& value) {
    if (const clang::ValueDecl* variable = function_variable(to)) into_.variables_[variable].assigned.push_back(&value);
  }

  FunctionVariables& into_;
};

FunctionVariables::FunctionVariables(const std::vector<clang::Decl*>& declarations, const clang::ASTContext& context,
                                     const std::function<bool(const std::string&)>& may_be_set)
    : context_(context) {
  FunctionVariableVisitor visitor(*this);
  for (clang::Decl* declaration : declarations) visitor.TraverseDecl(declaration);
  for (auto& [declaration, values] : variables_) {
    const auto* variable = llvm::dyn_cast<clang::VarDecl>(declaration);
    const bool of_file = variable != nullptr && variable->hasGlobalStorage() && !variable->isStaticLocal();
    const bool constant = of_file && (variable->getType().isConstQualified() || variable->getType()->isReferenceType());
    if (of_file && !constant && may_be_set(variable->getNameAsString())) values.escaped = true;
  }
  for (const auto& [variable, values] : variables_) {
    if (const clang::Expr* value = single_value(*variable)) sources_.insert(&bare(*value));
  }
}

const clang::Expr* FunctionVariables::single_value(const clang::ValueDecl& variable) const {
  const auto found = variables_.find(llvm::cast<clang::ValueDecl>(variable.getCanonicalDecl()));
  if (found == variables_.end() || found->second.escaped || llvm::isa<clang::FieldDecl>(variable)) return nullptr;
  const clang::Expr* single = nullptr;
  for (const clang::Expr* value : found->second.assigned) {
    if (is_null(*value)) continue;
    if (single != nullptr) return nullptr;
    single = value;
  }
  return single;
}

FunctionValue FunctionVariables::resolve(const clang::Expr& expression) const { return resolve(expression, 0); }

FunctionValue FunctionVariables::resolve(const clang::Expr& expression, unsigned depth) const {
  if (depth > kMaxDepth) return {};
  const clang::Expr& inner = bare(expression);
  if (const auto* call = llvm::dyn_cast<clang::CallExpr>(&inner)) return {nullptr, looked_up_symbol(*call, context_)};
  if (const auto* construct = llvm::dyn_cast<clang::CXXConstructExpr>(&inner)) {
    const bool wraps = holds_function(construct->getType()) && construct->getNumArgs() >= 1;
    return wraps ? resolve(*construct->getArg(0), depth + 1) : FunctionValue{};
  }
  const auto* name = llvm::dyn_cast<clang::DeclRefExpr>(&inner);
  if (name == nullptr) return {};
  if (const auto* function = llvm::dyn_cast<clang::FunctionDecl>(name->getDecl())) return {function, {}};
  const auto* variable = llvm::dyn_cast<clang::VarDecl>(name->getDecl());
  const clang::Expr* value = variable != nullptr ? single_value(*variable) : nullptr;
  return value != nullptr ? resolve(*value, depth + 1) : FunctionValue{};
}

}  // namespace procsafe::worker
