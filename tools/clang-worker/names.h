// Names as the catalogue writes them.
#pragma once

#include <clang/AST/Decl.h>
#include <clang/AST/DeclCXX.h>
#include <clang/AST/Type.h>

#include <string>

namespace procsafe::worker {

/// `boost::process::child::wait`: without template arguments, inline and unnamed namespaces, and functions
/// around it; a function of C has no namespace. A constructor is named by its class twice.
[[nodiscard]] std::string qualified_name(const clang::NamedDecl& declaration);

/// The canonical type without qualifiers: `QProcess *`, `std::unique_ptr<QProcess>`.
[[nodiscard]] std::string type_name(clang::QualType type, const clang::ASTContext& context);

/// The class of an object, or of what a pointer, reference or array is made of; null if it is none.
[[nodiscard]] const clang::CXXRecordDecl* class_of(clang::QualType type);

}  // namespace procsafe::worker
