// The command line itself: options, help, rules, output.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "cli.h"

namespace procsafe::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using Usage = Cli;
using Output = Cli;

TEST_F(Usage, MistakesExitWith2) {
  const std::vector<std::vector<std::string>> mistakes{
      {},
      {"chekc"},
      {"check"},
      {"check", "--no-such-option", "."},
      {"check", "--format", "xml", "."},
      {"check", "--preset", "all", "."},
      {"check", "--jobs", "0", "."},
      {"check", "--jobs", "many", "."},
      {"check", "--max-file-size", "huge", "."},
      {"check", "--max-file-size", "5GiB", "."},
      {"check", "--color", "sometimes", "."},
      {"check", "--rule"},
      {"explain"},
      {"rules", "--format", "sarif"},
  };
  tree.write("a.py", "x = 1\n");
  for (const std::vector<std::string>& arguments : mistakes) {
    SCOPED_TRACE(testing::PrintToString(arguments));
    const RunResult result = run(arguments);
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr("--help"));
  }
}

TEST_F(Usage, UnknownRulesAreMistakesWithASuggestion) {
  tree.write("a.py", "x = 1\n");
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"check", "--rule", "proces-hunt", "."},
                                                    std::vector<std::string>{"explain", "proces-hunt"}}) {
    const RunResult result = run(arguments);
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err,
                AllOf(HasSubstr("there is no rule 'proces-hunt'"), HasSubstr("did you mean 'process-hunt'?")));
  }
  EXPECT_EQ(check({"--select", "process-hunt,raw-kill", "."}).status, 0);
}

TEST_F(Usage, HelpTeaches) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--help"}, std::vector<std::string>{"check", "--help"}}) {
    const RunResult result = run(arguments);
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.err, "");
    EXPECT_THAT(result.out, AllOf(HasSubstr("Examples:"), HasSubstr("procsafe check ."), HasSubstr("Exit status:")));
    EXPECT_THAT(result.out, Not(HasSubstr("->"))) << "no inner values of options";
  }
}

TEST_F(Usage, Version) {
  EXPECT_THAT(run({"--version"}).out, testing::MatchesRegex("procsafe [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST_F(Usage, RulesAreListed) {
  const RunResult table = run({"rules"});
  EXPECT_EQ(table.status, 0);
  EXPECT_THAT(table.out, AllOf(HasSubstr("RULE "), HasSubstr("\nprocess-hunt ")));
  const json list = json::parse(run({"rules", "--format", "json"}).out);
  EXPECT_GT(list.size(), 5U);
  for (const json& rule : list) {
    for (const char* key : {"id", "severity", "preset", "summary", "languages"}) EXPECT_TRUE(rule.contains(key)) << key;
  }
}

TEST_F(Usage, EveryRuleIsExplained) {
  for (const json& rule : json::parse(run({"rules", "--format", "json"}).out)) {
    const RunResult result = run({"explain", rule["id"]});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, HasSubstr("# " + rule["id"].get<std::string>()));
  }
}

TEST_F(Output, GoesToAFileWholeOrNotAtAll) {
  tree.write("a.py", "x = 1\n");
  const RunResult result = check({"--output", "report.txt", "."});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(read_text(tree.root() / "report.txt"), "no findings (1 file checked)\n");
}

TEST_F(Output, KeepsModeAndLinkOfTheFileItReplaces) {
  tree.write("a.py", "x = 1\n");
  tree.write("real/report", "old");
  std::filesystem::permissions(tree.root() / "real/report", std::filesystem::perms(0640));
  tree.link("real/report", "report");
  EXPECT_EQ(check({"-o", "report", "."}).status, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(tree.root() / "report"));
  EXPECT_EQ(read_text(tree.root() / "real/report"), "no findings (1 file checked)\n");
  EXPECT_EQ(std::filesystem::status(tree.root() / "real/report").permissions(), std::filesystem::perms(0640));
  for (const auto& entry : std::filesystem::directory_iterator(tree.root() / "real"))
    EXPECT_EQ(entry.path().filename(), "report") << "no temporary file stays";
}

TEST_F(Output, DoesNotReplaceDevices) {
  tree.write("a.py", "x = 1\n");
  EXPECT_EQ(check({"-o", "/dev/null", "."}).status, 0);
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST_F(Output, ThatCannotBeWrittenIsAnError) {
  tree.write("a.py", "x = 1\n");
  tree.folder("folder");
  for (const char* path : {"missing/report", "folder", "a.py/report", "/dev/full"}) {
    const RunResult result = check({"-o", path, "."});
    EXPECT_EQ(result.status, 2) << path;
    EXPECT_THAT(result.err, HasSubstr(std::string("procsafe: error: ") + path + ": "));
  }
}

TEST_F(Output, AFullStandardOutputIsAnError) {
  tree.write("a.py", "x = 1\n");
  options.standard_output = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(options.standard_output, 0);
  const RunResult result = check({"."});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("standard output: No space left on device"));
  EXPECT_EQ(run({"rules"}).status, 2);
  EXPECT_EQ(run({"--version"}).status, 2);
  ::close(options.standard_output);
}

TEST_F(Output, MachineFormatsOfACleanRun) {
  tree.write("a.py", "x = 1\n");
  const json report = json::parse(check({"--format", "json", "."}).out);
  EXPECT_EQ(report["findings"], json::array());
  EXPECT_EQ(report["summary"]["files_checked"], 1);
  const json log = json::parse(check({"--format", "sarif", "."}).out);
  EXPECT_EQ(log["runs"].at(0)["results"], json::array());
}

TEST_F(Output, MachineFormatsHoldTheErrors) {
  const RunResult result = check({"--format", "sarif", "missing.py"});
  EXPECT_EQ(result.status, 2);
  const json invocation = json::parse(result.out)["runs"].at(0)["invocations"].at(0);
  EXPECT_EQ(invocation["executionSuccessful"], false);
  EXPECT_EQ(invocation["toolExecutionNotifications"].at(0)["message"]["text"], "no such file or folder.");
  EXPECT_THAT(result.err, HasSubstr("missing.py")) << "people see it, too";
}

}  // namespace
}  // namespace procsafe::test
