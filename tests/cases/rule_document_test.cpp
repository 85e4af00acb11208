// Runs every case of every rule document, and checks that no document lacks a part.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <string>

#include "catalog/catalog.h"
#include "markers.h"
#include "pipeline.h"
#include "source/read.h"

namespace procsafe::test {
namespace {

const Catalog& catalog() {
  static const Catalog loaded = Catalog::load();
  return loaded;
}

/// A document names languages as people do; files carry them as extensions.
std::string file_name(const RuleCase& one) {
  if (!one.file.empty()) return one.file;
  const std::array<std::pair<std::string_view, std::string_view>, 4> extensions{
      {{"python", ".py"}, {"shell", ".sh"}, {"cpp", ".cpp"}, {"c", ".c"}}};
  const auto* found =
      std::find_if(extensions.begin(), extensions.end(), [&](const auto& each) { return each.first == one.language; });
  return "case" + std::string(found == extensions.end() ? ".unknown" : found->second);
}

PipelineOptions options_for(Preset preset) {
  static const Prefilter prefilter(catalog());
  PipelineOptions options;
  options.prefilter = &prefilter;
  options.judge.preset = preset;
  options.judge.today = std::chrono::year_month_day{std::chrono::year(2026), std::chrono::January, std::chrono::day(1)};
  return options;
}

SourceFile source_of(const RuleCase& one) {
  SourceFile file = source_from_text(file_name(one), one.code);
  if (file.language == Language::python) {
    file.module = file.path.substr(0, file.path.size() - 3);
    std::replace(file.module.begin(), file.module.end(), '/', '.');
    if (file.module.ends_with(".__init__")) file.module.resize(file.module.size() - 9);
  }
  return file;
}

/// The cases that are one project: those with a file name under one heading; any other stands alone.
std::vector<std::vector<RuleCase>> projects_of(const Rule& rule) {
  std::vector<std::vector<RuleCase>> projects;
  for (const RuleCase& one : rule.cases) {
    const bool joins = !one.file.empty() && !projects.empty() && !projects.back().front().file.empty() &&
                       projects.back().front().heading == one.heading;
    if (!joins) projects.emplace_back();
    projects.back().push_back(one);
  }
  return projects;
}

std::set<std::uint32_t> lines_of(const FileResult& result, std::string_view rule) {
  std::set<std::uint32_t> lines;
  for (const Finding& finding : result.findings) {
    if (finding.rule->id == rule && !finding.suppressed) lines.insert(result.file.position(finding.range.begin).line);
  }
  return lines;
}

void check_block(const Rule& rule, const RuleCase& one, const FileResult& result) {
  const Markers markers = read_markers(one.code, rule.id);
  const std::set<std::uint32_t> found = lines_of(result, rule.id);
  const auto where = [&](std::uint32_t line) {
    return rule.id + ".md:" + std::to_string(one.line + line - 1) + ": " + std::string(result.file.line(line));
  };
  for (const std::uint32_t line : markers.errors) {
    EXPECT_TRUE(found.contains(line)) << "not found: " << where(line);
  }
  for (const std::uint32_t line : found) {
    EXPECT_TRUE(markers.errors.contains(line) || markers.todo_oks.contains(line)) << "false alarm: " << where(line);
  }
  for (const std::uint32_t line : markers.todo_errors) {
    EXPECT_FALSE(found.contains(line)) << "found now, make it an error: " << where(line);
  }
  for (const std::uint32_t line : markers.todo_oks) {
    EXPECT_TRUE(found.contains(line)) << "silent now, make it ok: " << where(line);
  }
}

class RuleDocument : public testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] const Rule& rule() const { return *catalog().find_rule(GetParam()); }
};

TEST_P(RuleDocument, CasesHold) {
  for (const std::vector<RuleCase>& project : projects_of(rule())) {
    std::vector<SourceFile> files;
    for (const RuleCase& one : project) files.push_back(source_of(one));
    const std::vector<FileResult> results = analyse(std::move(files), catalog(), options_for(Preset::strict));
    for (std::size_t i = 0; i < project.size(); ++i) check_block(rule(), project[i], results[i]);
  }
}

TEST_P(RuleDocument, HasEverySection) {
  for (const std::string_view heading : {"What it finds", "Why", "Instead", "Cases"}) {
    EXPECT_FALSE(rule().section(heading).empty()) << "section '" << heading << "' is missing or empty";
  }
  EXPECT_FALSE(rule().summary.empty());
  EXPECT_TRUE(rule().summary.ends_with('.')) << "the summary is a sentence: " << rule().summary;
}

TEST_P(RuleDocument, HasAGoodAndABadCaseInEveryLanguageItClaims) {
  ASSERT_FALSE(rule().languages.empty());
  std::set<std::string> bad;
  std::set<std::string> good;
  for (const RuleCase& one : rule().cases) {
    const Markers markers = read_markers(one.code, rule().id);
    const std::string language = one.language == "c" ? "cpp" : one.language;
    EXPECT_NE(std::find(rule().languages.begin(), rule().languages.end(), language), rule().languages.end())
        << "a case in " << one.language << ", which the rule does not claim";
    if (!markers.errors.empty()) bad.insert(language);
    if (markers.has_ok) good.insert(language);
  }
  for (const std::string& language : rule().languages) {
    EXPECT_TRUE(bad.contains(language)) << "no bad case in " << language;
    EXPECT_TRUE(good.contains(language)) << "no good case in " << language;
  }
}

/// The advice we print is linted by ourselves.
TEST_P(RuleDocument, AdviceIsCleanUnderEveryRule) {
  for (const RuleCase& one : parse_blocks(rule().section("Instead"), 1)) {
    std::vector<SourceFile> files;
    files.push_back(source_of(one));
    for (const FileResult& result : analyse(std::move(files), catalog(), options_for(Preset::strict))) {
      for (const Finding& finding : result.findings)
        ADD_FAILURE() << one.code << finding.rule->id << ": " << finding.message;
    }
  }
}

std::vector<std::string> rule_ids() {
  std::vector<std::string> ids;
  for (const Rule& rule : catalog().rules()) ids.push_back(rule.id);
  return ids;
}

INSTANTIATE_TEST_SUITE_P(Rules, RuleDocument, testing::ValuesIn(rule_ids()), [](const auto& each) {
  std::string name = each.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace procsafe::test
