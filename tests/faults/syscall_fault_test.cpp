// System calls that fail from the first one on, in the host, its helpers and its commands: the error is named or does
// not matter, and nothing is left. Not among them are the calls without which no process can be found or waited for:
// reading directories and files, poll and wait.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "grouped_host.h"

namespace procsafe::faults {
namespace {

struct Call {
  const char* name;
  std::vector<long> numbers;
};

const std::vector<Call>& calls() {
  static const std::vector<Call> all{
      {"clone", {SYS_clone, SYS_fork, SYS_vfork}},
      {"clone3", {SYS_clone3}},
      {"pidfd_open", {SYS_pidfd_open}},
      {"pidfd_send_signal", {SYS_pidfd_send_signal}},
      {"close_range", {SYS_close_range}},
      {"sendmsg", {SYS_sendmsg}},
      {"recvmsg", {SYS_recvmsg}},
      {"prctl", {SYS_prctl}},
      {"socketpair", {SYS_socketpair}},
      {"signalfd", {SYS_signalfd4}},
      {"dup2", {SYS_dup2}},
      {"dup3", {SYS_dup3}},
      {"pipe2", {SYS_pipe2}},
      {"setsid", {SYS_setsid}},
      {"fchdir", {SYS_fchdir}},
      {"execve", {SYS_execve}},
      {"flock", {SYS_flock}},
      {"ftruncate", {SYS_ftruncate}},
      {"mkdir", {SYS_mkdir, SYS_mkdirat}},
      {"Docker's default", {SYS_clone3, SYS_pidfd_open, SYS_close_range}},
  };
  return all;
}

class SyscallFault : public testing::TestWithParam<Call> {};

TEST_P(SyscallFault, ReqBeyond_IsNamedAndNothingIsLeft) {
  for (const int error : {EAGAIN, EMFILE, ENOMEM, EPERM, ENOSYS}) {
    std::vector<std::string> arguments{std::to_string(error)};
    for (const long number : GetParam().numbers) arguments.push_back(std::to_string(number));
    std::optional<GroupedHost> host;
    try {
      host.emplace("auto", arguments);
    } catch (const std::runtime_error& none) {
      GTEST_SKIP() << none.what();
    }
    const std::string what = std::string(GetParam().name) + " fails with " + strerrorname_np(error);
    const pid_t pid = host->start();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    int status = 0;
    pid_t ended = 0;
    while ((ended = waitpid(pid, &status, WNOHANG)) == 0 && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    ASSERT_EQ(ended, pid) << what << ": the host hangs, alive: " << host->alive();
    ASSERT_TRUE(WIFEXITED(status)) << what << ": the host got signal " << WTERMSIG(status);
    EXPECT_TRUE(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 3) << what << ": " << WEXITSTATUS(status);
    EXPECT_EQ(WEXITSTATUS(status) == 3, host->error_output().size() > 10) << what << ": " << host->error_output();
    while (!host->alive().empty() && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    EXPECT_EQ(host->alive(), "") << what << ": " << host->error_output();
    std::printf("%s: exit %d %s", what.c_str(), WEXITSTATUS(status),
                host->error_output().empty() ? "\n" : host->error_output().c_str());
  }
}

INSTANTIATE_TEST_SUITE_P(Calls, SyscallFault, testing::ValuesIn(calls()), [](const auto& instance) {
  std::string name = instance.param.name;
  std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
  return name;
});

}  // namespace
}  // namespace procsafe::faults
