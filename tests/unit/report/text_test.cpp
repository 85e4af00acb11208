#include "report/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/code_frame.h"
#include "sample_run.h"

namespace procsafe {
namespace {

using test::add_file;
using test::add_finding;
using test::add_related;
using test::sample_run;
using testing::HasSubstr;
using testing::Not;

std::string frame(std::string text, std::string_view marked) {
  const SourceFile file = source_from_text("a.py", std::move(text));
  const auto begin = static_cast<Offset>(file.text.find(marked));
  return code_frame(file, {begin, begin + static_cast<Offset>(marked.size())}, Severity::error, Palette(false));
}

TEST(CodeFrame, UnderlinesTheFinding) {
  EXPECT_EQ(frame("x = 1\nf(kill(2))\n", "kill(2)"),
            "    2 | f(kill(2))\n"
            "      |   ^~~~~~~\n");
}

TEST(CodeFrame, CountsCodePoints) {
  EXPECT_EQ(frame("ä€😀 kill\n", "kill"),
            "    1 | ä€😀 kill\n"
            "      |     ^~~~\n");
}

TEST(CodeFrame, ExpandsTabs) {
  EXPECT_EQ(frame("\ta\tkill\n", "kill"),
            "    1 |     a   kill\n"
            "      |         ^~~~\n");
}

TEST(CodeFrame, SpellsOutWhatATerminalWouldObey) {
  EXPECT_EQ(frame("\x1b[31mkill\x07\xFF\n", "kill"),
            "    1 | \\x1b[31mkill\\x07\\xff\n"
            "      |         ^~~~\n");
  EXPECT_EQ(frame("a\u202Ekill\n", "kill"),
            "    1 | a\\u{202e}kill\n"
            "      |          ^~~~\n");
}

TEST(CodeFrame, CutsLongLinesAroundTheFinding) {
  const std::string out = frame(std::string(100'000, 'x') + " kill(1) " + std::string(100'000, 'y') + "\n", "kill(1)");
  EXPECT_LT(out.size(), 400U);
  EXPECT_THAT(out, HasSubstr("    1 | …xxxx"));
  EXPECT_THAT(out, HasSubstr("x kill(1) y"));
  EXPECT_THAT(out, HasSubstr("y…\n"));
  const std::size_t column = out.find("kill(1)") - out.find("…") - 2;
  EXPECT_EQ(out.substr(out.find('\n') + 1), "      | " + std::string(column, ' ') + "^~~~~~~\n");
}

TEST(CodeFrame, CutsBetweenCodePoints) {
  std::string line;
  for (int i = 0; i < 1000; ++i) line += "€";
  const std::string out = frame(line + "kill" + line, "kill");
  EXPECT_THAT(out, Not(HasSubstr("\\x")));
}

TEST(CodeFrame, ShowsTheFirstOfSeveralLines) {
  EXPECT_EQ(frame("run(\n  a,\n)\n", "run(\n  a,\n)"),
            "    1 | run(\n"
            "      | ^~~~\n"
            "  ... |\n");
}

TEST(CodeFrame, MarksEmptyRangesAndTheEnd) {
  EXPECT_EQ(frame("kill\n", ""), "    1 | kill\n      | ^\n");
  const SourceFile file = source_from_text("a.py", "ab");
  EXPECT_EQ(code_frame(file, {2, 2}, Severity::error, Palette(false)), "    1 | ab\n      |   ^\n");
}

TEST(TextReport, PutsTheRulesOfOnePlaceOverOneFrame) {
  auto run = sample_run();
  FileResult& file = add_file(run, "a.py", "import os\nos.system('ls')\n");
  add_finding(file, "direct-spawn", "os.system('ls')", "'os.system' starts a process that nothing owns.");
  add_finding(file, "missing-timeout", "os.system('ls')", "'os.system' may wait for ever.");
  EXPECT_EQ(render_text(run, false),
            "a.py:2:1: error: 'os.system' starts a process that nothing owns. [direct-spawn]\n"
            "a.py:2:1: error: 'os.system' may wait for ever. [missing-timeout]\n"
            "    2 | os.system('ls')\n"
            "      | ^~~~~~~~~~~~~~~\n"
            "   = " +
                run.catalog->find_rule("direct-spawn")->advice +
                "\n"
                "   = " +
                run.catalog->find_rule("missing-timeout")->advice +
                "\n"
                "\n"
                "2 findings in 1 file (1 file checked)\n");
}

TEST(TextReport, ErrorsStandBeforeWarnings) {
  auto run = sample_run();
  FileResult& file = add_file(run, "a.py", "kill(9)\n");
  add_finding(file, "force-kill-first", "kill(9)", "w.");
  add_finding(file, "process-hunt", "kill(9)", "e.");
  EXPECT_THAT(render_text(run, false),
              testing::StartsWith("a.py:1:1: error: e. [process-hunt]\na.py:1:1: warning: w."));
}

TEST(TextReport, ShowsRelatedPlacesAsNotes) {
  auto run = sample_run();
  FileResult& file = add_file(run, "a.py", "p = pgrep()\nkill(p)\n");
  Finding& finding = add_finding(file, "process-hunt", "kill(p)", "m.");
  add_related(finding, "a.py", {4, 11}, "the process comes from here");
  add_related(finding, "gone.py", {0, 1}, "and from here");
  EXPECT_THAT(render_text(run, false), HasSubstr("a.py:1:5: note: the process comes from here\n"
                                                 "    1 | p = pgrep()\n"
                                                 "      |     ^~~~~~~\n"
                                                 "gone.py: note: and from here\n"));
}

TEST(TextReport, HidesSuppressedFindingsUnlessAsked) {
  auto run = sample_run();
  FileResult& file = add_file(run, "a.py", "kill(p)\n");
  Finding& finding = add_finding(file, "process-hunt", "kill(p)", "m.");
  finding.suppressed = true;
  finding.suppression_reason = "a test";
  EXPECT_EQ(render_text(run, false), "no findings (1 file checked, 1 suppressed)\n");
  run.show_suppressed = true;
  EXPECT_THAT(render_text(run, false), HasSubstr("[process-hunt] (suppressed: a test)\n"));
}

TEST(TextReport, ColoursOnlyWhenAsked) {
  auto run = sample_run();
  add_finding(add_file(run, "a.py", "kill(p)\n"), "process-hunt", "kill(p)", "m.");
  EXPECT_THAT(render_text(run, false), Not(HasSubstr("\x1b")));
  EXPECT_THAT(render_text(run, true), HasSubstr("\x1b[1;31merror:\x1b[0m"));
}

TEST(TextReport, NamesCannotFoolTheReader) {
  auto run = sample_run();
  add_finding(add_file(run, "a\nb\x1b.py", "kill(p)\n"), "process-hunt", "kill(p)", "'a\nb' is odd.");
  EXPECT_THAT(render_text(run, false),
              testing::StartsWith("a\\nb\\x1b.py:1:1: error: 'a\\nb' is odd. [process-hunt]\n"));
}

TEST(TextReport, CountsInItsLastLine) {
  auto run = sample_run();
  run.files_checked = 0;
  EXPECT_EQ(summary_line(run), "no findings (0 files checked)");
  run.notices.push_back({Notice::Level::error, "x", {0, 0}, "m"});
  run.notices.push_back({Notice::Level::note, "x", {0, 0}, "m"});
  EXPECT_EQ(summary_line(run), "no findings (0 files checked, 1 error)");
}

TEST(Notices, NameThePlace) {
  auto run = sample_run();
  run.notices = {{Notice::Level::error, "", {0, 0}, "nothing to check"},
                 {Notice::Level::note, "a.py", {3, 2}, "odd"},
                 {Notice::Level::error, "b.py", {0, 0}, "unreadable"}};
  EXPECT_EQ(render_notices(run, false),
            "procsafe: error: nothing to check\n"
            "procsafe: note: a.py:3:2: odd\n"
            "procsafe: error: b.py: unreadable\n");
}

TEST(Statistics, CountRulesMostFirst) {
  auto run = sample_run();
  FileResult& file = add_file(run, "a.py", "kill(p)\nrun()\n");
  add_finding(file, "direct-spawn", "kill(p)", "m.");
  add_finding(file, "process-hunt", "kill(p)", "m.");
  add_finding(file, "process-hunt", "run()", "m.");
  EXPECT_EQ(render_statistics(run), "      2  process-hunt\n      1  direct-spawn\n");
}

}  // namespace
}  // namespace procsafe
