#include <fmt/format.h>

#include "lower/lowering.h"
#include "lower/python/interpreter.h"
#include "lower/python/review.h"
#include "lower/tree.h"

extern "C" const TSLanguage* tree_sitter_python(void);

namespace procsafe {
namespace {

/// Passes over one file after which what is known is taken as it is. A chain of helpers needs one pass a link.
constexpr int kMaxPasses = 6;

}  // namespace

FileFacts lower_python(const LowerInput& input) {
  using namespace python;
  FileFacts facts;
  const Tree tree(tree_sitter_python(), input.file.text);
  add_syntax_notice(input.file, tree, facts);
  if (!tree) return facts;
  const Syntax syntax(tree);
  for (const SourceRange comment : syntax.comments()) add_directive(input.file, comment, facts);

  Program program(syntax, module_symbol(input.file));
  ObjectPool pool;
  SlotStore slots(pool, program, input.names);
  NameTable names(input.file, input.catalog.python(), pool, slots);
  Journal journal;
  for (int pass = 0; pass < kMaxPasses; ++pass) {
    journal = {};
    Interpreter interpreter(input, syntax, program, pool, slots, names, journal);
    interpreter.run();
    const bool again = slots.end_pass() || interpreter.effects_changed();
    if (!again || pass + 1 == kMaxPasses) {
      Review(journal, syntax, program, interpreter.operations(), input.catalog.python()).run();
      if (const auto& place = interpreter.too_deep()) {
        facts.notices.push_back({Notice::Level::error, *place,
                                 fmt::format("partly analysed: the code in line {} is nested too deeply",
                                             input.file.position(place->begin).line)});
      }
      break;
    }
  }
  for (auto& [node, draft] : journal.drafts) {
    if (!draft.dropped) facts.operations.push_back(std::move(draft.fact));
  }
  for (Draft& draft : journal.inner) facts.operations.push_back(std::move(draft.fact));
  facts.flows = slots.exported();
  return facts;
}

}  // namespace procsafe
