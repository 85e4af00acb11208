#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pipeline.h"
#include "source/read.h"

int main(int argc, char** argv) {
  using namespace procsafe;
  PipelineOptions options;
  options.judge.today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  std::vector<std::string> paths;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--strict") {
      options.judge.preset = Preset::strict;
    } else {
      paths.emplace_back(argv[i]);
    }
  }
  const Catalog catalog = Catalog::load();
  SourceSet sources = read_sources(paths);
  nlohmann::json rows = nlohmann::json::array();
  for (const FileResult& result : analyse(std::move(sources.files), catalog, options)) {
    for (const Notice& notice : result.facts.notices) std::cerr << result.file.path << ": " << notice.message << "\n";
    for (const Finding& finding : result.findings) {
      if (finding.suppressed) continue;
      rows.push_back({{"path", finding.path},
                      {"line", result.file.position(finding.range.begin).line},
                      {"end_line", result.file.position(finding.range.end == 0 ? 0 : finding.range.end - 1).line},
                      {"rule", finding.rule->id},
                      {"message", finding.message}});
    }
  }
  std::cout << rows.dump(1) << "\n";
  return rows.empty() ? 0 : 1;
}
