#include "lower/cpp/analysis.h"
#include "lower/cpp/carriers.h"
#include "lower/cpp/exports.h"
#include "lower/cpp/flows.h"
#include "lower/cpp/operations.h"
#include "lower/cpp/polling.h"
#include "lower/cpp/references.h"
#include "lower/lowering.h"
#include "lower/tree.h"

namespace procsafe {
namespace {

/// Macros make the grammars stumble in most files of C and C++, seldom near an operation: worth a note.
void add_notices(const cpp::Unit& unit, FileFacts& facts) {
  if (unit.tree.empty()) {
    facts.notices.push_back({Notice::Level::error, {}, "not analysed: parsing took too long"});
    return;
  }
  if (unit.tree.errors().empty()) return;
  const SourceRange first = unit.map.to_file(unit.tree.errors().front());
  facts.notices.push_back({Notice::Level::note, first, "the syntax around here was not fully understood"});
}

class CppFile : public FileLowering {
 public:
  explicit CppFile(const LowerInput& input) : input_(input) {}

  FileFacts run(Names& names) override {
    return lower({input_.file, input_.wanted, input_.catalog, input_.shell, names, input_.semantics});
  }

 private:
  FileFacts lower(const LowerInput& input);

  LowerInput input_;
  std::shared_ptr<const cpp::ParsedText> parsed_;
};

FileFacts CppFile::lower(const LowerInput& input) {
  FileFacts facts;
  const cpp::Analysis analysis(input, parsed_);
  add_notices(analysis.unit, facts);
  if (analysis.unit.tree.empty()) return facts;
  for (const SourceRange& comment : analysis.unit.tree.comments())
    add_directive(input.file, analysis.unit.map.to_file(comment), facts);
  cpp::OperationBuilder(analysis, facts).run();
  cpp::lower_carried_text(analysis, facts);
  cpp::find_references(analysis, facts);
  cpp::find_local_managers(analysis, facts);
  cpp::find_polling_loops(analysis, facts);
  cpp::FlowBuilder(analysis, facts).run();
  cpp::export_declarations(analysis, facts);
  facts.asks.assign(analysis.texts.asked().begin(), analysis.texts.asked().end());
  for (OperationFact& fact : facts.operations)
    fact.tier = analysis.unit.answers.judge(fact.range) ? Tier::clang : Tier::syntax;
  return facts;
}

}  // namespace

std::unique_ptr<FileLowering> open_cpp(const LowerInput& input) { return std::make_unique<CppFile>(input); }

}  // namespace procsafe
