#include <signal.h>

#include "support.h"

namespace procsafe::test {
namespace {

TEST(Escalation, Req41_SoftSignalIsEnoughForThePolite) {
  ProcessManager manager(quick_config());
  Process process =
      manager.spawn({.argv = {"sh", "-c", "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done"},
                     .stop = StopPolicy{.grace = milliseconds(5000)}});
  std::this_thread::sleep_for(milliseconds(200));
  const EventRecorder events(manager);
  const Result& result = process.stop();
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "up\nbye\n");
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(events.of(EventKind::kill).size(), 0U);
}

TEST(Escalation, Req42_KillFollowsTheGrace) {
  ProcessManager manager(quick_config());
  const TemporaryDirectory directory;
  Process process = manager.spawn(tree_command("ignoring", unique_tag(), directory / "ready"));
  ASSERT_TRUE(wait_ready(directory / "ready", 2));
  const milliseconds took = time_of([&] { EXPECT_EQ(process.stop().term_signal, SIGKILL); });
  EXPECT_GE(took, milliseconds(300));
  EXPECT_LT(took, milliseconds(2000));
}

TEST(Escalation, Req43_DefaultsAreThreeAndTwoSeconds) {
  const StopPolicy policy;
  EXPECT_EQ(policy.grace, milliseconds(3000));
  EXPECT_EQ(policy.kill_wait, milliseconds(2000));
  EXPECT_EQ(policy.soft_signal, SIGTERM);
  EXPECT_EQ(Config{}.graceful_timeout, milliseconds(5000));
}

TEST(Escalation, Req44_PolicyCanBeGivenPerCallAndCommand) {
  ProcessManager manager(quick_config());
  const Command command{.argv = {"sh", "-c", "trap 'exit 21' INT; echo up; while :; do sleep 0.02; done"},
                        .stop = StopPolicy{.soft_signal = SIGINT, .grace = milliseconds(5000)}};
  Process first = manager.spawn(command);
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_EQ(first.stop().exit_code, 21);
  Process second = manager.spawn(command);
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_EQ(second.stop({.soft_signal = SIGHUP, .grace = milliseconds(100)}).term_signal, SIGHUP);
}

TEST(Escalation, Req45_StoppedProcessesAreContinuedToActOnTheSoftSignal) {
  ProcessManager manager(quick_config());
  Process process =
      manager.spawn({.argv = {"sh", "-c", "trap 'exit 4' TERM; kill -STOP $$; while :; do sleep 0.02; done"},
                     .stop = StopPolicy{.grace = milliseconds(5000)}});
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_EQ(process.stop().exit_code, 4);
}

TEST(Escalation, Req46_CellThatDoesNotAnswerIsReplacedAndNothingIsLost) {
  // Freezing the cell stands for the worst case of the last step: nobody there to escalate.
  Config config = quick_config();
  config.stop.kill_wait = milliseconds(200);
  ProcessManager manager(config);
  const EventRecorder events(manager);
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  Process process = manager.spawn(tree_command("full", tag, directory / "ready"));
  ASSERT_TRUE(wait_ready(directory / "ready", 8));
  pid_t cell = 0;
  for (const ProcessInfo& info : process.tree())
    if (info.pid == process.pid()) cell = info.parent;
  ASSERT_GT(cell, 1);
  ASSERT_EQ(kill(cell, SIGSTOP), 0);
  const Result& result = process.stop();
  EXPECT_TRUE(result.lost);
  EXPECT_TRUE(eventually([&] { return alive_with(tag).empty(); }));
  std::size_t critical = 0;
  for (const Event& event : events.of(EventKind::orphan)) critical += event.severity == Severity::critical;
  EXPECT_GE(critical, 1U);
  EXPECT_TRUE(manager.run({.argv = {"true"}}).ok());
}

}  // namespace
}  // namespace procsafe::test
