#include "process.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

namespace procsafe::kernel {
namespace {

/// linux/dirent.h is not exported by the kernel headers (getdents64(2)).
struct DirectoryEntry {
  std::uint64_t inode;
  std::int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[1];  // NUL-terminated, as long as `length` leaves room for
};

std::uint64_t parse_number(const char*& text) {
  std::uint64_t number = 0;
  for (; *text >= '0' && *text <= '9'; ++text) number = number * 10 + static_cast<unsigned>(*text - '0');
  return number;
}

void proc_path(char (&path)[40], pid_t pid, const char* file) {
  char digits[12];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + pid % 10);
    pid /= 10;
  } while (pid > 0);
  std::strcpy(path, "/proc/");
  char* end = path + 6;
  while (count > 0) *end++ = digits[--count];
  std::strcpy(end, file);
}

}  // namespace

int open_pidfd(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0u)); }

// procsafe: allow(process-hunt) reason="descendants of a guard or a recorded process, verified behind the pidfd"
bool send_to_pidfd(int pidfd, int signal) { return syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0u) == 0; }

void close_from(int first) {
  if (syscall(SYS_close_range, static_cast<unsigned>(first), ~0u, 0u) == 0) return;
  // Before Linux 5.9, or refused by a seccomp filter.
  const long limit = sysconf(_SC_OPEN_MAX);
  for (int fd = first; fd < limit; ++fd) close(fd);
}

std::size_t read_proc(pid_t pid, const char* file, char* buffer, std::size_t size) {
  char path[40];
  proc_path(path, pid, file);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const ssize_t got = read(fd, buffer, size);
  close(fd);
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

bool read_status(pid_t pid, ProcessStatus& status) {
  char text[512];
  const std::size_t size = read_proc(pid, "/stat", text, sizeof text - 1);
  text[size] = '\0';
  // The command name may itself hold parentheses and spaces: fields are counted from its last ')'.
  const char* at = std::strrchr(text, ')');
  if (at == nullptr || at[1] != ' ' || at[2] == '\0') return false;
  status.state = at[2];
  at += 4;
  status.parent = static_cast<pid_t>(parse_number(at));
  constexpr int parent_field = 4;
  constexpr int start_field = 22;
  for (int field = parent_field; field < start_field && at != nullptr; ++field) {
    at = std::strchr(at, ' ');
    if (at != nullptr) ++at;
  }
  if (at == nullptr) return false;
  status.started = parse_number(at);
  return true;
}

void for_each_entry(int directory, void (*use)(void*, int, const char*, bool), void* context) {
  alignas(8) char buffer[8192];
  for (;;) {
    const long got = syscall(SYS_getdents64, directory, buffer, sizeof buffer);
    if (got <= 0) return;
    for (long at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const DirectoryEntry*>(buffer + at);
      use(context, directory, entry->name, entry->type == DT_DIR);
      at += entry->length;
    }
  }
}

void for_each_process(void (*use)(void*, pid_t), void* context) {
  // /proc/PID/task/TID/children would be shorter but exists only on kernels with CONFIG_PROC_CHILDREN and may skip
  // entries while children exit (proc(5)).
  const int directory = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  struct Caller {
    void (*use)(void*, pid_t);
    void* context;
  } caller{use, context};
  for_each_entry(
      directory,
      [](void* to, int, const char* name, bool) {
        const auto pid = static_cast<pid_t>(parse_number(name));
        if (pid > 0 && *name == '\0') static_cast<Caller*>(to)->use(static_cast<Caller*>(to)->context, pid);
      },
      &caller);
  close(directory);
}

}  // namespace procsafe::kernel
