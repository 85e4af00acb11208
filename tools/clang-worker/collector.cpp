#include "collector.h"

#include <clang/AST/ExprCXX.h>
#include <clang/AST/RecursiveASTVisitor.h>

#include <algorithm>
#include <optional>
#include <set>

#include "callee.h"
#include "names.h"
#include "values.h"

namespace procsafe::worker {
namespace {

class Collector : public clang::RecursiveASTVisitor<Collector> {
 public:
  Collector(clang::ASTContext& context, const UnitKnowledge& unit, Answers& answers)
      : context_(context),
        map_(unit.map),
        interest_(unit.interest),
        variables_(unit.variables),
        callees_(unit.map, unit.interest, unit.variables),
        answers_(answers) {}

  // What a template does is seen where it is instantiated; answers that agree are one (normalise).
  bool shouldVisitTemplateInstantiations() const { return true; }

  bool VisitExpr(clang::Expr* expression) {
    if (!expression->containsErrors()) return true;
    if (const auto place = map_.place(expression->getSourceRange())) answer(*place).unknown.push_back(place->range);
    return true;
  }

  bool VisitCallExpr(clang::CallExpr* call) {
    called_.insert(&bare(*call->getCallee()));
    if (const auto* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(call);
        operation != nullptr && operation->getOperator() == clang::OO_Call)
      called_.insert(&bare(*call->getArg(0)));
    add_handed_over(*call);
    add_construction(*call);
    const Callee callee = callees_.of(*call);
    if (callee.name.empty()) return true;
    CppSemantics::Call found;
    found.callee = callee.name;
    found.project = callee.project;
    const clang::CXXRecordDecl* receiver = add_receiver(*call, found);
    if (!matters(found, *call, receiver)) return true;
    const auto place = map_.place(call->getSourceRange());
    if (!place) return true;
    if (receiver != nullptr) add_class(*place, *receiver);
    add_call(*place, std::move(found), call->getCallee()->IgnoreParenImpCasts()->getExprLoc(),
             {call->getArgs() + callee.skipped_arguments, call->getArgs() + call->getNumArgs()});
    return true;
  }

  bool VisitCXXNewExpr(clang::CXXNewExpr* expression) {
    if (const clang::CXXConstructExpr* construct = expression->getConstructExpr())
      construct_ranges_[construct] = expression->getSourceRange();
    return true;
  }

  bool VisitCXXConstructExpr(clang::CXXConstructExpr* construct) {
    const clang::CXXConstructorDecl* constructor = construct->getConstructor();
    const clang::CXXRecordDecl* record = constructor->getParent();
    if (constructor->isCopyOrMoveConstructor() || !is_of_interest(*record)) return true;
    const auto known = construct_ranges_.find(construct);
    const auto place = map_.place(known != construct_ranges_.end() ? known->second : construct->getSourceRange());
    if (!place) return true;
    CppSemantics::Call found;
    const Callee callee = callees_.of(*constructor);
    found.callee = callee.name;
    found.project = callee.project;
    add_class(*place, *record);
    add_call(*place, std::move(found), construct->getLocation(),
             {construct->getArgs(), construct->getArgs() + construct->getNumArgs()});
    return true;
  }

  bool VisitDeclRefExpr(clang::DeclRefExpr* name) {
    if (called_.contains(name) || variables_.is_single_value(*name)) return true;
    const auto* function = llvm::dyn_cast<clang::FunctionDecl>(name->getDecl());
    if (function == nullptr) return true;
    const Callee callee = callees_.of(*function);
    if (callee.project || !interest_.names(callee.name)) return true;
    if (const auto place = map_.place(name->getSourceRange()))
      answer(*place).references.push_back({place->range, callee.name});
    return true;
  }

  bool VisitVarDecl(clang::VarDecl* variable) {
    const auto* construct = llvm::dyn_cast_or_null<clang::CXXConstructExpr>(
        variable->getInit() != nullptr ? variable->getInit()->IgnoreImplicit() : nullptr);
    const bool declares = construct != nullptr && !llvm::isa<clang::CXXTemporaryObjectExpr>(construct) &&
                          construct->getLocation() == variable->getLocation();
    if (declares) construct_ranges_[construct] = variable->getSourceRange();
    return add_variable(*variable);
  }

  bool VisitFieldDecl(clang::FieldDecl* field) { return add_variable(*field); }

 private:
  CppSemantics& answer(const Place& place) { return answers_[place.file->path]; }

  /// Is it a class of the catalogue, or derived from one?
  bool is_of_interest(const clang::CXXRecordDecl& record) {
    const auto known = record_interest_.find(record.getCanonicalDecl());
    if (known != record_interest_.end()) return !known->second.empty();
    std::set<std::string> bases;
    if (interest_.is_class(qualified_name(record))) bases.insert(qualified_name(record));
    if (record.hasDefinition()) {
      record.forallBases([&](const clang::CXXRecordDecl* base) {
        const std::string name = qualified_name(*base);
        if (interest_.is_class(name)) bases.insert(name);
        return true;
      });
    }
    return !record_interest_.emplace(record.getCanonicalDecl(), std::move(bases)).first->second.empty();
  }

  /// Is it a smart pointer to, or a container of, a class of the catalogue?
  bool holds_interest(const clang::CXXRecordDecl& record) {
    const auto* instance = llvm::dyn_cast<clang::ClassTemplateSpecializationDecl>(&record);
    if (instance == nullptr) return false;
    const llvm::ArrayRef<clang::TemplateArgument> arguments = instance->getTemplateArgs().asArray();
    return std::any_of(arguments.begin(), arguments.end(), [&](const clang::TemplateArgument& argument) {
      if (argument.getKind() != clang::TemplateArgument::Type) return false;
      const clang::CXXRecordDecl* held = class_of(argument.getAsType());
      return held != nullptr && (is_of_interest(*held) || holds_interest(*held));
    });
  }

  void add_class(const Place& place, const clang::CXXRecordDecl& record) {
    if (!is_of_interest(record)) return;
    const std::string name = qualified_name(record);
    for (const std::string& base : record_interest_[record.getCanonicalDecl()]) {
      if (base != name) answer(place).derivations.push_back({name, base});
    }
  }

  bool matters(const CppSemantics::Call& call, const clang::CallExpr& expression,
               const clang::CXXRecordDecl* receiver) {
    if (llvm::isa<clang::CXXOperatorCallExpr>(expression) && call.project) return false;
    if (call.project || interest_.names(call.callee)) return true;
    if (receiver != nullptr && is_of_interest(*receiver)) return true;
    const std::size_t scope = call.callee.rfind("::");
    const auto* method = llvm::dyn_cast_or_null<clang::CXXMethodDecl>(expression.getDirectCallee());
    return method != nullptr && scope != std::string::npos && interest_.is_class(call.callee.substr(0, scope));
  }

  /// A variable known to hold a function of the catalogue, given to another function.
  void add_handed_over(const clang::CallExpr& call) {
    for (const clang::Expr* argument : call.arguments()) {
      const auto* name = llvm::dyn_cast<clang::DeclRefExpr>(&bare(*argument));
      if (name == nullptr || called_.contains(name) || !llvm::isa<clang::VarDecl>(name->getDecl())) continue;
      if (!holds_function(name->getType())) continue;
      const FunctionValue value = variables_.resolve(*name);
      if (!value) continue;
      const Callee held =
          value.declaration != nullptr ? callees_.of(*value.declaration) : Callee{value.symbol, false, 0};
      if (held.project || !interest_.names(held.name)) continue;
      if (const auto place = map_.place(name->getSourceRange()))
        answer(*place).references.push_back({place->range, held.name});
    }
  }

  /// `std::make_unique<QProcess>(…)`, `children.emplace_back(…)`: the object is made out of sight, in a header of
  /// the library.
  void add_construction(const clang::CallExpr& call) {
    const clang::CXXRecordDecl* record = made_class(call);
    if (record == nullptr || !is_of_interest(*record)) return;
    const auto place = map_.place(call.getSourceRange());
    if (!place) return;
    CppSemantics::Call found;
    const std::string name = qualified_name(*record);
    found.callee = name + "::" + record->getNameAsString();
    found.project = map_.file(record->getLocation()).project && !interest_.is_class(name);
    add_class(*place, *record);
    add_call(*place, std::move(found), call.getCallee()->IgnoreParenImpCasts()->getExprLoc(),
             {call.getArgs(), call.getArgs() + call.getNumArgs()});
  }

  static const clang::CXXRecordDecl* made_class(const clang::CallExpr& call) {
    const clang::FunctionDecl* function = call.getDirectCallee();
    if (function == nullptr || !function->getDeclName().isIdentifier()) return nullptr;
    const llvm::StringRef name = function->getName();
    const bool makes = name == "make_unique" || name == "make_shared" || name == "make_optional" ||
                       name == "allocate_shared" || name == "create";
    const clang::TemplateArgumentList* arguments = makes ? function->getTemplateSpecializationArgs() : nullptr;
    const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(function);
    if ((name.starts_with("emplace") || name == "create") && method != nullptr) {
      const auto* owner = llvm::dyn_cast<clang::ClassTemplateSpecializationDecl>(method->getParent());
      arguments = owner != nullptr ? &owner->getTemplateArgs() : nullptr;
    }
    if (arguments == nullptr) return nullptr;
    // Of a map the last class is the value; what follows in the list are comparison and allocator.
    const clang::CXXRecordDecl* made = nullptr;
    for (const clang::TemplateArgument& argument : arguments->asArray()) {
      if (argument.getKind() != clang::TemplateArgument::Type || argument.getAsType()->isPointerType()) continue;
      const clang::CXXRecordDecl* record = argument.getAsType()->getAsCXXRecordDecl();
      if (record != nullptr && !record->isInStdNamespace()) made = record;
      if (makes && made != nullptr) break;
    }
    return made;
  }

  /// The object of a method call, and its class.
  const clang::CXXRecordDecl* add_receiver(const clang::CallExpr& call, CppSemantics::Call& found) {
    const auto* method = llvm::dyn_cast<clang::CXXMemberCallExpr>(&call);
    if (method == nullptr || method->getImplicitObjectArgument() == nullptr) return nullptr;
    const clang::Expr& object = *method->getImplicitObjectArgument()->IgnoreParenImpCasts();
    const clang::CXXRecordDecl* record = class_of(object.getType());
    if (record != nullptr) found.receiver_type = qualified_name(*record);
    const auto* self = llvm::dyn_cast<clang::CXXThisExpr>(&object);
    if (self != nullptr && self->isImplicit()) return record;
    // Of `pointer->call()` the object as it is written is the pointer, also a smart one.
    const auto* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(&object);
    const bool arrow = operation != nullptr && operation->getOperator() == clang::OO_Arrow;
    const clang::Expr& written = arrow ? *operation->getArg(0)->IgnoreParenImpCasts() : object;
    if (const auto place = map_.place(written.getSourceRange())) found.receiver = place->range;
    return record;
  }

  void add_call(const Place& place, CppSemantics::Call found, clang::SourceLocation callee,
                llvm::ArrayRef<const clang::Expr*> arguments) {
    found.range = place.range;
    clang::SourceRange use;
    if (const MacroUse* macro = map_.outermost_macro(callee)) {
      found.macro = macro->name;
      found.macro_path = macro->path;
      found.macro_definition = macro->definition;
      use = map_.outermost_use(callee);
    }
    for (const clang::Expr* expression : arguments) found.arguments.push_back(argument(*expression, use));
    answer(place).calls.push_back(std::move(found));
  }

  CppSemantics::Argument argument(const clang::Expr& expression, clang::SourceRange macro_use) {
    CppSemantics::Argument found;
    const clang::Expr* value = &expression;
    if (const auto* by_default = llvm::dyn_cast<clang::CXXDefaultArgExpr>(value)) {
      value = by_default->getExpr();
    } else {
      const auto in_body = [&](clang::SourceRange tokens) {
        return macro_use.isValid() && map_.outermost_use(tokens.getBegin()) == macro_use;
      };
      clang::SourceRange tokens = expression.getSourceRange();
      // `#define STOP(p) kill((p), 15)`: the parentheses stand in the macro, what they hold does not.
      if (in_body(tokens)) tokens = bare(expression).getSourceRange();
      if (const auto place = map_.place(tokens); place && !in_body(tokens)) found.range = place->range;
    }
    found.number = constant_number(*value, context_);
    found.text = constant_text(*value, context_);
    found.type = type_name(value->IgnoreUnlessSpelledInSource()->getType(), context_);
    return found;
  }

  bool add_variable(const clang::DeclaratorDecl& variable) {
    const clang::CXXRecordDecl* record = class_of(variable.getType());
    if (record == nullptr || variable.getDeclName().isEmpty()) return true;
    const bool known = map_.file(record->getLocation()).project || is_of_interest(*record) || holds_interest(*record);
    const auto place = map_.place(variable.getLocation());
    if (record->isLambda() || !known || !place) return true;
    answer(*place).variables.push_back({place->range, type_name(variable.getType(), context_)});
    add_class(*place, *record);
    return true;
  }

  clang::ASTContext& context_;
  const SourceMap& map_;
  const Interest& interest_;
  const FunctionVariables& variables_;
  CalleeResolver callees_;
  Answers& answers_;
  std::set<const clang::Expr*> called_;
  std::map<const clang::CXXConstructExpr*, clang::SourceRange> construct_ranges_;
  std::map<const clang::CXXRecordDecl*, std::set<std::string>> record_interest_;
};

}  // namespace

void collect_answers(const std::vector<clang::Decl*>& declarations, clang::ASTContext& context,
                     const UnitKnowledge& unit, Answers& answers) {
  Collector collector(context, unit, answers);
  for (clang::Decl* declaration : declarations) collector.TraverseDecl(declaration);
}

}  // namespace procsafe::worker
