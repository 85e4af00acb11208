#pragma once

#include <sys/stat.h>

#include <cstdint>

namespace procsafe {

/// Which PID namespace this program is in: pids written down mean nothing in another one. 0: not known.
inline std::uint64_t pid_namespace() {
  struct stat space{};
  return stat("/proc/self/ns/pid", &space) == 0 ? space.st_ino : 0;
}

}  // namespace procsafe
