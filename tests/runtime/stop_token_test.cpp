#include <procsafe/stop_token.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "support.h"

namespace procsafe::test {
namespace {

TEST(StopToken, ReqShutdown_Signals) {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    StopToken stop;
    EXPECT_FALSE(stop.stop_requested());
    std::jthread sender([number] {
      std::this_thread::sleep_for(milliseconds(30));
      kill(getpid(), number);
    });
    EXPECT_TRUE(stop.wait_for(milliseconds(5000)));
    EXPECT_EQ(stop.cause(), StopCause::signal);
    EXPECT_EQ(stop.signal(), number);
  }
}

TEST(StopToken, ReqShutdown_KillSwitchFile) {
  const TemporaryDirectory directory;
  StopToken stop({.signals = {}, .file = directory / "stop", .file_interval = milliseconds(20)});
  EXPECT_FALSE(stop.wait_for(milliseconds(50)));
  std::jthread creator([&] {
    std::this_thread::sleep_for(milliseconds(50));
    std::ofstream(directory / "stop") << "now";
  });
  EXPECT_TRUE(stop.wait_for(milliseconds(5000)));
  EXPECT_EQ(stop.cause(), StopCause::file);
}

TEST(StopToken, ReqShutdown_OwnRequestWakesWaiters) {
  StopToken stop({.signals = {}});
  std::jthread other([&] {
    std::this_thread::sleep_for(milliseconds(30));
    stop.request();
  });
  const milliseconds took = time_of([&] { EXPECT_TRUE(stop.wait_for(milliseconds(5000))); });
  EXPECT_LT(took, milliseconds(2000));
  EXPECT_EQ(stop.cause(), StopCause::request);
  EXPECT_EQ(stop.signal(), 0);
  std::uint64_t count = 0;
  EXPECT_EQ(read(stop.event_fd(), &count, sizeof count), static_cast<ssize_t>(sizeof count));
}

TEST(StopToken, ReqShutdown_TheFirstCauseStays) {
  StopToken stop;
  stop.request();
  raise(SIGTERM);
  EXPECT_EQ(stop.cause(), StopCause::request);
  EXPECT_EQ(stop.signal(), 0);
}

TEST(StopToken, ReqShutdown_HandlersAreChainedAndRestored) {
  static volatile sig_atomic_t ran = 0;
  const auto own = [](int) { ran = ran + 1; };
  auto* const before = signal(SIGTERM, own);
  {
    const StopToken stop;
    raise(SIGTERM);
    EXPECT_EQ(ran, 1);
    EXPECT_TRUE(stop.stop_requested());
  }
  raise(SIGTERM);
  EXPECT_EQ(ran, 2);
  signal(SIGTERM, before);
}

TEST(StopToken, ReqShutdown_ManagerLeavesItsSignalsToTheToken) {
  Config config = quick_config();
  config.handlers = true;
  const auto check = [](ProcessManager& manager, StopToken& stop) {
    const Process process = manager.spawn({.argv = {"sleep", "60"}});
    raise(SIGTERM);
    EXPECT_EQ(stop.cause(), StopCause::signal);
    EXPECT_TRUE(process.running());
    EXPECT_TRUE(manager.health().handlers_registered);
  };
  {
    ProcessManager manager(config);
    StopToken stop;
    check(manager, stop);
  }
  StopToken stop;
  ProcessManager manager(config);
  check(manager, stop);
}

TEST(StopToken, ReqShutdown_MisuseIsSaid) {
  const StopToken stop;
  EXPECT_THROW(StopToken{}, UsageError);
  EXPECT_THROW(StopToken({.signals = {SIGKILL}}), UsageError);
  EXPECT_THROW(StopToken({.signals = {0}}), UsageError);
  EXPECT_THROW((void)stop.wait_for(milliseconds(-1)), UsageError);
}

TEST(StopToken, ReqShutdown_OwnGroupOnly) {
  EXPECT_THROW(end_own_group(), UsageError);  // the tests do not lead their group
  const pid_t leader = fork();
  if (leader == 0) {
    setpgid(0, 0);
    if (fork() == 0) {
      for (;;) pause();
    }
    end_own_group();
    _exit(23);
  }
  int status = 0;
  waitpid(leader, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 23);
}

TEST(StopToken, ReqShutdown_OwnGroupIsKilledAfterTheGrace) {
  const pid_t leader = fork();
  if (leader == 0) {
    setpgid(0, 0);
    if (fork() == 0) {
      signal(SIGTERM, SIG_IGN);
      for (;;) pause();
    }
    usleep(50'000);
    end_own_group({.grace = milliseconds(50)});
    _exit(23);
  }
  int status = 0;
  waitpid(leader, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

}  // namespace
}  // namespace procsafe::test
