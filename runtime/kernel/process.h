// The process table and pidfds, without allocation: for the guard, which may not allocate, and the library.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace procsafe::kernel {

int open_pidfd(pid_t pid);
bool send_to_pidfd(int pidfd, int signal);

/// Closes every descriptor from `first` on.
void close_from(int first);

struct ProcessStatus {
  pid_t parent = 0;
  char state = '?';           ///< as in proc(5)
  std::uint64_t started = 0;  ///< clock ticks since boot
};

/// False: there is no such process.
bool read_status(pid_t pid, ProcessStatus& status);

/// Reads the beginning of /proc/PID`file`; the number of bytes, 0 when the process is gone.
std::size_t read_proc(pid_t pid, const char* file, char* buffer, std::size_t size);

/// Calls `use(context, directory, name, is_directory)` for the entries of an open directory.
void for_each_entry(int directory, void (*use)(void*, int, const char*, bool), void* context);

/// Calls `use(context, pid)` for every process of this PID namespace.
void for_each_process(void (*use)(void*, pid_t), void* context);

template <typename Use>
void for_each_process(Use use) {
  for_each_process([](void* context, pid_t pid) { (*static_cast<Use*>(context))(pid); }, &use);
}

}  // namespace procsafe::kernel
