#include <signal.h>

#include <algorithm>

#include "support.h"

namespace procsafe::test {
namespace {

TEST(Tree, Req65_ListsDetachedDescendants) {
  ProcessManager manager(quick_config());
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  const Process process = manager.spawn(tree_command("full", tag, directory / "ready"));
  ASSERT_TRUE(wait_ready(directory / "ready", 8));
  std::vector<pid_t> listed;
  for (const ProcessInfo& info : process.tree()) {
    listed.push_back(info.pid);
    EXPECT_NE(info.command.find(tag), std::string::npos);
  }
  std::vector<pid_t> expected = alive_with(tag);
  std::ranges::sort(listed);
  std::ranges::sort(expected);
  EXPECT_EQ(listed, expected);
}

TEST(Tree, Req66_SignalReachesTheMainProcessOrAll) {
  ProcessManager manager(quick_config());
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  Process process = manager.spawn(tree_command("full", tag, directory / "ready"));
  ASSERT_TRUE(wait_ready(directory / "ready", 8));
  process.signal(SIGSTOP, true);
  EXPECT_TRUE(eventually([&] {
    const auto tree = process.tree();
    return std::ranges::all_of(tree, [](const ProcessInfo& info) { return info.state == 'T'; }) && tree.size() == 8;
  }));
  process.signal(SIGCONT, true);
  process.signal(SIGKILL);
  EXPECT_EQ(process.wait().term_signal, SIGKILL);
  EXPECT_THROW(process.signal(99), UsageError);
}

TEST(Tree, Req67_MovingTargetIsCaught) {
  ProcessManager manager(quick_config());
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  {
    const Process process = manager.spawn(tree_command("chain", tag, directory / "ready"));
    ASSERT_TRUE(wait_ready(directory / "ready", 2));
  }
  EXPECT_EQ(alive_with(tag).size(), 0U);
}

TEST(Tree, Req68_AttributionIsPerCommand) {
  ProcessManager manager(quick_config());
  const TemporaryDirectory directory;
  const std::string kept_tag = unique_tag();
  const std::string ended_tag = unique_tag();
  const Process kept = manager.spawn(tree_command("daemon", kept_tag, directory / "a"));
  {
    const Process ended = manager.spawn(tree_command("daemon", ended_tag, directory / "b"));
    ASSERT_TRUE(wait_ready(directory / "a", 2) && wait_ready(directory / "b", 2));
  }
  EXPECT_EQ(alive_with(ended_tag).size(), 0U);
  EXPECT_EQ(alive_with(kept_tag).size(), 2U);
  EXPECT_EQ(kept.tree().size(), 2U);
}

TEST(Tree, Req69_DeathOfTheCellEndsItsTreeOnly) {
  ProcessManager manager(quick_config());
  const TemporaryDirectory directory;
  const std::string kept_tag = unique_tag();
  const std::string lost_tag = unique_tag();
  const Process kept = manager.spawn(tree_command("full", kept_tag, directory / "a"));
  Process lost = manager.spawn(tree_command("full", lost_tag, directory / "b"));
  ASSERT_TRUE(wait_ready(directory / "a", 8) && wait_ready(directory / "b", 8));
  pid_t cell = 0;
  for (const ProcessInfo& info : lost.tree())
    if (info.pid == lost.pid()) cell = info.parent;
  ASSERT_GT(cell, 1);
  ASSERT_EQ(kill(cell, SIGKILL), 0);
  EXPECT_TRUE(lost.wait().lost);
  EXPECT_TRUE(eventually([&] { return alive_with(lost_tag).empty(); }));
  EXPECT_EQ(alive_with(kept_tag).size(), 8U);
  EXPECT_EQ(manager.metrics().lost_cells, 1U);
}

}  // namespace
}  // namespace procsafe::test
