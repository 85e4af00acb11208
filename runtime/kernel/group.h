// Entering, ending and removing control groups, without allocation.
#pragma once

#include <sys/types.h>

namespace procsafe::kernel {

/// fork(2) whose child is born in the version 2 group of `directory`. To move a living process waits for every task of
/// the machine (an RCU grace period, milliseconds); this does not. -1: no process; Linux before 5.7, a seccomp filter,
/// or a group that takes no members.
pid_t fork_into_group(int directory);

/// Moves the caller into the version 2 group of `directory`.
bool enter_group(int directory);

/// Kills the members of a version 1 group, which has no atomic kill, by its cgroup.procs and freezer.state.
void kill_frozen_members(int procs, int freezer);

/// Removes the directory of a group and of those below it. False: something lives in one of them, or they are not
/// the caller's to remove.
bool remove_group(const char* path);

}  // namespace procsafe::kernel
