#include <memory>

#include "lower/lowering.h"

namespace procsafe {
namespace {

class ShellLowering : public EmbeddedShell {
 public:
  explicit ShellLowering(const Catalog& catalog) : catalog_(catalog) {}

  ShellSummary lower_script(const Text&, const ShellContext&, FileFacts&) const override { return {}; }
  ShellSummary lower_argv(std::span<const Text>, const ShellContext&, FileFacts&) const override { return {}; }

 private:
  [[maybe_unused]] const Catalog& catalog_;
};

}  // namespace

std::unique_ptr<EmbeddedShell> make_embedded_shell(const Catalog& catalog) {
  return std::make_unique<ShellLowering>(catalog);
}

}  // namespace procsafe
