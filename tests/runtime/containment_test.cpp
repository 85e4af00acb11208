// The tiers above guard and cells: control groups and the kernel-bound one.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "support.h"

namespace procsafe::test {
namespace {

Config with(Containment containment, CgroupVersion version = CgroupVersion::any) {
  Config config = quick_config();
  config.containment = containment;
  config.cgroup = version;
  return config;
}

/// Null with a message in the test's output where the machine does not offer the tier.
std::unique_ptr<ProcessManager> manager_or_skip(const Config& config) {
  try {
    return std::make_unique<ProcessManager>(config);
  } catch (const ManagerError& error) {
    std::printf("not available here: %s\n", error.what());
    return nullptr;
  }
}

#define MANAGER_OR_SKIP(manager, config)        \
  const auto manager = manager_or_skip(config); \
  if (manager == nullptr) GTEST_SKIP() << "not available here"

class CgroupTier : public testing::TestWithParam<CgroupVersion> {};

TEST_P(CgroupTier, Req64_MemoryLimitOfTheTreeIsEnforcedAndAnEvent) {
  MANAGER_OR_SKIP(manager, with(Containment::automatic, GetParam()));
  if (manager->guarantee().limits == "rlimit") GTEST_SKIP() << "no memory controller";
  const EventRecorder events(*manager);
  // tail keeps all of a line without an end in memory.
  const Result result = manager->run(
      {.argv = {"sh", "-c", "head -c 200000000 /dev/zero | tail -n 1 | wc -c"}, .limits = {.memory_bytes = 40u << 20}});
  EXPECT_NE(result.out, "200000000\n");
  ASSERT_EQ(events.of(EventKind::limit).size(), 1U);
  EXPECT_THAT(events.of(EventKind::limit).front().reason, testing::HasSubstr("memory"));
}

TEST_P(CgroupTier, Req62_NumberOfProcessesIsLimited) {
  MANAGER_OR_SKIP(manager, with(Containment::automatic, GetParam()));
  const EventRecorder events(*manager);
  Result result;
  try {
    result = manager->run(
        {.argv = {"sh", "-c", "for i in 1 2 3 4 5 6 7 8; do sleep 0.2 & done; wait"}, .limits = {.processes = 4}});
  } catch (const SpawnError& error) {
    GTEST_SKIP() << error.what();
  }
  EXPECT_NE(result.exit_code, 0);
  ASSERT_EQ(events.of(EventKind::limit).size(), 1U);
  EXPECT_THAT(events.of(EventKind::limit).front().reason, testing::HasSubstr("processes"));
}

TEST_P(CgroupTier, Req63_CpuShareIsLimited) {
  MANAGER_OR_SKIP(manager, with(Containment::automatic, GetParam()));
  try {
    const Result result = manager->run(
        {.argv = {"sh", "-c", "while :; do :; done"}, .timeout = milliseconds(1000), .limits = {.cpus = 0.2}});
    const auto used = std::chrono::duration_cast<milliseconds>(result.usage.user + result.usage.system);
    EXPECT_LT(used, milliseconds(500));
  } catch (const SpawnError& error) {
    GTEST_SKIP() << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, CgroupTier, testing::Values(CgroupVersion::v1, CgroupVersion::v2),
                         [](const auto& instance) { return instance.param == CgroupVersion::v1 ? "v1" : "v2"; });

class ContainmentGroups : public testing::TestWithParam<CgroupVersion> {};

TEST_P(ContainmentGroups, Req65_WholeTreeIsInTheGroupAndTheGroupGoesWithTheManager) {
  MANAGER_OR_SKIP(manager, with(Containment::cgroup, GetParam()));
  EXPECT_EQ(manager->guarantee().containment, "cgroup");
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  const Process process = manager->spawn(tree_command("full", tag, directory / "ready"));
  ASSERT_TRUE(wait_ready(directory / "ready", 8));
  const std::string name = group_prefix_of(getpid()) + manager->instance_id();
  for (const pid_t pid : alive_with(tag))
    EXPECT_THAT(read_file("/proc/" + std::to_string(pid) + "/cgroup"), testing::HasSubstr(name));
}

INSTANTIATE_TEST_SUITE_P(Versions, ContainmentGroups, testing::Values(CgroupVersion::v1, CgroupVersion::v2),
                         [](const auto& instance) { return instance.param == CgroupVersion::v1 ? "v1" : "v2"; });

std::vector<std::string> groups_of(pid_t program) {
  std::vector<std::string> found;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at("/sys/fs/cgroup", error), end; at != end; at.increment(error))
    if (at->path().filename().string().starts_with(group_prefix_of(program))) found.push_back(at->path().string());
  return found;
}

TEST(Containment, ReqBeyond_NoGroupIsLeft) {
  {
    MANAGER_OR_SKIP(manager, with(Containment::automatic));
    (void)manager->run({.argv = {"true"}, .limits = {.memory_bytes = 64u << 20}});
  }
  EXPECT_THAT(groups_of(getpid()), testing::IsEmpty());
}

TEST(Containment, ReqBeyond_CrashedProgramLeavesNoGroup) {
  MANAGER_OR_SKIP(probe, with(Containment::cgroup));
  for (const CgroupVersion version : {CgroupVersion::v1, CgroupVersion::v2, CgroupVersion::any}) {
    int made[2];
    ASSERT_EQ(pipe(made), 0);
    const pid_t program = fork();
    if (program == 0) {
      try {
        ProcessManager manager(with(Containment::automatic, version));
        const bool limited = manager.guarantee().limits != "rlimit";
        const Process process = manager.spawn(
            {.argv = {"sleep", "60"},
             .limits = {.memory_bytes = limited ? std::optional<std::uint64_t>(64u << 20) : std::nullopt}});
        const std::size_t groups = groups_of(getpid()).size();
        (void)!write(made[1], &groups, sizeof groups);
        kill(getpid(), SIGKILL);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        _exit(1);
      }
    }
    close(made[1]);
    std::size_t groups = 0;
    EXPECT_EQ(read(made[0], &groups, sizeof groups), static_cast<ssize_t>(sizeof groups));
    EXPECT_GT(groups, 0U);
    waitpid(program, nullptr, 0);
    EXPECT_TRUE(eventually([&] { return groups_of(program).empty(); }));
    close(made[0]);
  }
}

TEST(Trace, Req65_ResultsAndSignalsAreThoseOfTheOtherTiers) {
  MANAGER_OR_SKIP(manager, with(Containment::trace));
  EXPECT_EQ(manager->guarantee().containment, "trace");
  EXPECT_TRUE(manager->guarantee().kernel_bound);
  EXPECT_EQ(manager->run({.argv = {"sh", "-c", "echo out; exit 3"}}).exit_code, 3);
  EXPECT_EQ(manager->run({.argv = {"sh", "-c", "sh -c 'exit 4' & wait $!"}}).exit_code, 4);
  EXPECT_EQ(manager->run({.argv = {"sh", "-c", "kill -USR1 $$"}}).term_signal, SIGUSR1);
  EXPECT_EQ(manager->run({.argv = {"sh", "-c", "trap 'exit 5' TERM; kill -TERM $$; sleep 9"}}).exit_code, 5);
  EXPECT_TRUE(manager->run({.argv = {"sleep", "60"}, .timeout = milliseconds(50)}).timed_out);
  EXPECT_EQ(manager->run({.argv = {"sh", "-c", "sleep 60 & exit 0"}}).leftovers.size(), 1U);
  try {
    (void)manager->run({.argv = {"/nonexistent"}});
    ADD_FAILURE() << "it was started";
  } catch (const SpawnError& error) {
    EXPECT_EQ(error.error, ENOENT);
  }
}

TEST(Trace, Req65_StoppedProcessesStayStoppedUntilTheyAreContinued) {
  MANAGER_OR_SKIP(manager, with(Containment::trace));
  Process process = manager->spawn({.argv = {"sh", "-c", "kill -STOP $$; exit 6"}});
  const auto state = [&] { return process.tree().empty() ? '?' : process.tree().front().state; };
  EXPECT_TRUE(eventually([&] { return state() == 't' || state() == 'T'; }));
  EXPECT_EQ(process.wait_for(milliseconds(200)), nullptr);
  process.signal(SIGCONT);
  EXPECT_EQ(process.wait().exit_code, 6);
}

class ProvedTier : public testing::TestWithParam<Containment> {};

TEST_P(ProvedTier, Req65_GuaranteeIsProvedByKillingTheHelpers) {
  MANAGER_OR_SKIP(manager, with(GetParam()));
  const Process before = manager->spawn({.argv = {"sleep", "60"}});
  const Guarantee guarantee = manager->guarantee();
  EXPECT_TRUE(guarantee.proved) << guarantee.evidence;
  EXPECT_THAT(guarantee.evidence, testing::MatchesRegex("4 processes were gone [0-9]+ ms after .* killed"));
  EXPECT_TRUE(manager->health().guard_alive) << "the probe must have helpers of its own";
  EXPECT_TRUE(before.running());
}

INSTANTIATE_TEST_SUITE_P(Tiers, ProvedTier,
                         testing::Values(Containment::guard, Containment::cgroup, Containment::strict,
                                         Containment::trace),
                         [](const auto& instance) {
                           return instance.param == Containment::guard    ? "guard"
                                  : instance.param == Containment::cgroup ? "cgroup"
                                  : instance.param == Containment::strict ? "strict"
                                                                          : "trace";
                         });

TEST(Containment, Req5_CgroupOrRefuse) {
  const Config config = with(Containment::cgroup);
  try {
    const ProcessManager manager(config);
    EXPECT_EQ(manager.guarantee().containment, "cgroup");
  } catch (const ManagerError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("PM_CONTAINMENT"));
  }
}

TEST(Strict, Req65_TreeIsEndedByTheKernel) {
  MANAGER_OR_SKIP(manager, with(Containment::strict));
  EXPECT_TRUE(manager->guarantee().kernel_bound);
  EXPECT_EQ(manager->guarantee().containment, "pid-namespace");
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  {
    const Process process = manager->spawn(tree_command("full", tag, directory / "ready"));
    ASSERT_TRUE(wait_ready(directory / "ready", 8));
    EXPECT_EQ(alive_with(tag).size(), 8U);
    EXPECT_TRUE(is_alive(process.pid())) << "the pid must be the one of this program's namespace";
    EXPECT_THAT(read_file("/proc/" + std::to_string(process.pid()) + "/cmdline"), testing::HasSubstr(tag));
    EXPECT_EQ(process.tree().size(), 8U);
  }
  EXPECT_EQ(alive_with(tag).size(), 0U);
}

TEST(Strict, Req65_ResultsAreThoseOfTheOtherTiers) {
  MANAGER_OR_SKIP(manager, with(Containment::strict));
  EXPECT_EQ(manager->run({.argv = {"sh", "-c", "echo out; exit 3"}}).exit_code, 3);
  EXPECT_TRUE(manager->run({.argv = {"sleep", "60"}, .timeout = milliseconds(50)}).timed_out);
  EXPECT_THROW((void)manager->run({.argv = {"/nonexistent"}}), SpawnError);
  EXPECT_EQ(manager->run({.argv = {"sh", "-c", "sleep 60 & exit 0"}}).leftovers.size(), 1U);
  EXPECT_THAT(manager->run({.argv = {"sh", "-c", "ls -d /proc/[0-9]* | wc -l"}}).out,
              testing::Not(testing::HasSubstr("000")));
}

}  // namespace
}  // namespace procsafe::test
