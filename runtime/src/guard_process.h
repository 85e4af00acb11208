// Finding and starting the guard.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "unique_fd.h"

namespace procsafe {

class ContainmentGroup;

struct GuardOptions {
  const ContainmentGroup* group = nullptr;  ///< to be entered by the guard
  bool pid_namespace = false;
  bool user_namespace = false;
  bool traced = false;
  int run_record = -1;
  std::vector<std::string> directories{};  ///< of groups, for the sentinel to remove when all is over
};

/// A started guard. Closing `control` makes it end everything and leave.
struct GuardProcess {
  UniqueFd control;
  UniqueFd guard_pidfd;
  UniqueFd sentinel_pidfd;
  int cgroup_error = 0;  ///< errno: the group could not be entered
};

/// The guard executable: `configured` when not empty; else beside the executable or library this code is in, in
/// ../libexec/procsafe relative to it, and where CMake installs it. Throws ManagerError naming all places looked at.
std::filesystem::path find_guard(const std::filesystem::path& configured);

/// Starts it so that the program gains no child process: no SIGCHLD, nothing for wait(-1) to find. Throws
/// ManagerError when it cannot be started, does not answer within 5 s, or is of another version.
GuardProcess start_guard(const std::filesystem::path& executable, const GuardOptions& options);

}  // namespace procsafe
