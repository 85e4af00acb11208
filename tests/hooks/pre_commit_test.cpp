// .pre-commit-hooks.yaml, run by the real pre-commit in a real repository.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "required_tool.h"
#include "run_program.h"
#include "temp_tree.h"

namespace procsafe::test {
namespace {

using testing::HasSubstr;

class PreCommit : public testing::Test {
 protected:
  void SetUp() override {
    PROCSAFE_REQUIRE(have_program("pre-commit"), "pre-commit is not installed: the hooks are not tested");
    PROCSAFE_REQUIRE(have_program("git"), "git is not installed: the hooks are not tested");
    tree.folder("bin");
    tree.link(PROCSAFE_BINARY, "bin/procsafe");
    options.environment = {{"PATH", tree.path("bin") + ":" + std::getenv("PATH")},
                           {"PRE_COMMIT_HOME", tree.path("pre-commit")},
                           {"HOME", tree.root().string()},
                           {"GIT_CONFIG_NOSYSTEM", "1"},
                           {"GIT_AUTHOR_NAME", "a"},
                           {"GIT_AUTHOR_EMAIL", "a@example.com"},
                           {"GIT_COMMITTER_NAME", "a"},
                           {"GIT_COMMITTER_EMAIL", "a@example.com"}};
  }

  RunResult in(const std::string& folder, std::vector<std::string> command) {
    options.directory = tree.path(folder);
    return run_program(command, options);
  }
  void must(const std::string& folder, const std::vector<std::string>& command) {
    const RunResult result = in(folder, command);
    ASSERT_EQ(result.status, 0) << testing::PrintToString(command) << "\n" << result.out << result.err;
  }

  /// The hooks as a repository of their own, as users name it.
  void publish_hooks() {
    tree.write("hooks/.pre-commit-hooks.yaml", read_text(PROCSAFE_SOURCE_DIR "/.pre-commit-hooks.yaml"));
    must("hooks", {"git", "init", "-q"});
    must("hooks", {"git", "add", "."});
    must("hooks", {"git", "commit", "-q", "-m", "hooks"});
    must("hooks", {"git", "tag", "v1"});
  }

  void make_project(const std::string& hook) {
    publish_hooks();
    tree.write("project/.pre-commit-config.yaml",
               "repos:\n- repo: " + tree.path("hooks") + "\n  rev: v1\n  hooks:\n  - id: " + hook + "\n");
    must("project", {"git", "init", "-q"});
    must("project", {"pre-commit", "install"});
  }

  RunResult commit() {
    must("project", {"git", "add", "."});
    return in("project", {"git", "commit", "-q", "-m", "change"});
  }

  TempTree tree;
  RunOptions options;
};

constexpr std::string_view kHunt = "#!/bin/sh\npkill -f server\n";

TEST_F(PreCommit, AFindingRefusesTheCommit) {
  make_project("procsafe");
  tree.write("project/stop it.sh", kHunt);
  const RunResult refused = commit();
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.out + refused.err, HasSubstr("stop it.sh:2:1: error:"));
  EXPECT_THAT(refused.out + refused.err, HasSubstr("[process-hunt]"));
  EXPECT_NE(in("project", {"git", "rev-parse", "-q", "--verify", "HEAD"}).status, 0) << "nothing was committed";
}

TEST_F(PreCommit, ACleanCommitPasses) {
  make_project("procsafe");
  tree.write("project/hello.sh", "#!/bin/sh\necho hello\n");
  tree.write("project/notes.txt", "pkill\n");
  tree.write("project/tool", "#!/usr/bin/env python3\nprint('hello')\n");
  const RunResult passed = commit();
  EXPECT_EQ(passed.status, 0) << passed.out << passed.err;
  EXPECT_THAT(passed.err + passed.out, HasSubstr("procsafe (changed files)"));
}

TEST_F(PreCommit, ExcludedAndForeignFilesPass) {
  make_project("procsafe");
  tree.write("project/procsafe.toml", "exclude = [\"third_party/\"]\n");
  tree.write("project/third_party/stop.sh", kHunt);
  tree.write("project/run", "#!/bin/sh\n# \\\nexec tclsh \"$0\" \"$@\"\n");
  const RunResult passed = commit();
  EXPECT_EQ(passed.status, 0) << passed.out << passed.err;
}

TEST_F(PreCommit, WhatCannotBeCheckedRefusesTheCommit) {
  make_project("procsafe");
  tree.write("project/a.py",
             "\xFF\xFE"
             "a");
  const RunResult refused = commit();
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.out + refused.err, HasSubstr("a.py: is UTF-16LE text"));
}

TEST_F(PreCommit, TheProjectHookChecksEverything) {
  make_project("procsafe-project");
  tree.write("project/stop.sh", kHunt);
  must("project", {"git", "add", "."});
  must("project", {"git", "commit", "-q", "--no-verify", "-m", "unchecked"});
  tree.write("project/notes.txt", "hello\n");
  const RunResult refused = commit();
  EXPECT_EQ(refused.status, 1) << "also what this commit does not change";
  EXPECT_THAT(refused.out + refused.err, HasSubstr("stop.sh:2:1: error:"));
  tree.write("project/stop.sh", "#!/bin/sh\necho hello\n");
  EXPECT_EQ(commit().status, 0);
}

TEST_F(PreCommit, ManyFilesArriveInSeveralCalls) {
  make_project("procsafe");
  for (int i = 0; i < 3000; ++i)
    tree.write("project/" + std::string(60, 'd') + "/file number " + std::to_string(i) + ".py", "x = 1\n");
  tree.write("project/stop.sh", kHunt);
  const RunResult refused = commit();
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.out + refused.err, HasSubstr("stop.sh:2:1: error:"));
}

}  // namespace
}  // namespace procsafe::test
