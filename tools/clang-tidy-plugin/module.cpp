// What clang-tidy loads: one check for each rule that speaks of C or C++.
#include <clang-tidy/ClangTidyModule.h>
#include <clang-tidy/ClangTidyModuleRegistry.h>

#include <algorithm>

#include "rule_check.h"

namespace procsafe::tidy {
namespace {

bool speaks_of_c(const Rule& rule) {
  return std::any_of(rule.languages.begin(), rule.languages.end(),
                     [](const std::string& language) { return language == "c" || language == "cpp"; });
}

class Module : public clang::tidy::ClangTidyModule {
 public:
  void addCheckFactories(clang::tidy::ClangTidyCheckFactories& factories) override {
    for (const Rule& rule : catalog().rules()) {
      if (!speaks_of_c(rule)) continue;
      factories.registerCheckFactory("procsafe-" + rule.id,
                                     [&rule](llvm::StringRef name, clang::tidy::ClangTidyContext* context) {
                                       return std::make_unique<RuleCheck>(name, context, rule);
                                     });
    }
  }
};

const clang::tidy::ClangTidyModuleRegistry::Add<Module> kRegistered(
    "procsafe-module", "Processes are started, ended and awaited by who owns them.");

}  // namespace
}  // namespace procsafe::tidy
