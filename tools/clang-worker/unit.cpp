#include "unit.h"

#include <clang/AST/ASTConsumer.h>
#include <clang/Basic/FileManager.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/CompilerInvocation.h>
#include <clang/Frontend/FrontendAction.h>
#include <clang/Lex/Preprocessor.h>
#include <clang/Lex/PreprocessorOptions.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/VirtualFileSystem.h>

#include <memory>
#include <utility>

#include "body_choice.h"
#include "collector.h"
#include "interest.h"
#include "invocation.h"
#include "lower/clang/merge.h"
#include "preprocessor_recorder.h"
#include "source_map.h"
#include "values.h"

namespace procsafe::worker {
namespace {

/// Diagnostics written into a reply; more would only repeat the first cause.
constexpr std::size_t kMaxDiagnostics = 5;

/// Evaluating constants of foreign code must end soon; Clang's own limit is ten times that.
constexpr unsigned kConstexprSteps = 100'000;

/// What is gathered while one unit is parsed.
struct Session {
  const UnitRequest& request;
  const Interest& interest;
  UnitReply& reply;
  std::unique_ptr<SourceMap> map;
  std::unique_ptr<BodyChoice> bodies;
  EnteredFiles entered;
};

/// Counts errors, keeps the first, and marks their places.
class ErrorRecorder : public clang::DiagnosticConsumer {
 public:
  explicit ErrorRecorder(Session& session) : session_(session) {}

  void HandleDiagnostic(clang::DiagnosticsEngine::Level level, const clang::Diagnostic& diagnostic) override {
    if (level < clang::DiagnosticsEngine::Error) return;
    clang::DiagnosticConsumer::HandleDiagnostic(level, diagnostic);
    ++session_.reply.errors;
    if (session_.reply.diagnostics.size() < kMaxDiagnostics) session_.reply.diagnostics.push_back(text(diagnostic));
    if (session_.map == nullptr) return;
    if (const auto place = session_.map->place(diagnostic.getLocation()))
      session_.reply.files[place->file->path].unknown.push_back(place->range);
  }

 private:
  static std::string text(const clang::Diagnostic& diagnostic) {
    llvm::SmallString<128> message;
    diagnostic.FormatDiagnostic(message);
    std::string where;
    if (diagnostic.hasSourceManager() && diagnostic.getLocation().isValid()) {
      const clang::PresumedLoc place = diagnostic.getSourceManager().getPresumedLoc(diagnostic.getLocation());
      if (place.isValid()) where = std::string(place.getFilename()) + ":" + std::to_string(place.getLine()) + ": ";
    }
    return where + std::string(message);
  }

  Session& session_;
};

class Consumer : public clang::ASTConsumer {
 public:
  explicit Consumer(Session& session) : session_(session) {}

  bool shouldSkipFunctionBody(clang::Decl* declaration) override { return session_.bodies->skips(*declaration); }

  bool HandleTopLevelDecl(clang::DeclGroupRef group) override {
    for (clang::Decl* declaration : group) {
      if (session_.map->file(declaration->getLocation()).project) declarations_.push_back(declaration);
    }
    return true;
  }

  void HandleTranslationUnit(clang::ASTContext& context) override {
    const auto may_be_set = [this](const std::string& name) { return session_.bodies->skipped_mention(name); };
    const FunctionVariables variables(declarations_, context, may_be_set);
    collect_answers(declarations_, context, {*session_.map, session_.interest, variables}, session_.reply.files);
    for (const auto& [path, bodies] : session_.bodies->skipped()) {
      std::vector<SourceRange>& unknown = session_.reply.files[path].unknown;
      unknown.insert(unknown.end(), bodies.begin(), bodies.end());
    }
  }

 private:
  Session& session_;
  std::vector<clang::Decl*> declarations_;
};

class Action : public clang::ASTFrontendAction {
 public:
  explicit Action(Session& session) : session_(session) {}

 protected:
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance& compiler, llvm::StringRef) override {
    session_.map = std::make_unique<SourceMap>(compiler.getSourceManager(), compiler.getLangOpts(), session_.request);
    session_.bodies = std::make_unique<BodyChoice>(*session_.map);
    compiler.getPreprocessor().addPPCallbacks(std::make_unique<PreprocessorRecorder>(*session_.map, session_.entered));
    return std::make_unique<Consumer>(session_);
  }

  void EndSourceFileAction() override {
    session_.entered.add_inactive(*session_.map, session_.reply.files);
    for (auto& [path, semantics] : session_.reply.files) normalise(semantics);
    session_.bodies.reset();
    session_.map.reset();
  }

 private:
  Session& session_;
};

void prepare(clang::CompilerInvocation& invocation) {
  clang::FrontendOptions& frontend = invocation.getFrontendOpts();
  frontend.ProgramAction = clang::frontend::ParseSyntaxOnly;
  frontend.SkipFunctionBodies = true;
  frontend.DisableFree = true;
  frontend.ShowHelp = false;
  invocation.getLangOpts().ConstexprStepLimit = kConstexprSteps;
  invocation.getLangOpts().RecoveryAST = true;
  invocation.getLangOpts().SpellChecking = false;
  invocation.getDiagnosticOpts().ErrorLimit = 0;
  invocation.getDiagnosticOpts().VerifyDiagnostics = false;
  invocation.getPreprocessorOpts().ImplicitPCHInclude.clear();
}

}  // namespace

UnitReply analyse_unit(const UnitRequest& request) {
  llvm::InitializeAllTargetInfos();  // for cross compilers: their names hold the target
  UnitReply reply;
  const Interest interest(request.names);
  Session session{request, interest, reply, nullptr, nullptr, {}};
  ErrorRecorder recorder(session);

  const auto files = llvm::vfs::getRealFileSystem();
  if (files->setCurrentWorkingDirectory(request.directory)) {
    reply.failure = "the folder '" + request.directory + "' of the compile command does not exist";
    return reply;
  }
  const auto diagnostics = clang::CompilerInstance::createDiagnostics(new clang::DiagnosticOptions, &recorder, false);
  std::shared_ptr<clang::CompilerInvocation> invocation = make_invocation(request, files, diagnostics);
  if (invocation == nullptr) {
    reply.failure = reply.diagnostics.empty() ? "the compile command makes no sense to Clang" : reply.diagnostics[0];
    return reply;
  }
  prepare(*invocation);
  reply.diagnostics.clear();
  reply.errors = 0;

  clang::CompilerInstance compiler;
  compiler.setInvocation(std::move(invocation));
  compiler.createDiagnostics(&recorder, false);
  // A missing generated header makes Clang give up by default; what else it can read is still worth having.
  compiler.getDiagnostics().setFatalsAsError(true);
  compiler.setFileManager(new clang::FileManager({request.directory}, files));
  Action action(session);
  if (!compiler.ExecuteAction(action) && reply.files.empty())
    reply.failure = reply.diagnostics.empty() ? "Clang could not read the unit" : reply.diagnostics[0];
  return reply;
}

}  // namespace procsafe::worker
