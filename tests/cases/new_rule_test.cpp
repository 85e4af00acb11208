// What `tools/dev new-rule` lays out must be a document that loads and has every part.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "catalog/rule.h"

namespace procsafe {
namespace {

TEST(NewRule, TemplateIsACompleteDocument) {
  std::ifstream in(PROCSAFE_SOURCE_DIR "/tools/new-rule.md");
  std::string text(std::istreambuf_iterator<char>(in), {});
  for (std::size_t at = text.find("RULE-ID"); at != std::string::npos; at = text.find("RULE-ID", at)) {
    text.replace(at, 7, "new-rule");
  }
  const Rule rule = parse_rule(text, "new-rule.md");
  EXPECT_EQ(rule.id, "new-rule");
  EXPECT_FALSE(rule.when.empty());
  for (const char* heading : {"What it finds", "Why", "Instead", "Cases"})
    EXPECT_FALSE(rule.section(heading).empty()) << heading;
  EXPECT_EQ(rule.cases.size(), 3U);
}

}  // namespace
}  // namespace procsafe
