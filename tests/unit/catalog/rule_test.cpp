#include "catalog/rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/error.h"

namespace procsafe {
namespace {

using testing::HasSubstr;

constexpr std::string_view kHead =
    "+++\nid = \"x-y\"\nseverity = \"error\"\npreset = \"strict\"\nsummary = \"S.\"\nmessage = \"m\"\n";

Rule parse(const std::string& more, const std::string& body = "# x-y\n") {
  return parse_rule(std::string(kHead) + more + "+++\n" + body, "x-y.md");
}

std::string fault(const std::string& text) {
  try {
    static_cast<void>(parse_rule(text, "x-y.md"));
  } catch (const CatalogError& error) {
    return error.what();
  }
  return "no fault";
}

TEST(Rule, MatchesWhenEveryConditionOfAClauseHolds) {
  const Rule rule =
      parse("[[when]]\noperation = \"wait\"\ntimeout = [\"absent\", \"none\"]\n[[when]]\nblocking = \"yes\"\n");
  AttributeSet set;
  EXPECT_FALSE(rule.matches(set));
  set.set(Operation::wait);
  EXPECT_FALSE(rule.matches(set));
  set.set(Timeout::none);
  EXPECT_TRUE(rule.matches(set));
  set.set(Timeout::bounded);
  EXPECT_FALSE(rule.matches(set));
  set.set(Attribute::blocking, true);
  EXPECT_TRUE(rule.matches(set));
}

TEST(Rule, WithoutAClauseNeverMatches) { EXPECT_FALSE(parse("").matches({})); }

TEST(Rule, ReadsCasesWithTheirLines) {
  const Rule rule = parse(
      "", "# x-y\n\n## Cases\n### One\n```python file=a/b.py\nx\ny\n```\n```shell\nz\n```\n## After\n```cpp\n```\n");
  ASSERT_EQ(rule.cases.size(), 2U);
  EXPECT_EQ(rule.cases[0].language, "python");
  EXPECT_EQ(rule.cases[0].file, "a/b.py");
  EXPECT_EQ(rule.cases[0].heading, "One");
  EXPECT_EQ(rule.cases[0].code, "x\ny\n");
  EXPECT_EQ(rule.cases[0].line, 13U);
  EXPECT_EQ(rule.cases[1].code, "z\n");
}

TEST(Rule, NamesWhatIsWrongAndWhere) {
  EXPECT_THAT(fault("# no front matter\n"), HasSubstr("x-y.md:1:"));
  EXPECT_THAT(fault("+++\nid = \"x\"\n"), HasSubstr("not closed"));
  EXPECT_THAT(fault("+++\nid = \"x\"\n+++\n"), HasSubstr("'severity' is missing"));
  EXPECT_THAT(fault("+++\nid = \n+++\n"), HasSubstr("x-y.md:"));
  const std::string head(kHead);
  EXPECT_THAT(fault(head + "sevrity = \"error\"\n+++\n"), HasSubstr("did you mean 'severity'?"));
  EXPECT_THAT(fault(head + "[[when]]\noperaton = \"wait\"\n+++\n"), HasSubstr("is no attribute"));
  EXPECT_THAT(fault(head + "[[when]]\noperation = \"wiat\"\n+++\n"), HasSubstr("has no value 'wiat'"));
}

}  // namespace
}  // namespace procsafe
