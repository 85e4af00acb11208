// The whole program ends: by every way there is, with the worst tree. The host program runs under a manager of the
// test's own, which is also a test of nesting.
#include <gmock/gmock.h>
#include <signal.h>

#include <fstream>

#include "support.h"

namespace procsafe::test {
namespace {

struct Ending {
  const char* how;
  int signal;     ///< sent once the host is ready; 0: it ends by itself
  int exit_code;  ///< expected, -1: by `ended_by`
  int ended_by;
};

std::ostream& operator<<(std::ostream& out, const Ending& ending) {
  return out << ending.how << " signal " << ending.signal;
}

class EveryEnding : public testing::TestWithParam<Ending> {};

/// Runs the host below a subreaper-less parent: what the host's guard does not end would stay.
TEST_P(EveryEnding, Req51_LeavesNothing) {
  const Ending ending = GetParam();
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  ProcessManager manager(quick_config());
  Process host = manager.spawn(
      {.argv = {program("procsafe_host"), ending.how, "full", (directory / "ready").string(), "host-" + tag},
       .env = {.set = {{"PM_TERM_WAIT", "0.3"}}},
       .out = Output::file(directory / "out"),
       .leftovers = Leftovers::keep});
  ASSERT_TRUE(wait_ready(directory / "ready", 8));
  if (ending.signal != 0) {
    ASSERT_TRUE(eventually([&] { return read_file(directory / "out").starts_with("ready"); }));
    host.signal(ending.signal);
  }
  const Result* result = host.wait_for(milliseconds(10'000));
  ASSERT_NE(result, nullptr);
  EXPECT_EQ(result->exit_code, ending.exit_code);
  EXPECT_EQ(result->term_signal, ending.ended_by);
  // The outer scope is still open: it is the host's own guard that must have ended them.
  EXPECT_TRUE(eventually([&] { return alive_with(tag).empty(); })) << alive_with(tag).size();
}

INSTANTIATE_TEST_SUITE_P(Host, EveryEnding,
                         testing::Values(Ending{"return", 0, 3, 0}, Ending{"exit", 0, 4, 0}, Ending{"_exit", 0, 5, 0},
                                         Ending{"throw", 0, -1, SIGABRT}, Ending{"abort", 0, -1, SIGABRT},
                                         Ending{"segv", 0, -1, SIGSEGV}, Ending{"fork-exit", 0, 6, 0},
                                         Ending{"wait", SIGTERM, -1, SIGTERM}, Ending{"wait", SIGINT, -1, SIGINT},
                                         Ending{"wait", SIGHUP, -1, SIGHUP}, Ending{"wait", SIGQUIT, -1, SIGQUIT},
                                         Ending{"wait", SIGKILL, -1, SIGKILL}),
                         [](const auto& instance) {
                           std::string name = instance.param.how;
                           std::erase_if(name, [](char c) { return c == '-' || c == '_'; });
                           return name + "_" + std::to_string(instance.param.signal) + "_" +
                                  std::to_string(instance.index);
                         });

TEST(Shutdown, Req52_ExecOfTheHostEndsItsTree) {
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  ProcessManager manager(quick_config());
  const Process host =
      manager.spawn({.argv = {program("procsafe_host"), "exec", "full", (directory / "ready").string(), "host-" + tag},
                     .out = Output::file(directory / "out")});
  ASSERT_TRUE(wait_ready(directory / "ready", 8));
  EXPECT_TRUE(eventually([&] { return alive_with(tag).size() == 0; }));
  EXPECT_TRUE(host.running());
}

TEST(Shutdown, Req17_TheProgramsOwnHandlerStillRuns) {
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  ProcessManager manager(quick_config());
  Process host = manager.spawn(
      {.argv = {program("procsafe_host"), "own-handler", "full", (directory / "ready").string(), "host-" + tag},
       .env = {.set = {{"PM_TERM_WAIT", "0.3"}, {"PM_GRACEFUL_TIMEOUT", "1"}}},
       .out = Output::file(directory / "out")});
  ASSERT_TRUE(eventually([&] { return read_file(directory / "out") == "ready\n"; }));
  host.signal(SIGTERM);
  const Result& result = host.wait();
  EXPECT_EQ(result.exit_code, 8);
  EXPECT_THAT(read_file(directory / "out"), testing::HasSubstr("own handler ran"));
  EXPECT_EQ(result.leftovers.size(), 0U);
  EXPECT_EQ(alive_with(tag).size(), 0U);
}

TEST(Shutdown, Req18_GracefulBudgetThenForce) {
  Config config = quick_config();
  config.stop.grace = milliseconds(20'000);
  config.graceful_timeout = milliseconds(400);
  ProcessManager manager(config);
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  const Process first = manager.spawn(tree_command("ignoring", tag, directory / "ready"));
  const Process second = manager.spawn(tree_command("ignoring", tag, directory / "ready"));
  ASSERT_TRUE(wait_ready(directory / "ready", 4));
  const milliseconds took = time_of([&] { EXPECT_EQ(manager.stop_all().ended, 2U); });
  EXPECT_GE(took, milliseconds(400));
  EXPECT_LT(took, milliseconds(3000));
  EXPECT_EQ(alive_with(tag).size(), 0U);
}

TEST(Shutdown, Req19_SpawnAfterStopAllIsAnError) {
  ProcessManager manager(quick_config());
  manager.stop_all();
  EXPECT_THROW((void)manager.run({.argv = {"true"}}), ManagerError);
  EXPECT_EQ(manager.stop_all().ended, 0U);
}

TEST(Shutdown, Req20_StepsAreLogged) {
  ProcessManager manager(quick_config());
  const EventRecorder events(manager);
  const TemporaryDirectory directory;
  {
    const Process process = manager.spawn(tree_command("ignoring", unique_tag(), directory / "ready"));
    ASSERT_TRUE(wait_ready(directory / "ready", 2));
  }
  std::vector<EventKind> kinds;
  for (const Event& event : events.all()) kinds.push_back(event.kind);
  EXPECT_EQ(kinds, (std::vector{EventKind::spawn, EventKind::stop, EventKind::terminate, EventKind::kill,
                                EventKind::exit, EventKind::cleanup}));
}

}  // namespace
}  // namespace procsafe::test
