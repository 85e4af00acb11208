// The guard: one per manager.
#pragma once

namespace procsafe::guard {

struct GuardIdentity {
  int sentinel = 0;         ///< its pid
  int cgroup_error = 0;     ///< errno of entering the containment group
  bool namespaced = false;  ///< the guard is the init of a PID namespace
  bool record = false;      ///< the cells are to be kept in the run record
};

/// Serves the manager until it or the sentinel is gone, then kills everything below and exits. Descriptors are as in
/// system.h; all signals are blocked; the caller is a subreaper.
[[noreturn]] void run_guard(const GuardIdentity& identity);

}  // namespace procsafe::guard
