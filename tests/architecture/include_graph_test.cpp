// Data flows one way: a folder of checks/ includes only what stands before it in the pipeline.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

/// Stage → the stages it may include besides itself.
const std::map<std::string, std::set<std::string>>& allowed() {
  static const std::map<std::string, std::set<std::string>> table{
      {"facts", {}},
      {"catalog", {"facts"}},
      {"source", {"facts", "catalog"}},
      {"config", {"facts", "catalog", "source"}},
      {"lower", {"facts", "catalog", "source"}},
      {"link", {"facts", "catalog", "source"}},
      {"judge", {"facts", "catalog", "source"}},
      {"report", {"facts", "catalog", "source", "judge"}},
  };
  return table;
}

std::vector<std::string> includes_of(const fs::path& file) {
  static const std::regex pattern(R"re(^\s*#\s*include\s+"([^"]+)")re");
  std::vector<std::string> found;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::smatch match;
    if (std::regex_search(line, match, pattern)) found.push_back(match[1]);
  }
  return found;
}

/// Folder of a path below checks/: `lower` and, below it, `python`.
std::pair<std::string, std::string> stage_of(const std::string& path) {
  const fs::path relative(path);
  auto part = relative.begin();
  const std::string stage = part->string();
  ++part;
  const bool nested = part != relative.end() && std::next(part) != relative.end();
  return {stage, nested ? part->string() : std::string{}};
}

std::vector<fs::path> sources() {
  std::vector<fs::path> files;
  const fs::path root = fs::path(PROCSAFE_SOURCE_DIR) / "checks";
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".h" || extension == ".cpp") files.push_back(fs::relative(entry.path(), root));
  }
  return files;
}

TEST(IncludeGraph, EveryStageIncludesOnlyWhatStandsBeforeIt) {
  std::size_t checked = 0;
  for (const fs::path& file : sources()) {
    const std::string stage = stage_of(file.generic_string()).first;
    if (!allowed().contains(stage)) continue;  // checks/pipeline.* joins the stages
    for (const std::string& include : includes_of(fs::path(PROCSAFE_SOURCE_DIR) / "checks" / file)) {
      const std::string target = stage_of(include).first;
      if (!allowed().contains(target)) continue;
      ++checked;
      EXPECT_TRUE(target == stage || allowed().at(stage).contains(target))
          << "checks/" << file.generic_string() << " includes " << include;
    }
  }
  EXPECT_GT(checked, 20U) << "the test no longer sees the includes";
}

TEST(IncludeGraph, NoLoweringIncludesAnotherLanguage) {
  // Clang answers questions of the C and C++ lowering; they are one language.
  const auto language = [](const std::string& name) { return name == "clang" ? std::string("cpp") : name; };
  for (const fs::path& file : sources()) {
    const auto [stage, folder] = stage_of(file.generic_string());
    if (stage != "lower" || folder.empty()) continue;
    for (const std::string& include : includes_of(fs::path(PROCSAFE_SOURCE_DIR) / "checks" / file)) {
      const auto [target, other] = stage_of(include);
      if (target != "lower" || other.empty()) continue;
      EXPECT_EQ(language(other), language(folder)) << "checks/" << file.generic_string() << " includes " << include;
    }
  }
}

}  // namespace
