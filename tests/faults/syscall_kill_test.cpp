// Stops host, sentinel, guard, cell and the child that becomes the command at every system call they make while a
// command is started and stopped, and kills them there: nothing is left and nothing hangs for more than 5 s.
//
// By default every 12th call is visited, another one in each run of the suite's parameters; with
// PROCSAFE_EVERY_SYSCALL=1 all of them are.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <map>
#include <optional>
#include <thread>

#include "grouped_host.h"

namespace procsafe::faults {
namespace {

using Clock = std::chrono::steady_clock;

enum class Role { manager, launcher, sentinel, guard, cell, launch, command };
constexpr std::array role_names{"manager", "launcher", "sentinel", "guard", "cell", "launch", "command"};
constexpr std::size_t role_count = role_names.size();

/// Who a process becomes that one of `parent` creates.
Role child_of(Role parent, bool thread) {
  if (thread) return parent;
  switch (parent) {
    case Role::manager: return Role::launcher;
    case Role::sentinel: return Role::guard;
    case Role::guard: return Role::cell;
    case Role::cell: return Role::launch;
    default: return parent;
  }
}

Role after_exec(Role role) {
  if (role == Role::launcher) return Role::sentinel;
  return role == Role::launch ? Role::command : role;
}

struct Tracee {
  Role role{};
  pid_t process = 0;  ///< of a thread: the one it belongs to
  bool in_call = false;
};

struct Visit {
  std::array<int, role_count> calls{};  ///< made by each role
  bool reached = false;                 ///< the victim was killed at the call asked for
  std::string left{};                   ///< names of what was alive 5 s later
  int host_status = 0;
};

class Tracer {
 public:
  Tracer(const std::string& tier, Role victim, int call) : host_(tier, {}), victim_(victim), call_(call) {}

  Visit run() {
    first_ = host_.start([] {
      ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
      raise(SIGSTOP);
    });
    int status = 0;
    waitpid(first_, &status, __WALL);
    constexpr long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                             PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    ptrace(PTRACE_SETOPTIONS, first_, nullptr, options);
    tracees_[first_] = {.role = Role::manager, .process = first_};
    resume(first_, 0);
    deadline_ = Clock::now() + std::chrono::seconds(10);
    follow();
    visit_.left = host_.alive();
    return visit_;
  }

 private:
  void follow() {
    while (Clock::now() < deadline_) {
      int status = 0;
      const pid_t pid = waitpid(-1, &status, __WALL | WNOHANG);
      if (pid < 0) return;
      if (pid == 0) {
        if (host_gone_ && host_.alive().empty()) return;
        std::this_thread::sleep_for(std::chrono::microseconds(50));
      } else if (WIFSTOPPED(status)) {
        on_stop(pid, status);
      } else {
        if (pid == first_) visit_.host_status = status;
        host_gone_ = host_gone_ || pid == first_;
        tracees_.erase(pid);
      }
    }
  }

  void on_stop(pid_t pid, int status) {
    if (!tracees_.contains(pid)) {
      // A child may stop before its parent's event tells whose it is.
      early_.insert({pid, status});
      return;
    }
    const int signal = WSTOPSIG(status);
    const int event = status >> 16;
    if (signal == (SIGTRAP | 0x80)) {
      on_call(pid);
    } else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
      adopt(pid, event == PTRACE_EVENT_CLONE);
      resume(pid, 0);
    } else if (event == PTRACE_EVENT_EXEC) {
      tracees_[pid].role = after_exec(tracees_[pid].role);
      resume(pid, 0);
    } else {
      resume(pid, event != 0 ? 0 : signal);
    }
  }

  void adopt(pid_t parent, bool thread) {
    unsigned long child = 0;
    ptrace(PTRACE_GETEVENTMSG, parent, nullptr, &child);
    const auto pid = static_cast<pid_t>(child);
    const Tracee& creator = tracees_[parent];
    tracees_[pid] = {.role = child_of(creator.role, thread), .process = thread ? creator.process : pid};
    if (early_.erase(pid) > 0) {
      resume(pid, 0);
    } else {
      starting_[pid] = true;
    }
  }

  void on_call(pid_t pid) {
    Tracee& tracee = tracees_[pid];
    tracee.in_call = !tracee.in_call;
    const auto role = static_cast<std::size_t>(tracee.role);
    if (tracee.in_call && !visit_.reached && ++visit_.calls[role] == call_ && tracee.role == victim_) {
      visit_.reached = true;
      kill(tracee.process, SIGKILL);
      deadline_ = Clock::now() + std::chrono::seconds(5);
    }
    resume(pid, 0);
  }

  void resume(pid_t pid, int signal) {
    // The stop every new tracee begins with is not a signal anybody sent.
    if (starting_.erase(pid) > 0 && signal == SIGSTOP) signal = 0;
    const bool watched = !visit_.reached && tracees_[pid].role != Role::command;
    ptrace(watched ? PTRACE_SYSCALL : PTRACE_CONT, pid, nullptr, static_cast<long>(signal));
  }

  GroupedHost host_;
  const Role victim_;
  const int call_;
  pid_t first_ = 0;
  bool host_gone_ = false;
  Clock::time_point deadline_;
  std::map<pid_t, Tracee> tracees_;
  std::map<pid_t, int> early_;
  std::map<pid_t, bool> starting_;
  Visit visit_;
};

class SyscallKill : public testing::TestWithParam<const char*> {};

TEST_P(SyscallKill, ReqBeyond_NothingIsLeftWhereverOneIsKilled) {
  std::optional<Visit> undisturbed;
  try {
    undisturbed = Tracer(GetParam(), Role::manager, 0).run();
  } catch (const std::runtime_error& none) {
    GTEST_SKIP() << none.what();
  }
  ASSERT_EQ(undisturbed->left, "");
  ASSERT_TRUE(WIFEXITED(undisturbed->host_status));
  if (WEXITSTATUS(undisturbed->host_status) == 3) GTEST_SKIP() << "the tier is not available here";
  ASSERT_EQ(WEXITSTATUS(undisturbed->host_status), 0);
  const int step = std::getenv("PROCSAFE_EVERY_SYSCALL") != nullptr ? 1 : 12;
  int visited = 0;
  for (std::size_t role = 0; role < static_cast<std::size_t>(Role::command); ++role) {
    EXPECT_GT(undisturbed->calls[role], 0) << role_names[role];
    int kills = 0;
    for (int call = 1; call <= undisturbed->calls[role]; call += step) {
      const Visit visit = Tracer(GetParam(), static_cast<Role>(role), call).run();
      EXPECT_EQ(visit.left, "") << role_names[role] << " killed at its call " << call;
      EXPECT_TRUE(!WIFSIGNALED(visit.host_status) || WTERMSIG(visit.host_status) == SIGKILL) << role_names[role];
      kills += visit.reached ? 1 : 0;
    }
    EXPECT_GT(kills, 0) << role_names[role];
    std::printf("%-8s %4d calls, killed at %d of them\n", role_names[role], undisturbed->calls[role], kills);
    visited += kills;
  }
  std::printf("%d places\n", visited);
}

INSTANTIATE_TEST_SUITE_P(Tiers, SyscallKill, testing::Values("guard", "cgroup", "strict"),
                         [](const auto& instance) { return std::string(instance.param); });

}  // namespace
}  // namespace procsafe::faults
