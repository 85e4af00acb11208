#include <memory>
#include <utility>

#include "lower/lowering.h"
#include "lower/shell/script_lowering.h"

namespace procsafe {
namespace {

class ShellLowering : public EmbeddedShell {
 public:
  explicit ShellLowering(const Catalog& catalog) : catalog_(catalog) {}

  ShellSummary lower_script(const Text& script, const ShellContext& context, FileFacts& facts) const override {
    if (script.is_hole()) return {.background_only = false, .tree = true, .output = Origin::not_applicable};
    shell::Session session(catalog_.shell(), context, facts, shell::Dialect::bash);
    shell::ScriptLowering lowering(session, {});
    return lowering.lower(shell::read_script(script, shell::Dialect::bash), {});
  }

  ShellSummary lower_argv(std::span<const Text> argv, const ShellContext& context, FileFacts& facts) const override {
    shell::Session session(catalog_.shell(), context, facts, shell::Dialect::bash);
    shell::ScriptLowering lowering(session, {});
    std::vector<shell::Field> words;
    for (const Text& text : argv) {
      shell::Field& field = words.emplace_back();
      field.text = text;
      field.splits = text.is_hole();
      field.source = text.bytes();
    }
    return lowering.lower_command(std::move(words));
  }

 private:
  const Catalog& catalog_;
};

}  // namespace

std::unique_ptr<EmbeddedShell> make_embedded_shell(const Catalog& catalog) {
  return std::make_unique<ShellLowering>(catalog);
}

}  // namespace procsafe
