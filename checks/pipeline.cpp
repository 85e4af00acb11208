#include "pipeline.h"

#include <array>

#include "link/link.h"
#include "lower/lowering.h"

namespace procsafe {

std::vector<FileResult> analyse(std::vector<SourceFile> files, const Catalog& catalog, const PipelineOptions& options) {
  const std::unique_ptr<EmbeddedShell> shell = make_embedded_shell(catalog);
  const LowerFile lower_one = [&](std::size_t index, Names& names) {
    const SourceFile& file = files[index];
    const std::array slices{SourceRange{0, static_cast<Offset>(file.text.size())}};
    return lower({file, slices, catalog, *shell, names});
  };
  std::vector<FileFacts> facts = link(files.size(), lower_one, options.threads);
  std::vector<FileResult> results;
  results.reserve(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    std::vector<Finding> findings = judge(facts[i], files[i], catalog, options.judge);
    results.push_back({std::move(files[i]), std::move(facts[i]), std::move(findings)});
  }
  return results;
}

}  // namespace procsafe
