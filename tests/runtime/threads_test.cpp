#include <signal.h>

#include <atomic>
#include <thread>

#include "support.h"

namespace procsafe::test {
namespace {

TEST(Threads, Req29_ManyThreadsSpawnWaitAndStop) {
  ProcessManager manager(quick_config());
  std::atomic<int> good{0};
  constexpr int threads = 64;
  constexpr int rounds = 6;
  {
    std::vector<std::jthread> workers;
    for (int t = 0; t < threads; ++t)
      workers.emplace_back([&, t] {
        for (int i = 0; i < rounds; ++i) {
          const std::string text = std::to_string(t * 1000 + i);
          if (i % 3 == 0) {
            Process process = manager.spawn({.argv = {"sleep", "60"}});
            if (process.stop().term_signal == SIGTERM) ++good;
          } else if (i % 3 == 1) {
            if (manager.run({.argv = {"echo", text}}).out == text + "\n") ++good;
          } else {
            Process process = manager.spawn({.argv = {"echo", text}});
            if (process.wait().out == text + "\n") ++good;
          }
        }
      });
  }
  EXPECT_EQ(good, threads * rounds);
  EXPECT_EQ(manager.active(), 0U);
}

TEST(Threads, Req30_WaitingBlocksNobody) {
  ProcessManager manager(quick_config());
  Process slow = manager.spawn({.argv = {"sleep", "60"}});
  std::jthread waiter([&] { (void)slow.wait(); });
  EXPECT_LT(time_of([&] { EXPECT_TRUE(manager.run({.argv = {"true"}}).ok()); }), milliseconds(2000));
  EXPECT_EQ(manager.health().active, 1U);
  slow.signal(SIGKILL);
}

TEST(Threads, Req31_StopAllEndsWhatAnotherThreadRuns) {
  ProcessManager manager(quick_config());
  Result result;
  std::jthread runner([&] { result = manager.run({.argv = {"sleep", "60"}}); });
  ASSERT_TRUE(eventually([&] { return manager.active() == 1; }));
  manager.stop_all();
  runner.join();
  EXPECT_TRUE(result.stopped);
}

TEST(Threads, Req32_SeveralWaitersSeeTheSameResult) {
  ProcessManager manager(quick_config());
  Process process = manager.spawn({.argv = {"sh", "-c", "sleep 0.1; exit 9"}});
  std::atomic<int> right{0};
  {
    std::vector<std::jthread> waiters;
    for (int i = 0; i < 8; ++i)
      waiters.emplace_back([&] {
        if (process.wait().exit_code == 9) ++right;
      });
  }
  EXPECT_EQ(right, 8);
}

TEST(Threads, Req33_ThreadThatSpawnedMayEnd) {
  ProcessManager manager(quick_config());
  std::optional<Process> process;
  std::jthread([&] { process.emplace(manager.spawn({.argv = {"sleep", "60"}})); }).join();
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_TRUE(process->running());
  EXPECT_TRUE(is_alive(process->pid()));
}

TEST(Threads, Req34_CallbackMayStopAndSignalButNotWait) {
  ProcessManager manager(quick_config());
  std::optional<Process> process;
  std::atomic<bool> threw{false};
  std::promise<void> ready;
  std::shared_future<void> started = ready.get_future().share();
  process.emplace(
      manager.spawn({.argv = {"sh", "-c", "echo line; sleep 60"}, .out = Output::lines([&, started](std::string_view) {
                                                                    started.wait();
                                                                    try {
                                                                      (void)process->wait();
                                                                    } catch (const UsageError&) {
                                                                      threw = true;
                                                                    }
                                                                    process->signal(SIGTERM);
                                                                  })}));
  ready.set_value();
  EXPECT_NE(process->wait_for(milliseconds(10'000)), nullptr);
  EXPECT_TRUE(threw);
}

}  // namespace
}  // namespace procsafe::test
