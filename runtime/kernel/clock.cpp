#include "clock.h"

#include <time.h>
#include <unistd.h>

namespace procsafe::kernel {

std::int64_t now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

std::uint64_t now_ticks() {
  static const long per_second = sysconf(_SC_CLK_TCK);
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  const auto ticks = static_cast<std::uint64_t>(per_second);
  return static_cast<std::uint64_t>(now.tv_sec) * ticks +
         static_cast<std::uint64_t>(now.tv_nsec) * ticks / 1'000'000'000u;
}

int poll_timeout(std::int64_t due, int limit) {
  if (due == never) return limit;
  std::int64_t left = due - now_ms();
  if (left < 0) left = 0;
  if (left > 3'600'000) left = 3'600'000;
  return limit >= 0 && left > limit ? limit : static_cast<int>(left);
}

}  // namespace procsafe::kernel
