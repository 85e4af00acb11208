// procsafe_host HOW TREE READY host-TAG [PROCESSES]: a program with a ProcessManager that starts a tree and then ends
// in the way HOW names. What it prints is what the tests look at; READY.manager is there once the manager is.
#include <procsafe/observe.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include "host.h"

using procsafe::ProcessManager;

namespace {

volatile sig_atomic_t own_handler_ran = 0;

[[noreturn]] void wait_for_signal() {
  std::puts("ready");
  std::fflush(stdout);
  for (;;) pause();
}

int end(const std::string& how) {
  if (const int status = procsafe::test::end_program(how); status >= 0) return status;
  if (how == "segv") raise(SIGSEGV);
  if (how == "exec") {
    std::puts("ready");
    std::fflush(stdout);
    execl("/bin/sleep", "sleep", "60", nullptr);
  }
  if (how == "fork-exit") {
    // A child without exec keeps copies of all descriptors.
    if (fork() == 0) {
      sleep(20);
      _exit(0);
    }
    _exit(6);
  }
  if (how == "own-handler") {
    std::printf("%s\n", own_handler_ran != 0 ? "too early" : "ready");
    std::fflush(stdout);
    while (own_handler_ran == 0) pause();
    std::printf("own handler ran, active %zu\n", ProcessManager::instance().active());
    return 8;
  }
  wait_for_signal();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  const std::string how = argv[1];
  if (how == "own-handler") signal(SIGTERM, [](int) { own_handler_ran = 1; });
  auto& manager = ProcessManager::instance();
  std::ofstream(argv[3] + std::string(".manager")) << "stands\n";
  const std::string tree = std::string(argv[0]).substr(0, std::string(argv[0]).rfind('/')) + "/procsafe_tree";
  const procsafe::Process process = manager.spawn(
      {.argv = {tree, argv[2], argv[3], argv[4] + std::strlen("host-")}, .timeout = procsafe::no_timeout});
  procsafe::test::wait_for_tree(argv[3], argc > 5 ? std::stoul(argv[5]) : 8);
  return end(how);
}
