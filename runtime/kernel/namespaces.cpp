#include "namespaces.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace procsafe::kernel {
namespace {

bool write_file(const char* path, const char* text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  const bool written = fd >= 0 && write(fd, text, strlen(text)) >= 0;
  if (fd >= 0) close(fd);
  return written;
}

/// "ID ID 1": the caller's own identity, the only mapping everybody may make (user_namespaces(7)).
bool map_identity(const char* path, unsigned id) {
  char digits[12];
  char* first = digits + sizeof digits - 1;
  *first = '\0';
  do {
    *--first = static_cast<char>('0' + id % 10);
    id /= 10;
  } while (id > 0);
  char line[40];
  strcpy(line, first);
  strcat(line, " ");
  strcat(line, first);
  strcat(line, " 1");
  return write_file(path, line);
}

}  // namespace

pid_t fork_into_namespaces(bool user_namespace) {
  const unsigned long flags =
      CLONE_NEWPID | CLONE_NEWNS | (user_namespace ? CLONE_NEWUSER : 0ul) | static_cast<unsigned long>(SIGCHLD);
  return static_cast<pid_t>(syscall(SYS_clone, flags, nullptr, nullptr, nullptr, 0));
}

const char* enter_namespaces(bool user_namespace, uid_t user, gid_t group) {
  if (user_namespace) {
    if (!write_file("/proc/self/setgroups", "deny")) return "/proc/self/setgroups";
    if (!map_identity("/proc/self/uid_map", user)) return "/proc/self/uid_map";
    if (!map_identity("/proc/self/gid_map", group)) return "/proc/self/gid_map";
  }
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return "private mounts";
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) return "mount /proc";
  return nullptr;
}

}  // namespace procsafe::kernel
