#include "names.h"

#include <clang/AST/ASTContext.h>
#include <clang/AST/DeclTemplate.h>
#include <clang/AST/PrettyPrinter.h>

namespace procsafe::worker {
namespace {

/// Name of a namespace or class around a declaration; empty for those that are left out.
std::string scope_name(const clang::DeclContext& scope) {
  if (const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(&scope))
    return space->isInline() || space->isAnonymousNamespace() ? std::string{} : space->getNameAsString();
  if (const auto* tag = llvm::dyn_cast<clang::TagDecl>(&scope)) {
    if (const clang::TypedefNameDecl* alias = tag->getTypedefNameForAnonDecl()) return alias->getNameAsString();
    return tag->getNameAsString();
  }
  return {};
}

bool is_c_function(const clang::NamedDecl& declaration) {
  const auto* function = llvm::dyn_cast<clang::FunctionDecl>(&declaration);
  return function != nullptr && function->isExternC();
}

std::string own_name(const clang::NamedDecl& declaration) {
  if (llvm::isa<clang::CXXConstructorDecl>(declaration))
    return llvm::cast<clang::CXXConstructorDecl>(declaration).getParent()->getNameAsString();
  return declaration.getNameAsString();
}

}  // namespace

std::string qualified_name(const clang::NamedDecl& declaration) {
  std::string name = own_name(declaration);
  if (is_c_function(declaration)) return name;
  for (const clang::DeclContext* scope = declaration.getDeclContext(); scope != nullptr; scope = scope->getParent()) {
    if (scope->isFunctionOrMethod()) break;
    const std::string outer = scope_name(*scope);
    if (!outer.empty()) name = outer + "::" + name;
  }
  return name;
}

std::string type_name(clang::QualType type, const clang::ASTContext& context) {
  clang::PrintingPolicy policy(context.getLangOpts());
  policy.SuppressTagKeyword = true;
  policy.SuppressInlineNamespace = true;
  policy.SuppressUnwrittenScope = true;
  policy.SuppressDefaultTemplateArgs = true;
  policy.AnonymousTagLocations = false;
  policy.PrintCanonicalTypes = true;
  clang::QualType canonical = type.getNonReferenceType().getCanonicalType().getUnqualifiedType();
  if (const auto* pointer = canonical->getAs<clang::PointerType>())
    canonical = context.getPointerType(pointer->getPointeeType().getUnqualifiedType());
  return canonical.getAsString(policy);
}

const clang::CXXRecordDecl* class_of(clang::QualType type) {
  if (type.isNull()) return nullptr;
  type = type.getNonReferenceType().getCanonicalType();
  while (true) {
    if (const auto* pointer = type->getAs<clang::PointerType>()) {
      type = pointer->getPointeeType();
    } else if (const clang::Type* element = type->getArrayElementTypeNoTypeQual()) {
      type = clang::QualType(element, 0);
    } else {
      return type->getAsCXXRecordDecl();
    }
  }
}

}  // namespace procsafe::worker
