#include <gmock/gmock.h>

#include "support.h"

namespace procsafe::test {
namespace {

TEST(Limits, Req59_TheHundredAndFirstFailsAtOnce) {
  EXPECT_EQ(Config{}.max_processes, 100U);
  Config config = quick_config();
  config.max_processes = 5;
  ProcessManager manager(config);
  std::vector<Process> processes;
  for (int i = 0; i < 5; ++i) processes.push_back(manager.spawn({.argv = {"sleep", "60"}}));
  const milliseconds took = time_of([&] {
    try {
      (void)manager.spawn({.argv = {"true"}});
      FAIL() << "no limit";
    } catch (const LimitError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("the limit is 5"));
    }
  });
  EXPECT_LT(took, milliseconds(100));
  processes.pop_back();
  EXPECT_TRUE(manager.run({.argv = {"true"}}).ok());
}

TEST(Limits, Req60_FailedSpawnsDoNotUseUpPlaces) {
  Config config = quick_config();
  config.max_processes = 2;
  ProcessManager manager(config);
  for (int i = 0; i < 10; ++i) EXPECT_THROW((void)manager.run({.argv = {"/nonexistent"}}), SpawnError);
  EXPECT_TRUE(manager.run({.argv = {"true"}}).ok());
}

TEST(Limits, Req62_MemoryIsBoundedByAnRlimitWhereThereIsNoGroup) {
  Config config = quick_config();
  config.containment = Containment::guard;
  config.cgroup = CgroupVersion::v2;
  ProcessManager manager(config);
  if (manager.guarantee().limits != "rlimit") GTEST_SKIP() << manager.guarantee().limits;
  const Result result = manager.run({.argv = {"sh", "-c", "ulimit -v"}, .limits = {.memory_bytes = 512u << 20}});
  EXPECT_EQ(result.out, "524288\n");
}

TEST(Limits, Req63_CpuTimeEndsTheProcess) {
  ProcessManager manager(quick_config());
  const Result result =
      manager.run({.argv = {"sh", "-c", "while :; do :; done"}, .limits = {.cpu_time = std::chrono::seconds(1)}});
  EXPECT_NE(result.term_signal, 0);
  EXPECT_FALSE(result.timed_out);
}

TEST(Limits, Req64_TheOneInForceIsReported) {
  ProcessManager manager(quick_config());
  EXPECT_THAT(manager.guarantee().limits, testing::AnyOf("rlimit", "cgroup-v1", "cgroup-v2"));
  const Result result = manager.run({.argv = {"sh", "-c", "ulimit -n"}, .limits = {.open_files = 33}});
  EXPECT_EQ(result.out, "33\n");
  const Result space = manager.run({.argv = {"sh", "-c", "ulimit -v"}, .limits = {.address_space = 512u << 20}});
  EXPECT_EQ(space.out, "524288\n");
}

}  // namespace
}  // namespace procsafe::test
