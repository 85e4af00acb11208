#include "recovery.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "pid_namespace.h"
#include "support.h"
#include "wire/run_record.h"

namespace procsafe::test {
namespace {

/// Pid of the parent of `pid`.
pid_t parent_of(pid_t pid) {
  const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  return std::stoi(stat.substr(stat.rfind(')') + 4));
}

/// A host program with a tree of eight processes, and who ends it.
class CrashingHost {
 public:
  CrashingHost(const TemporaryDirectory& directory, const std::string& tag, const char* containment)
      : host_(outer_.spawn(
            {.argv = {program("procsafe_host"), "wait", "full", (directory / "ready").string(), "host-" + tag},
             .env = {.set = {{"PM_CONTAINMENT", containment}, {"PM_RUN_DIR", (directory / "runs").string()}}},
             .out = Output::null(),
             .leftovers = Leftovers::keep})) {
    EXPECT_TRUE(wait_ready(directory / "ready", 8));
    for (const pid_t pid : alive_with(tag)) {
      const std::string parent = read_file("/proc/" + std::to_string(parent_of(pid)) + "/comm");
      if (parent == "procsafe-guard\n") cell_ = parent_of(pid);
    }
    EXPECT_GT(cell_, 1);
  }
  pid_t host() const { return host_.pid(); }
  pid_t cell() const { return cell_; }
  pid_t guard() const { return parent_of(cell_); }
  pid_t sentinel() const { return parent_of(guard()); }

 private:
  ProcessManager outer_{quick_config()};
  Process host_;
  pid_t cell_ = 0;
};

/// Manager, sentinel, guard and cell are all frozen, then killed: what no helper can clean up.
void crash_everything(const TemporaryDirectory& directory, const std::string& tag, const char* containment) {
  const CrashingHost crashing(directory, tag, containment);
  ASSERT_GT(crashing.cell(), 1);
  const std::vector<pid_t> helpers{crashing.host(), crashing.sentinel(), crashing.guard(), crashing.cell()};
  for (const pid_t pid : helpers) kill(pid, SIGSTOP);
  for (const pid_t pid : helpers) kill(pid, SIGKILL);
  // The tree is now the outer command's to end. The outer cell is killed first, so that it is nobody's.
  EXPECT_TRUE(eventually([&] { return !is_alive(crashing.cell()); }));
}

/// As when a manager is killed in the middle of its probe.
TEST(Containment, ReqBeyond_StoppedGuardGoesOnWhenItsManagerDies) {
  for (const char* tier : {"guard", "auto", "trace"}) {
    const TemporaryDirectory directory;
    const std::string tag = unique_tag();
    const CrashingHost crashing(directory, tag, tier);
    ASSERT_GT(crashing.cell(), 1);
    kill(crashing.guard(), SIGSTOP);
    kill(crashing.cell(), SIGSTOP);
    kill(crashing.host(), SIGKILL);
    EXPECT_TRUE(eventually([&] { return alive_with(tag).empty() && !is_alive(crashing.cell()); })) << tier;
  }
}

TEST(Recovery, ReqRunId_RunIdIsInTheEnvironmentNotInTheArguments) {
  ProcessManager manager(quick_config());
  Process process = manager.spawn({.argv = {"sleep", "60"}});
  const std::string base = "/proc/" + std::to_string(process.pid());
  // spawn() returns when the old memory is given up, a moment before the kernel says where the new environment is.
  EXPECT_TRUE(eventually([&] { return !read_file(base + "/environ").empty(); }));
  EXPECT_THAT(read_file(base + "/environ"), testing::HasSubstr("PM_RUN_ID=" + manager.run_id()));
  EXPECT_THAT(read_file(base + "/cmdline"), testing::Not(testing::HasSubstr(manager.run_id())));
}

TEST(Recovery, ReqRunId_RecordGoesWithTheManager) {
  const TemporaryDirectory directory;
  Config config = quick_config();
  config.run_directory = directory / "runs";
  {
    const ProcessManager manager(config);
    EXPECT_FALSE(std::filesystem::is_empty(directory / "runs"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory / "runs"));
}

TEST(Recovery, ReqRunId_LiveRunsAreLeftAlone) {
  const TemporaryDirectory directory;
  Config config = quick_config();
  config.run_directory = directory / "runs";
  ProcessManager first(config);
  const Process process = first.spawn({.argv = {"sleep", "60"}});
  ProcessManager second(config);
  EXPECT_TRUE(recover_stale_runs(directory / "runs").empty());
  EXPECT_TRUE(process.running());
  EXPECT_TRUE(is_alive(process.pid()));
}

/// A record as a crashed run would have left it, with one command.
void write_record(const std::filesystem::path& path, pid_t main, std::uint64_t after, std::uint64_t before,
                  const std::string& boot, std::uint64_t space = pid_namespace()) {
  auto record = std::make_unique<wire::RunRecord>();
  std::memcpy(record->magic, wire::RunRecord::magic_text, sizeof record->magic);
  boot.copy(record->boot_id, sizeof record->boot_id - 1);
  record->pid_namespace = space;
  record->cells.slots[0].main = main;
  record->cells.slots[0].started_after = after;
  record->cells.slots[0].started_before = before;
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(record.get()), sizeof *record);
}

std::uint64_t start_ticks(pid_t pid) {
  const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));
  std::string field;
  for (int i = 3; i <= 22; ++i) fields >> field;
  return std::stoull(field);
}

std::string this_boot() {
  std::string id = read_file("/proc/sys/kernel/random/boot_id");
  id.pop_back();
  return id;
}

/// A process nobody manages, with one child.
class Unmanaged {
 public:
  Unmanaged() : pid_(fork()) {
    if (pid_ == 0) {
      // procsafe: allow(unmanaged-lifetime) reason="recovery has to end it; it dies with its parent at the latest"
      if (fork() == 0) prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (;;) pause();
    }
  }
  ~Unmanaged() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Unmanaged(const Unmanaged&) = delete;
  Unmanaged& operator=(const Unmanaged&) = delete;
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

TEST(Recovery, ReqRunId_RecordedProcessIsEndedWithItsChildren) {
  const TemporaryDirectory directory;
  const Unmanaged process;
  std::this_thread::sleep_for(milliseconds(50));
  const std::uint64_t start = start_ticks(process.pid());
  write_record(directory / "a.run", process.pid(), start, start, this_boot());
  const auto recovered = recover_stale_runs(directory.path());
  ASSERT_EQ(recovered.size(), 1U);
  EXPECT_EQ(recovered.front().killed, 2U);
  EXPECT_TRUE(eventually([&] { return !is_alive(process.pid()); }));
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(Recovery, ReqRunId_ReusedPidIsNotSignalled) {
  const TemporaryDirectory directory;
  const Unmanaged process;
  const std::uint64_t start = start_ticks(process.pid());
  write_record(directory / "later.run", process.pid(), start + 1, start + 5, this_boot());
  write_record(directory / "earlier.run", process.pid(), start - 9, start - 1, this_boot());
  write_record(directory / "elsewhere.run", process.pid(), start, start, this_boot(), pid_namespace() + 1);
  write_record(directory / "boot.run", process.pid(), start, start, "00000000-0000-0000-0000-000000000000");
  write_record(directory / "init.run", 1, 0, ~0ULL, this_boot());
  EXPECT_TRUE(recover_stale_runs(directory.path()).empty());
  EXPECT_TRUE(is_alive(process.pid()));
  EXPECT_TRUE(std::filesystem::remove(directory / "elsewhere.run")) << "it is for a program of that namespace";
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(Recovery, ReqRunId_LockedOrBrokenRecordsDoNoHarm) {
  const TemporaryDirectory directory;
  const Unmanaged process;
  const std::uint64_t start = start_ticks(process.pid());
  write_record(directory / "held.run", process.pid(), start, start, this_boot());
  const UniqueFd held(open((directory / "held.run").c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(flock(held.get(), LOCK_EX), 0);
  std::ofstream(directory / "short.run") << "PRSFRUN1";
  std::ofstream(directory / "other.txt") << "not a record";
  EXPECT_TRUE(recover_stale_runs(directory.path()).empty());
  EXPECT_TRUE(is_alive(process.pid()));
  EXPECT_TRUE(std::filesystem::exists(directory / "held.run"));
  EXPECT_FALSE(std::filesystem::exists(directory / "short.run"));
  EXPECT_TRUE(std::filesystem::exists(directory / "other.txt"));
}

TEST(Recovery, ReqRunId_EmptyRecordIsAStartUnderWayForAMinute) {
  const TemporaryDirectory directory;
  const std::filesystem::path starting = directory / "starting.run";
  const std::filesystem::path given_up = directory / "given-up.run";
  std::ofstream{starting};
  std::ofstream{given_up};
  std::filesystem::last_write_time(given_up, std::filesystem::file_time_type::clock::now() - std::chrono::minutes(2));
  EXPECT_TRUE(recover_stale_runs(directory.path()).empty());
  EXPECT_TRUE(std::filesystem::exists(starting));
  EXPECT_FALSE(std::filesystem::exists(given_up));
}

TEST(Recovery, ReqRunId_DirectoryOfOthersIsNotTrusted) {
  const TemporaryDirectory directory;
  ASSERT_EQ(chmod(directory.path().c_str(), 0777), 0);
  EXPECT_TRUE(run_directory(directory.path()).empty());
  EXPECT_FALSE(run_directory(directory / "new").empty());
}

TEST(Recovery, ReqRunId_CrashOfAllHelpersIsCleanedUpByTheNextStart) {
  const TemporaryDirectory directory;
  const std::string tag = unique_tag();
  if (ProcessManager(quick_config()).guarantee().containment != "cgroup") GTEST_SKIP() << "no cgroup to write to";
  // The host's tree must not be the test's own to end: a child process plays the outer world and is killed too.
  const pid_t outer = fork();
  if (outer == 0) {
    crash_everything(directory, tag, "cgroup");
    kill(getpid(), SIGKILL);
  }
  waitpid(outer, nullptr, 0);
  Config config = quick_config();
  config.run_directory = directory / "runs";
  const ProcessManager next(config);
  EXPECT_TRUE(eventually([&] { return alive_with(tag).empty(); }));
}

}  // namespace
}  // namespace procsafe::test
