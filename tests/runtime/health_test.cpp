#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

namespace procsafe::test {
namespace {

TEST(Health, Req77_HealthyManager) {
  ProcessManager manager(quick_config());
  const Health health = manager.health();
  EXPECT_TRUE(health.ok()) << health.json();
  EXPECT_TRUE(health.guard_alive);
  EXPECT_EQ(health.exit_code(), 0);
  EXPECT_EQ(health.max_processes, 100U);
  EXPECT_THAT(health.json(), testing::HasSubstr(R"("ok":true)"));
}

TEST(Health, Req78_ZombiesOfTheProgramAreSeen) {
  ProcessManager manager(quick_config());
  const pid_t zombie = fork();
  if (zombie == 0) _exit(0);
  EXPECT_TRUE(eventually([&] { return manager.health().zombies.size() == 1; }));
  EXPECT_EQ(manager.health().zombies.front().pid, zombie);
  EXPECT_EQ(manager.health().exit_code(), 1);
  waitpid(zombie, nullptr, 0);
  EXPECT_TRUE(manager.health().ok());
}

TEST(Health, Req79_ReplacedHandlersAreSeen) {
  Config config = quick_config();
  config.handlers = true;
  ProcessManager manager(config);
  EXPECT_TRUE(manager.health().handlers_registered);
  struct sigaction before{};
  struct sigaction other{};
  other.sa_handler = SIG_DFL;
  sigaction(SIGHUP, &other, &before);
  EXPECT_FALSE(manager.health().handlers_registered);
  sigaction(SIGHUP, &before, nullptr);
  EXPECT_TRUE(manager.health().handlers_registered);
}

TEST(Health, Req80_PeriodicReport) {
  Config config = quick_config();
  config.cleanup_interval = milliseconds(50);
  ProcessManager manager(config);
  const EventRecorder events(manager);
  EXPECT_TRUE(eventually([&] { return events.of(EventKind::health).size() >= 2; }));
}

TEST(Health, Req81_DeadGuardIsFatalAndSaid) {
  ProcessManager manager(quick_config());
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  Process process = manager.spawn(tree_command("full", tag, directory / "ready"));
  ASSERT_TRUE(wait_ready(directory / "ready", 8));
  pid_t cell = 0;
  for (const ProcessInfo& info : process.tree())
    if (info.pid == process.pid()) cell = info.parent;
  const std::string stat = read_file("/proc/" + std::to_string(cell) + "/stat");
  const pid_t guard = std::stoi(stat.substr(stat.rfind(')') + 4));
  ASSERT_GT(guard, 1);
  ASSERT_EQ(kill(guard, SIGKILL), 0);
  EXPECT_TRUE(process.wait().lost);
  EXPECT_TRUE(eventually([&] { return alive_with(tag).empty(); }));
  EXPECT_FALSE(manager.health().guard_alive);
  EXPECT_EQ(manager.health().exit_code(), 2);
  EXPECT_THROW((void)manager.run({.argv = {"true"}}), ManagerError);
}

TEST(Health, Req82_GuaranteeIsNamed) {
  ProcessManager manager(quick_config());
  const Guarantee guarantee = manager.guarantee();
  EXPECT_FALSE(guarantee.containment.empty());
  EXPECT_FALSE(guarantee.holes.empty());
}

}  // namespace
}  // namespace procsafe::test
