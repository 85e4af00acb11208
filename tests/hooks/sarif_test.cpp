// SARIF of real runs, validated by the standard's schema and by Microsoft's validator with the rules of GitHub.
// The schema is asked, too: at an invalid enumerator the validator falls silent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "required_tool.h"
#include "run_program.h"
#include "temp_tree.h"

namespace procsafe::test {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

const fs::path kSchema = fs::path(PROCSAFE_NODE_MODULES) / "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json";
const fs::path kValidator = fs::path(PROCSAFE_NODE_MODULES) / "@microsoft/sarif-multitool-linux/Sarif.Multitool";

class Sarif : public testing::Test {
 protected:
  void SetUp() override {
    PROCSAFE_REQUIRE(fs::exists(kSchema) && fs::exists(kValidator),
                     "the SARIF validators are not installed: run 'npm ci --ignore-scripts' in tests/hooks");
    PROCSAFE_REQUIRE(run_program({"python3", "-c", "import jsonschema"}).status == 0,
                     "python3-jsonschema is not installed");
    // npm installs it without the right to execute, because its scripts are not run.
    fs::permissions(kValidator, fs::perms::owner_exec, fs::perm_options::add);
    options.directory = tree.root();
  }

  /// Runs procsafe on the tree; the log lies in log.sarif.
  void check(const std::vector<std::string>& arguments, int status) {
    std::vector<std::string> command{PROCSAFE_BINARY, "check", "--format", "sarif", "--output", "log.sarif"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const RunResult result = run_program(command, options);
    ASSERT_EQ(result.status, status) << result.err;
  }
  json log() { return json::parse(read_text(tree.root() / "log.sarif")); }

  std::string schema_faults() {
    const RunResult result = run_program(
        {"python3", PROCSAFE_SOURCE_DIR "/tests/hooks/validate_schema.py", kSchema.string(), "log.sarif"}, options);
    return result.status == 0 ? "" : result.out + result.err;
  }

  /// Errors and warnings of the validator. Its exit status says nothing; its own log does.
  std::string validator_faults() {
    RunOptions invariant = options;
    invariant.environment = {{"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"}};
    const RunResult result = run_program({kValidator.string(), "validate", "log.sarif", "--rule-kind", "Sarif;Ghas",
                                          "--output", "faults.sarif", "--log", "ForceOverwrite"},
                                         invariant);
    if (!fs::exists(tree.root() / "faults.sarif")) return "no answer: " + result.out + result.err;
    std::string faults;
    const json log = json::parse(read_text(tree.root() / "faults.sarif"));
    for (const json& run : log["runs"]) {
      for (const json& fault : run["results"])
        faults += fault["ruleId"].get<std::string>() + " " + fault["message"].dump() + "\n";
    }
    return faults;
  }

  void expect_valid() {
    EXPECT_EQ(schema_faults(), "");
    EXPECT_EQ(validator_faults(), "");
  }

  TempTree tree;
  RunOptions options;
};

TEST_F(Sarif, OfACleanRunIsValid) {
  tree.write("a.py", "x = 1\n");
  check({"."}, 0);
  EXPECT_EQ(log()["runs"].at(0)["results"], json::array());
  expect_valid();
}

TEST_F(Sarif, OfFindingsIsValid) {
  tree.write("odd name %ä.sh", "#!/bin/sh\npkill -f 'ä😀'\nkill -9 $(pgrep x)\n");
  tree.write("src/a.py", "import os\n\n\ndef f(pid):\n    os.system('pkill -f \"x\"')\n    os.kill(pid, 9)\n");
  tree.write("src/b.py", "import os\nos.system('a')  # procsafe: allow(direct-spawn, missing-timeout) reason=\"x\"\n");
  tree.write("src/c.cpp", "#include <cstdlib>\nint main() { return std::system(\"ls\"); }\n");
  tree.write("d.sh", "pkill x  # procsafe: allow(process-hunt) reason=\"a \\ test\"\n");
  check({"--preset", "strict", "--show-suppressed", "."}, 1);
  EXPECT_GE(log()["runs"].at(0)["results"].size(), 4U);
  expect_valid();
}

TEST_F(Sarif, OfErrorsIsValid) {
  tree.write("a.py",
             "\xFF\xFE"
             "a");
  tree.write("b.sh", "pkill '\xFF'\n");
  check({".", "missing"}, 2);
  expect_valid();
}

TEST_F(Sarif, OfFilesElsewhereIsValid) {
  tree.write("elsewhere/a.sh", "pkill x\n");
  tree.folder("here");
  options.directory = tree.root() / "here";
  const RunResult result =
      run_program({PROCSAFE_BINARY, "check", "--format", "sarif", "--output", "../log.sarif", "../elsewhere"}, options);
  ASSERT_EQ(result.status, 1) << result.err;
  options.directory = tree.root();
  expect_valid();
}

/// The checks above can fail.
TEST_F(Sarif, ValidatorsSeeFaults) {
  tree.write("a.sh", "pkill x\n");
  check({"."}, 1);
  json broken = log();
  broken["runs"][0]["results"][0]["ruleIndex"] = 9999;
  tree.write("log.sarif", broken.dump());
  EXPECT_THAT(validator_faults(), testing::HasSubstr("SARIF1009"));
  broken["runs"][0]["results"][0]["level"] = "fatal";
  tree.write("log.sarif", broken.dump());
  EXPECT_THAT(schema_faults(), testing::HasSubstr("fatal"));
}

}  // namespace
}  // namespace procsafe::test
