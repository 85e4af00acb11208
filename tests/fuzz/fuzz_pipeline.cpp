// Any bytes as a Python, shell, C or C++ file: the pipeline answers, and its answers lie inside the file.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "pipeline.h"
#include "source/read.h"

namespace {

const procsafe::Catalog& catalog() {
  static const procsafe::Catalog loaded = procsafe::Catalog::load();
  return loaded;
}

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace procsafe;
  if (size == 0) return 0;
  constexpr const char* kNames[] = {"fuzz.py", "fuzz.sh", "fuzz.cpp", "fuzz.c", "fuzz.zsh"};
  std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<SourceFile> files;
  files.push_back(source_from_text(kNames[data[0] % std::size(kNames)], std::move(text)));
  files.back().module = "fuzz";
  PipelineOptions options;
  options.judge.preset = Preset::strict;
  options.judge.today = std::chrono::year_month_day{std::chrono::year(2026), std::chrono::January, std::chrono::day(1)};
  for (const FileResult& result : analyse(std::move(files), catalog(), options)) {
    const auto end = static_cast<Offset>(result.file.text.size());
    for (const Finding& finding : result.findings) {
      require(finding.rule != nullptr, "a finding without a rule");
      require(finding.range.begin <= finding.range.end && finding.range.end <= end, "a finding outside the file");
      require(!finding.message.empty(), "a finding without a message");
    }
    for (const Notice& notice : result.facts.notices) {
      require(notice.range.end <= end, "a notice outside the file");
      require(notice.message.find("internal error") == std::string::npos, notice.message.c_str());
    }
  }
  return 0;
}
