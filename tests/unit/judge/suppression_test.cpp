#include "judge/suppression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "judge/judge.h"
#include "source/read.h"

namespace procsafe {
namespace {

using testing::HasSubstr;

const Catalog& catalog() {
  static const Catalog loaded = Catalog::load();
  return loaded;
}

/// A file of one comment line above `kill(x)`; the directive is marked by hand, as a lowering would.
struct Fixture {
  explicit Fixture(const std::string& comment, bool alone = true) {
    file = source_from_text("a.py", alone ? comment + "\nkill(x)\n" : "kill(x)  " + comment + "\n");
    const auto at = static_cast<Offset>(file.text.find("procsafe:"));
    facts.path = file.path;
    facts.directives.push_back({{at, at + static_cast<Offset>(comment.size() - comment.find("procsafe:"))}, alone});
    OperationFact fact;
    const auto call = static_cast<Offset>(file.text.find("kill(x)"));
    fact.range = {call, call + 7};
    fact.attributes.set(Operation::signal);
    fact.attributes.set(Signal::graceful);
    fact.attributes.set(Origin::parameter);
    facts.operations.push_back(fact);
  }

  [[nodiscard]] std::vector<std::string> unsuppressed() const {
    JudgeOptions options;
    options.today = std::chrono::year_month_day{std::chrono::year(2026), std::chrono::June, std::chrono::day(15)};
    std::vector<std::string> rules;
    for (const Finding& finding : judge(facts, file, catalog(), options)) {
      if (!finding.suppressed) rules.push_back(finding.rule->id);
    }
    return rules;
  }

  SourceFile file;
  FileFacts facts;
};

std::string problem(const std::string& comment) {
  const Fixture fixture(comment);
  return parse_suppressions(fixture.facts, fixture.file, catalog()).front().problem;
}

TEST(Suppression, CoversTheNextLineOrItsOwn) {
  EXPECT_THAT(Fixture("# procsafe: allow(foreign-signal) reason=\"r\"").unsuppressed(), testing::IsEmpty());
  EXPECT_THAT(Fixture("# procsafe: allow(foreign-signal) reason=\"r\"", false).unsuppressed(), testing::IsEmpty());
  EXPECT_THAT(Fixture("# procsafe: allow-file(foreign-signal) reason=\"r\"").unsuppressed(), testing::IsEmpty());
}

TEST(Suppression, TheLastDayStillCounts) {
  EXPECT_THAT(Fixture("# procsafe: allow(foreign-signal) reason=\"r\" until=2026-06-15").unsuppressed(),
              testing::IsEmpty());
  EXPECT_THAT(Fixture("# procsafe: allow(foreign-signal) reason=\"r\" until=2026-06-14").unsuppressed(),
              testing::UnorderedElementsAre("expired-suppression", "foreign-signal"));
}

TEST(Suppression, OfAnotherRuleIsUnused) {
  EXPECT_THAT(Fixture("# procsafe: allow(raw-kill) reason=\"r\"").unsuppressed(),
              testing::UnorderedElementsAre("unused-suppression", "foreign-signal"));
}

TEST(Suppression, AnInvalidOneIsNotAlsoUnused) {
  EXPECT_THAT(Fixture("# procsafe: allow(foreign-signal)").unsuppressed(),
              testing::UnorderedElementsAre("invalid-suppression", "foreign-signal"));
}

TEST(Suppression, SaysWhatIsWrong) {
  EXPECT_EQ(problem("# procsafe: allow(raw-kill, foreign-signal) reason=\"r\" until=2099-01-31"), "");
  EXPECT_THAT(problem("# procsafe: allow(raw-kill)"), HasSubstr("no reason"));
  EXPECT_THAT(problem("# procsafe: allow(raw-kill) reason=\" \""), HasSubstr("no reason"));
  EXPECT_THAT(problem("# procsafe: allow(raw-kil) reason=\"r\""), HasSubstr("did you mean 'raw-kill'?"));
  EXPECT_THAT(problem("# procsafe: allow() reason=\"r\""), HasSubstr("names no rule"));
  EXPECT_THAT(problem("# procsafe: allow(raw-kill reason=\"r\""), HasSubstr("not closed"));
  EXPECT_THAT(problem("# procsafe: allow(raw-kill) reason=r"), HasSubstr("quotes"));
  EXPECT_THAT(problem("# procsafe: allow(raw-kill) reason=\"r"), HasSubstr("not closed"));
  EXPECT_THAT(problem("# procsafe: allow(raw-kill) reason=\"r\" until=2026-13-01"), HasSubstr("YYYY-MM-DD"));
  EXPECT_THAT(problem("# procsafe: allow(raw-kill) reason=\"r\" for ever"), HasSubstr("cannot read"));
  EXPECT_THAT(problem("# procsafe: ignore"), HasSubstr("no known comment"));
}

}  // namespace
}  // namespace procsafe
