// procsafe_syscall_host READY TAG [ERRNO SYSCALL…]: starts a tree, waits until it stands, stops it. With an errno every
// listed system call fails with it, in this program and everything it starts. Exit status: 0 the tree was ended,
// 3 an error was thrown, which is printed.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <procsafe/process_manager.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace {

bool let_fail(int error, int count, char** numbers) {
  std::vector<sock_filter> program{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (int i = 0; i < count; ++i) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(std::atoi(numbers[i])), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

bool stands(const std::filesystem::path& ready) {
  std::error_code none;
  return std::filesystem::file_size(ready, none) >= 2 && !none;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  if (argc > 4 && !let_fail(std::atoi(argv[3]), argc - 4, argv + 4)) return 2;
  const auto tree = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "procsafe_tree";
  try {
    procsafe::ProcessManager manager;
    procsafe::Process process =
        manager.spawn({.argv = {tree.string(), "daemon", argv[1], argv[2]}, .timeout = procsafe::no_timeout});
    for (int i = 0; i < 1000 && !stands(argv[1]) && process.running(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return process.stop().survivors.empty() ? 0 : 4;
  } catch (const procsafe::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
}
