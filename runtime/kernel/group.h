// Ending and removing control groups, without allocation.
#pragma once

namespace procsafe::kernel {

/// Kills the members of a version 1 group, which has no atomic kill, by its cgroup.procs and freezer.state.
void kill_frozen_members(int procs, int freezer);

/// Removes the directory of a group and of those below it. False: something lives in one of them, or they are not
/// the caller's to remove.
bool remove_group(const char* path);

}  // namespace procsafe::kernel
