// procsafe_syscall_host inside a pids-limited group, for tests that disturb its system calls.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "trial_group.h"

namespace procsafe::faults {

class GroupedHost {
 public:
  /// Prepares the group and a directory; throws std::runtime_error where there is no pids controller.
  GroupedHost(std::string tier, std::vector<std::string> arguments);
  ~GroupedHost();
  GroupedHost(const GroupedHost&) = delete;
  GroupedHost& operator=(const GroupedHost&) = delete;

  /// Forks; the child enters the group, calls `before_exec` and executes the host. Returns its pid.
  pid_t start(void (*before_exec)() = nullptr);
  std::string error_output() const;
  const TrialGroup& group() const { return group_; }
  /// The names of the members that have not ended.
  std::string alive() const;

 private:
  std::filesystem::path directory_;
  std::string tier_;
  std::vector<std::string> arguments_;
  TrialGroup group_;
};

}  // namespace procsafe::faults
