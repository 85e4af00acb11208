#include <signal.h>

#include <type_traits>

#include "support.h"

namespace procsafe::test {
namespace {

static_assert(!std::is_copy_constructible_v<Process> && std::is_nothrow_move_constructible_v<Process>);
static_assert(!std::is_copy_constructible_v<ProcessManager>);

class ScopeOfShape : public testing::TestWithParam<std::pair<const char*, std::size_t>> {};

TEST_P(ScopeOfShape, Req11_ScopeEndsTree) {
  const auto [shape, count] = GetParam();
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  ProcessManager manager(quick_config());
  {
    const Process process = manager.spawn(tree_command(shape, tag, directory / "ready"));
    ASSERT_TRUE(wait_ready(directory / "ready", count));
    EXPECT_GE(alive_with(tag).size(), count);
  }
  EXPECT_EQ(alive_with(tag).size(), 0U);
  EXPECT_EQ(manager.active(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Shapes, ScopeOfShape,
                         testing::Values(std::pair{"plain", 1U}, std::pair{"grandchild", 3U}, std::pair{"setsid", 3U},
                                         std::pair{"daemon", 2U}, std::pair{"ignoring", 2U}, std::pair{"stopped", 2U},
                                         std::pair{"full", 8U}, std::pair{"nested", 8U}),
                         [](const auto& instance) { return std::string(instance.param.first); });

TEST(Scope, Req12_ExceptionEndsTree) {
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  ProcessManager manager(quick_config());
  try {
    const Process process = manager.spawn(tree_command("full", tag, directory / "ready"));
    ASSERT_TRUE(wait_ready(directory / "ready", 8));
    throw std::runtime_error("leaving");
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(alive_with(tag).size(), 0U);
}

TEST(Scope, Req13_NestedScopesEndInnermostFirst) {
  ProcessManager manager(quick_config());
  const EventRecorder events(manager);
  {
    const Process outer = manager.spawn({.argv = {"sleep", "60"}, .name = "outer"});
    const Process inner = manager.spawn({.argv = {"sleep", "60"}, .name = "inner"});
  }
  const auto cleanups = events.of(EventKind::cleanup);
  ASSERT_EQ(cleanups.size(), 2U);
  EXPECT_EQ(cleanups[0].name, "inner");
  EXPECT_EQ(cleanups[1].name, "outer");
}

TEST(Scope, Req13_StopAllEndsTheNewestFirst) {
  ProcessManager manager(quick_config());
  const EventRecorder events(manager);
  const Process first = manager.spawn({.argv = {"sleep", "60"}, .name = "first"});
  const Process second = manager.spawn({.argv = {"sleep", "60"}, .name = "second"});
  EXPECT_EQ(manager.stop_all().ended, 2U);
  const auto cleanups = events.of(EventKind::cleanup);
  ASSERT_EQ(cleanups.size(), 2U);
  EXPECT_EQ(cleanups[0].name, "second");
}

TEST(Scope, Req14_MovingMovesTheScope) {
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  ProcessManager manager(quick_config());
  auto outer = std::make_unique<Process>(manager.spawn(tree_command("grandchild", tag, directory / "ready")));
  ASSERT_TRUE(wait_ready(directory / "ready", 3));
  {
    Process inner = std::move(*outer);
    EXPECT_THROW((void)outer->pid(), UsageError);
    *outer = std::move(inner);
  }
  EXPECT_EQ(alive_with(tag).size(), 3U);
  *outer = manager.spawn({.argv = {"true"}});  // assignment ends what was held
  EXPECT_EQ(alive_with(tag).size(), 0U);
}

TEST(Scope, Req15_HandleThatOutlivesItsManagerHoldsAnEndedProcess) {
  std::optional<Process> process;
  {
    ProcessManager manager(quick_config());
    process.emplace(manager.spawn({.argv = {"sleep", "60"}}));
  }
  const Result& result = process->wait();
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(result.term_signal, SIGTERM);
  EXPECT_FALSE(process->running());
}

TEST(Scope, Req16_LeftoversAreEndedAndNamed) {
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  ProcessManager manager(quick_config());
  const Result result = manager.run(tree_command("leave", tag, directory / "ready"));
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(result.leftovers.size(), 7U);
  for (const ProcessInfo& process : result.leftovers) {
    EXPECT_NE(process.command.find(tag), std::string::npos) << process.command;
    EXPECT_GT(process.parent, 0);
  }
  EXPECT_EQ(alive_with(tag).size(), 0U);
}

TEST(Scope, Req16_LeftoversMayBeKeptUntilTheScopeEnds) {
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  ProcessManager manager(quick_config());
  {
    Command command = tree_command("leave", tag, directory / "ready");
    command.leftovers = Leftovers::keep;
    Process process = manager.spawn(std::move(command));
    EXPECT_EQ(process.wait().exit_code, 7);
    std::this_thread::sleep_for(milliseconds(400));
    EXPECT_EQ(alive_with(tag).size(), 7U);
    EXPECT_EQ(manager.health().orphans.size(), 7U);
  }
  EXPECT_EQ(alive_with(tag).size(), 0U);
}

}  // namespace
}  // namespace procsafe::test
