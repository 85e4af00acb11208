// The guard, one per manager, and its cells, one per command. Both live on kernel/, which allocates nothing.
#pragma once

#include "wire/run_record.h"

namespace procsafe::guard {

/// Descriptors at fixed places, so that a forked cell can close everything else without a list.
enum Descriptor : int {
  control_socket = 3,  ///< guard: to the manager; cell: to the guard
  manager_pidfd = 4,
  run_record = 5,      ///< its lock says that somebody of this run is alive; may be absent
  group_entrance = 6,  ///< directory of the containment group, or cgroup.procs of version 1; may be absent
  group_killer = 7,    ///< its cgroup.kill, or freezer.state of version 1; may be absent
  sentinel_pidfd = 8,
  guard_pidfd = 9,
  child_signals = 10,  ///< signalfd for SIGCHLD
  first_free = 11,
};

/// More idle cells than this end themselves: they only save the fork of the next spawn.
inline constexpr std::uint32_t max_idle_cells = 4;

struct GuardIdentity {
  int sentinel = 0;         ///< its pid
  int cgroup_error = 0;     ///< errno of entering the containment group
  bool namespaced = false;  ///< the guard is the init of a PID namespace
  bool traced = false;      ///< cells trace their commands
  bool record = false;      ///< the run record is there
};

/// Serves the manager until it or the sentinel is gone, then kills everything below and exits. All signals are
/// blocked; the caller is a subreaper.
[[noreturn]] void run_guard(const GuardIdentity& identity);

/// The life of a cell, entered after fork: serves one command after the other.
[[noreturn]] void run_cell(wire::CellTable& table, std::uint32_t slot);

}  // namespace procsafe::guard
