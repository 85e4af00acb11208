#include "callee.h"

#include <clang/AST/Attr.h>
#include <clang/AST/DeclTemplate.h>
#include <clang/Lex/Lexer.h>

#include <algorithm>

#include "names.h"

namespace procsafe::worker {
namespace {

/// The name the linker sees, where the project gives one by hand: `int run(const char*) __asm__("system");`.
std::string linked_name(const clang::FunctionDecl& function) {
  if (const auto* label = function.getAttr<clang::AsmLabelAttr>()) return label->getLabel().str();
  if (const auto* alias = function.getAttr<clang::AliasAttr>()) return alias->getAliasee().str();
  if (const auto* weak = function.getAttr<clang::WeakRefAttr>()) return weak->getAliasee().str();
  return {};
}

const clang::FunctionDecl& written_declaration(const clang::FunctionDecl& function) {
  const clang::FunctionDecl* pattern = function.getTemplateInstantiationPattern();
  return pattern != nullptr ? *pattern : function;
}

}  // namespace

bool CalleeResolver::declared_only_in_project(const clang::FunctionDecl& function, const std::string& name) const {
  const std::size_t scope = name.rfind("::");
  if (scope != std::string::npos && (interest_.names(name) || interest_.is_class(name.substr(0, scope)))) return false;
  const clang::FunctionDecl& written = written_declaration(function);
  const auto in_project = [&](const clang::FunctionDecl* declaration) {
    return map_.file(declaration->getLocation()).project;
  };
  if (!std::all_of(written.redecls_begin(), written.redecls_end(), in_project)) return false;
  const bool by_hand = function.isExternC() && !function.isDefined() && function.isExternallyVisible();
  return !(by_hand && interest_.names(name));
}

Callee CalleeResolver::of(const clang::FunctionDecl& function) const {
  Callee callee{qualified_name(function), false, 0};
  const std::string linked = linked_name(function);
  if (interest_.names(linked) && map_.file(function.getLocation()).project) return {linked, false, 0};
  callee.project = declared_only_in_project(function, callee.name);
  return callee;
}

std::string CalleeResolver::system_call(const clang::CallExpr& call) const {
  const clang::FunctionDecl* function = call.getDirectCallee();
  if (function == nullptr || call.getNumArgs() == 0 || !function->getDeclName().isIdentifier()) return {};
  if (function->getName() != "syscall" || !function->isExternC()) return {};
  // The number differs between machines; the macro that names it does not.
  const clang::SourceLocation begin = bare(*call.getArg(0)).getBeginLoc();
  if (!begin.isMacroID()) return {};
  clang::SourceLocation location = begin;
  while (location.isMacroID()) {
    const llvm::StringRef macro = clang::Lexer::getImmediateMacroName(location, map_.manager(), map_.language());
    for (const llvm::StringRef prefix : {"SYS_", "__NR_"}) {
      if (macro.starts_with(prefix)) return macro.drop_front(prefix.size()).str();
    }
    location = map_.manager().isMacroArgExpansion(location)
                   ? map_.manager().getImmediateSpellingLoc(location)
                   : map_.manager().getImmediateExpansionRange(location).getBegin();
  }
  return {};
}

Callee CalleeResolver::of_lookup(const clang::OverloadExpr& lookup) const {
  Callee only;
  for (const clang::NamedDecl* declaration : lookup.decls()) {
    declaration = declaration->getUnderlyingDecl();
    if (const auto* pattern = llvm::dyn_cast<clang::FunctionTemplateDecl>(declaration))
      declaration = pattern->getTemplatedDecl();
    const auto* function = llvm::dyn_cast<clang::FunctionDecl>(declaration);
    if (function == nullptr) return {};
    const Callee callee = of(*function);
    if (!only.name.empty() && (only.name != callee.name || only.project != callee.project)) return {};
    only = callee;
  }
  return only;
}

Callee CalleeResolver::of_expression(const clang::Expr& callee) const {
  if (const auto* lookup = llvm::dyn_cast<clang::OverloadExpr>(&bare(callee))) return of_lookup(*lookup);
  const FunctionValue value = variables_.resolve(callee);
  if (value.declaration != nullptr) return of(*value.declaration);
  return {value.symbol, false, 0};
}

Callee CalleeResolver::of(const clang::CallExpr& call) const {
  const std::string raw = system_call(call);
  if (interest_.names(raw)) return {raw, false, 1};
  const auto* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(&call);
  if (operation != nullptr && operation->getOperator() == clang::OO_Call && holds_function(call.getArg(0)->getType())) {
    Callee callee = of_expression(*call.getArg(0));
    callee.skipped_arguments = 1;
    return callee;
  }
  if (const clang::FunctionDecl* function = call.getDirectCallee()) {
    Callee callee = of(*function);
    const bool object_first = operation != nullptr && llvm::isa<clang::CXXMethodDecl>(function);
    callee.skipped_arguments = object_first ? 1 : 0;
    return callee;
  }
  return of_expression(*call.getCallee());
}

}  // namespace procsafe::worker
