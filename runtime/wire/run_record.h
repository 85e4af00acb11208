// What a run writes down about itself, in memory shared with a file: it survives everybody.
//
// The file is locked (flock(2)) by a descriptor that sentinel, guard and cells inherit, so whoever gets the lock knows
// that all of them are dead. A later manager then ends what they left, see recovery.h.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>

namespace procsafe::wire {

enum class CellState : std::uint32_t { none, idle, busy };

struct CellSlot {
  std::atomic<CellState> state;
  std::atomic<pid_t> cell;
  /// The command's main process; 0 while there is none. It was started between the two times, which are clock ticks
  /// since boot as in proc(5), stat, field 22: a later process of the same number was not.
  std::atomic<pid_t> main;
  std::uint32_t unused;
  std::atomic<std::uint64_t> started_after;
  std::atomic<std::uint64_t> started_before;
};

inline constexpr std::uint32_t max_cells = 4096;

struct CellTable {
  bool namespaced;  ///< pids mean nothing to the manager: it gets pidfds
  bool traced;      ///< cells trace their commands
  std::atomic<bool> closing;
  std::atomic<std::uint32_t> idle;
  CellSlot slots[max_cells];
};

struct RunRecord {
  static constexpr char magic_text[8] = {'P', 'R', 'S', 'F', 'R', 'U', 'N', '2'};
  char magic[8];
  char boot_id[40];  ///< /proc/sys/kernel/random/boot_id: pids and times mean nothing after a boot
  char run_id[32];
  char group[512];  ///< directory of the containment group, empty when there is none
  std::uint32_t group_v2;
  std::uint64_t pid_namespace;  ///< whose numbers the pids are, see src/pid_namespace.h
  pid_t manager;
  CellTable cells;
};

static_assert(std::atomic<CellState>::is_always_lock_free && std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace procsafe::wire
