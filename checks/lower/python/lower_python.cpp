#include "lower/lowering.h"
#include "lower/python/analysis.h"
#include "lower/tree.h"

extern "C" const TSLanguage* tree_sitter_python(void);

namespace procsafe {

std::unique_ptr<FileLowering> open_python(const LowerInput& input) {
  FileFacts parsed;
  const Tree tree(tree_sitter_python(), input.file.text);
  add_syntax_notice(input.file, tree, parsed);
  return std::make_unique<python::Analysis>(input, python::Syntax(tree), std::move(parsed.notices));
}

std::vector<Flow> python_promises(const SourceFile& file) {
  return {{python::module_slot(python::module_symbol(file)), Value::of_number(1), {}}};
}

}  // namespace procsafe
