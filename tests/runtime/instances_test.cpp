#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

namespace procsafe::test {
namespace {

TEST(Instances, Req47_OneInstanceAProgram) {
  EXPECT_EQ(&ProcessManager::instance(), &ProcessManager::instance());
  EXPECT_TRUE(ProcessManager::instance().run({.argv = {"true"}}).ok());
}

TEST(Instances, Req48_InstanceIdsDifferRunIdDoesNot) {
  ProcessManager first(quick_config());
  ProcessManager second(quick_config());
  EXPECT_THAT(first.run_id(), testing::MatchesRegex("[0-9a-z]{7}"));
  EXPECT_EQ(first.run_id(), second.run_id());
  EXPECT_NE(first.instance_id(), second.instance_id());
}

TEST(Instances, Req49_SeparateManagersDoNotTouchEachOther) {
  ProcessManager first(quick_config());
  ProcessManager second(quick_config());
  const Process kept = first.spawn({.argv = {"sleep", "60"}});
  const Process ended = second.spawn({.argv = {"sleep", "60"}});
  EXPECT_EQ(second.stop_all().ended, 1U);
  EXPECT_TRUE(kept.running());
  EXPECT_TRUE(is_alive(kept.pid()));
}

/// Runs `body` in a fork()ed child, as a program that uses fork() would; its return value is the exit status.
template <typename Body>
int in_forked_child(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    const int status = body();
    // exit(), not _exit(): destructors of static objects must be harmless too.
    std::exit(status);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

TEST(Instances, Req50_ForkedChildDoesNotActForItsParent) {
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  ProcessManager manager(quick_config());
  Process process = manager.spawn(tree_command("grandchild", tag, directory / "ready"));
  ASSERT_TRUE(wait_ready(directory / "ready", 3));
  const int status = in_forked_child([&] {
    int refused = 0;
    try {
      (void)manager.run({.argv = {"true"}});
    } catch (const UsageError&) {
      ++refused;
    }
    try {
      process.stop();
    } catch (const UsageError&) {
      ++refused;
    }
    {
      const Process stolen = std::move(process);
    }
    return refused;
  });
  EXPECT_EQ(status, 2);
  EXPECT_EQ(alive_with(tag).size(), 3U);
  EXPECT_TRUE(manager.run({.argv = {"true"}}).ok());
  EXPECT_TRUE(process.stop().stopped);
}

TEST(Instances, Req50_ForkedChildCanCreateItsOwn) {
  ProcessManager manager(quick_config());
  const int status = in_forked_child([&] {
    ProcessManager own(quick_config());
    return own.run({.argv = {"sh", "-c", "exit 11"}}).exit_code;
  });
  EXPECT_EQ(status, 11);
}

TEST(Instances, Req50_SignalHandlerInAForkedChildLeavesTheParentsProcesses) {
  Config config = quick_config();
  config.handlers = true;
  ProcessManager manager(config);
  const Process process = manager.spawn({.argv = {"sleep", "60"}});
  const int status = in_forked_child([] {
    raise(SIGTERM);
    return 0;
  });
  EXPECT_EQ(status, 1000 + SIGTERM);
  EXPECT_TRUE(process.running());
  EXPECT_TRUE(manager.run({.argv = {"true"}}).ok());
}

}  // namespace
}  // namespace procsafe::test
