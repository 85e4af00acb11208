// Deadlines. Nothing here allocates.
#pragma once

#include <cstdint>

namespace procsafe::kernel {

inline constexpr std::int64_t never = INT64_MAX;

/// Of CLOCK_MONOTONIC.
std::int64_t now_ms();

/// Clock ticks since boot, as proc(5) counts the start of a process (stat, field 22).
std::uint64_t now_ticks();

/// Milliseconds for poll(2) until `due`, at most `limit` (negative: no limit).
int poll_timeout(std::int64_t due, int limit);

}  // namespace procsafe::kernel
