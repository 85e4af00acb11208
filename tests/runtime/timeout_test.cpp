#include <signal.h>

#include "support.h"

namespace procsafe::test {
namespace {

TEST(Timeout, Req61_DefaultIsFiveMinutes) { EXPECT_EQ(Config{}.default_timeout, milliseconds(300'000)); }

TEST(Timeout, Req61_DefaultOfTheManagerApplies) {
  Config config = quick_config();
  config.default_timeout = milliseconds(100);
  ProcessManager manager(config);
  EXPECT_TRUE(manager.run({.argv = {"sleep", "60"}}).timed_out);
  EXPECT_FALSE(manager.run({.argv = {"sleep", "0.3"}, .timeout = no_timeout}).timed_out);
}

TEST(Timeout, Req61_WaitingLongerThanTheClockCountsIsWaitingForEver) {
  ProcessManager manager(quick_config());
  Process process = manager.spawn({.argv = {"sleep", "0.2"}});
  const Result* result = process.wait_for(no_timeout - milliseconds(1));
  ASSERT_NE(result, nullptr);
  EXPECT_TRUE(result->ok());
}

TEST(Timeout, Req71_TimeoutEndsTheTreeByEscalation) {
  ProcessManager manager(quick_config());
  const EventRecorder events(manager);
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  Command command = tree_command("full", tag, directory / "ready");
  command.timeout = milliseconds(1500);
  const Result result = manager.run(std::move(command));
  EXPECT_TRUE(result.timed_out);
  EXPECT_FALSE(result.stopped);
  EXPECT_EQ(alive_with(tag).size(), 0U);
  EXPECT_EQ(events.of(EventKind::timeout).size(), 1U);
  EXPECT_EQ(events.of(EventKind::terminate).size(), 1U);
}

TEST(Timeout, Req72_TimeoutIsItsOwnError) {
  ProcessManager manager(quick_config());
  try {
    (void)manager.run({.argv = {"sleep", "60"}, .timeout = milliseconds(50)}).or_throw();
    FAIL();
  } catch (const TimeoutError& error) {
    EXPECT_TRUE(error.result.timed_out);
  }
}

TEST(Timeout, Req73_NobodyNeedsToWaitForIt) {
  ProcessManager manager(quick_config());
  const std::string tag = unique_tag();
  const TemporaryDirectory directory;
  Command command = tree_command("full", tag, directory / "ready");
  command.timeout = milliseconds(1000);
  const Process process = manager.spawn(std::move(command));
  ASSERT_TRUE(wait_ready(directory / "ready", 8));
  EXPECT_TRUE(eventually([&] { return alive_with(tag).empty(); }));
}

TEST(Timeout, Req74_ResultFollowsTheMainProcessNotTheHolderOfThePipe) {
  ProcessManager manager(quick_config());
  Result result;
  const milliseconds took = time_of([&] {
    result = manager.run({.argv = {"sh", "-c", "sleep 60 & echo done; exit 0"}, .timeout = milliseconds(5000)});
  });
  EXPECT_LT(took, milliseconds(250 + 500));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_FALSE(result.timed_out);
  EXPECT_EQ(result.out, "done\n");
  EXPECT_EQ(result.leftovers.size(), 1U);
}

TEST(Timeout, Req75_DeadlineHoldsAlthoughAGrandchildHoldsThePipe) {
  ProcessManager manager(quick_config());
  Result result;
  const milliseconds took = time_of([&] {
    result = manager.run({.argv = {"sh", "-c", "(trap '' TERM; sleep 60) & sleep 60"}, .timeout = milliseconds(200)});
  });
  EXPECT_TRUE(result.timed_out);
  EXPECT_LT(took, milliseconds(200 + 300 + 1000));
}

TEST(Timeout, Req75_DrainLetsDescendantsFinishTheirOutput) {
  ProcessManager manager(quick_config());
  const Result result =
      manager.run({.argv = {"sh", "-c", "(sleep 0.2; echo late) & echo early"}, .drain = milliseconds(5000)});
  EXPECT_EQ(result.out, "early\nlate\n");
  EXPECT_TRUE(result.leftovers.empty());
}

}  // namespace
}  // namespace procsafe::test
