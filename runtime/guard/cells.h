// What the guard and its cells share in memory: which cell is free.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>

namespace procsafe::guard {

enum class CellState : std::uint32_t { none, idle, busy };

struct CellSlot {
  std::atomic<CellState> state;
  std::atomic<pid_t> cell;
};

inline constexpr std::uint32_t max_cells = 4096;
/// More idle cells than this end themselves: they only save the fork of the next spawn.
inline constexpr std::uint32_t max_idle_cells = 4;

struct CellTable {
  bool namespaced;  ///< pids mean nothing to the manager: it gets pidfds
  std::atomic<bool> closing;
  std::atomic<std::uint32_t> idle;
  CellSlot slots[max_cells];
};

/// The life of a cell, entered after fork: serves one command after the other. Descriptors are as in system.h.
[[noreturn]] void run_cell(CellTable& table, std::uint32_t slot);

}  // namespace procsafe::guard
