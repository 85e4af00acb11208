// Wrong-target kills: numbers of ended processes are given to bystanders, and everything is then asked to end what
// had them before. The kernel hands out chosen numbers by clone3(2) with set_tid, inside a PID namespace.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/sched.h>
#include <procsafe/process_manager.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "kernel/namespaces.h"
#include "kernel/process.h"
#include "pid_namespace.h"
#include "recovery.h"
#include "wire/run_record.h"

namespace procsafe::faults {
namespace {

constexpr int rounds = 1000;

/// A process that has nothing to do with any manager, at a number of the test's choice.
class Bystander {
 public:
  explicit Bystander(pid_t wanted) {
    clone_args arguments{};
    arguments.exit_signal = SIGCHLD;
    arguments.set_tid = reinterpret_cast<std::uint64_t>(&wanted);
    arguments.set_tid_size = 1;
    pid_ = static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
    if (pid_ == 0)
      for (;;) pause();
  }
  ~Bystander() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Bystander(const Bystander&) = delete;
  Bystander& operator=(const Bystander&) = delete;
  bool stands_at(pid_t wanted) const { return pid_ == wanted; }
  bool alive() const { return waitpid(pid_, nullptr, WNOHANG) == 0; }

 private:
  pid_t pid_ = -1;
};

/// What the child in the namespace found, in memory shared with the test.
struct Tally {
  int reused = 0;      ///< numbers that a bystander really got
  int hit = 0;         ///< bystanders that did not survive
  int unexpected = 0;  ///< exceptions and failed steps
};

template <typename Body>
Tally in_pid_namespace(Body body) {
  void* memory = mmap(nullptr, sizeof(Tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  auto* tally = new (memory) Tally;
  const pid_t init = kernel::fork_into_namespaces(false);
  if (init == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (kernel::enter_namespaces(false, geteuid(), getegid()) != nullptr) _exit(2);
    try {
      body(*tally);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      ++tally->unexpected;
    }
    _exit(0);
  }
  if (init > 0) waitpid(init, nullptr, 0);
  const Tally result = *tally;
  munmap(memory, sizeof(Tally));
  return result;
}

Config quick_config() {
  Config config;
  config.handlers = false;
  config.containment = Containment::guard;
  config.stop = {.grace = milliseconds(50), .kill_wait = milliseconds(500)};
  return config;
}

class PidReuse : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "set_tid needs CAP_SYS_ADMIN";
  }
};

TEST_F(PidReuse, Req65_HandleOfAnEndedProcessHitsNobody) {
  const Tally tally = in_pid_namespace([](Tally& all) {
    ProcessManager manager(quick_config());
    for (int round = 0; round < rounds; ++round) {
      auto process = std::make_unique<Process>(manager.spawn({.argv = {"/bin/true"}}));
      process->wait();
      const Bystander bystander(process->pid());
      if (!bystander.stands_at(process->pid())) continue;
      ++all.reused;
      process->signal(SIGKILL);
      process->signal(SIGKILL, true);
      (void)process->stop();
      process.reset();
      all.hit += bystander.alive() ? 0 : 1;
    }
  });
  EXPECT_GE(tally.reused, rounds * 9 / 10);
  EXPECT_EQ(tally.hit, 0);
  EXPECT_EQ(tally.unexpected, 0);
}

TEST_F(PidReuse, Req65_EndOfLeftoversHitsNobodyAtTheNumberOfTheMainProcess) {
  const Tally tally = in_pid_namespace([](Tally& all) {
    ProcessManager manager(quick_config());
    for (int round = 0; round < rounds / 10; ++round) {
      // In a session of its own: as long as anybody is in that of the main process the kernel keeps its number.
      Process process =
          manager.spawn({.argv = {"/bin/sh", "-c", "setsid sleep 60 & exit 0"}, .leftovers = Leftovers::keep});
      process.wait();
      while (process.tree().empty() || getsid(process.tree().front().pid) == process.pid()) usleep(1000);
      const Bystander bystander(process.pid());
      if (!bystander.stands_at(process.pid())) continue;
      ++all.reused;
      process.signal(SIGTERM, true);
      (void)process.stop();
      all.hit += bystander.alive() ? 0 : 1;
    }
  });
  EXPECT_GE(tally.reused, rounds / 10 * 9 / 10);
  EXPECT_EQ(tally.hit, 0);
  EXPECT_EQ(tally.unexpected, 0);
}

void write_record(const std::filesystem::path& path, pid_t main, std::uint64_t started) {
  auto record = std::make_unique<wire::RunRecord>();
  std::memcpy(record->magic, wire::RunRecord::magic_text, sizeof record->magic);
  std::ifstream boot("/proc/sys/kernel/random/boot_id");
  boot.read(record->boot_id, 36);
  record->pid_namespace = pid_namespace();
  record->cells.slots[0].main = main;
  record->cells.slots[0].started_after = started;
  record->cells.slots[0].started_before = started;
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(record.get()), sizeof *record);
}

TEST_F(PidReuse, ReqRunId_RecoveryHitsNobodyAtARecordedNumber) {
  std::string pattern = (std::filesystem::temp_directory_path() / "procsafe-reuse-XXXXXX").string();
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  const std::filesystem::path directory = pattern;
  const Tally tally = in_pid_namespace([&](Tally& all) {
    constexpr pid_t number = 4711;
    for (int round = 0; round < rounds; ++round) {
      const Bystander bystander(number);
      if (!bystander.stands_at(number)) continue;
      kernel::ProcessStatus status;
      if (!kernel::read_status(number, status)) continue;
      ++all.reused;
      // The crashed run's process had this number two ticks ago.
      write_record(directory / "crashed.run", number, status.started - 2);
      all.unexpected += recover_stale_runs(directory).empty() ? 0 : 1;
      all.hit += bystander.alive() ? 0 : 1;
    }
  });
  std::filesystem::remove_all(directory);
  EXPECT_EQ(tally.reused, rounds);
  EXPECT_EQ(tally.hit, 0);
  EXPECT_EQ(tally.unexpected, 0);
}

}  // namespace
}  // namespace procsafe::faults
