#include "group.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "process.h"

namespace procsafe::kernel {
namespace {

void sleep_ms(long ms) {
  const timespec time{.tv_sec = 0, .tv_nsec = ms * 1'000'000};
  nanosleep(&time, nullptr);
}

bool remove_below(int parent, const char* name) {
  const int directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory < 0) return errno == ENOENT;
  for_each_entry(
      directory,
      [](void*, int in, const char* entry, bool is_directory) {
        if (is_directory && strcmp(entry, ".") != 0 && strcmp(entry, "..") != 0) remove_below(in, entry);
      },
      nullptr);
  close(directory);
  // EBUSY for a moment after the last member ended.
  for (int tries = 0; tries < 100; ++tries) {
    if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return true;
    if (errno != EBUSY) return false;
    sleep_ms(2);
  }
  return false;
}

}  // namespace

pid_t fork_into_group(int directory) {
  clone_args arguments{};
  arguments.flags = CLONE_INTO_CGROUP;
  arguments.exit_signal = SIGCHLD;
  arguments.cgroup = static_cast<unsigned>(directory);
  return static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
}

bool enter_group(int directory) {
  const int procs = openat(directory, "cgroup.procs", O_WRONLY | O_CLOEXEC);
  if (procs < 0) return false;
  const bool entered = write(procs, "0", 1) == 1;
  const int error = errno;
  close(procs);
  errno = error;
  return entered;
}

void kill_frozen_members(int procs, int freezer) {
  char list[64 * 1024];
  char state[16] = {};
  (void)!write(freezer, "FROZEN", 6);
  // Frozen members can neither fork nor end, so the numbers in the list stay theirs until the thaw.
  for (int tries = 0; tries < 100 && strncmp(state, "FROZEN", 6) != 0; ++tries) {
    sleep_ms(2);
    if (pread(freezer, state, sizeof state, 0) < 0) break;
  }
  const ssize_t size = pread(procs, list, sizeof list, 0);
  pid_t pid = 0;
  for (ssize_t i = 0; i < size; ++i) {
    if (list[i] != '\n') {
      pid = pid * 10 + (list[i] - '0');
      continue;
    }
    if (pid > 1) kill(pid, SIGKILL);
    pid = 0;
  }
  (void)!write(freezer, "THAWED", 6);
}

bool remove_group(const char* path) { return remove_below(AT_FDCWD, path); }

}  // namespace procsafe::kernel
