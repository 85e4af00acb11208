// A pids-limited cgroup that holds everything a trial starts: what is in it is what the trial left, however it
// detached itself, and a fault of the runtime can never fill the machine's process table.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace procsafe::faults {

struct ProcessStatus {
  pid_t pid = 0;
  pid_t parent = 0;
  char state = '?';
  std::string name;
};

class TrialGroup {
 public:
  /// Creates a cgroup below the pids controller (v1 or v2). Throws std::runtime_error where there is none to write.
  TrialGroup(const std::string& name, unsigned max_processes);
  /// Kills what is left and removes the cgroup.
  ~TrialGroup();
  /// Empties and removes the groups of harnesses that were killed: their pid, the number in the name, is gone.
  static void remove_stale();
  static std::string name_for(std::uint64_t number);
  TrialGroup(const TrialGroup&) = delete;
  TrialGroup& operator=(const TrialGroup&) = delete;

  /// For the child between fork and exec: a path to write "0" to.
  const std::string& procs_file() const { return procs_file_; }
  /// The members that have not ended.
  std::vector<ProcessStatus> alive() const;
  /// Signals a member by a pidfd, after seeing that the process behind it is a member.
  bool signal(pid_t pid, int number) const;
  void kill_all() const;

 private:
  explicit TrialGroup(std::filesystem::path existing);
  std::filesystem::path path_;
  std::string procs_file_;
};

/// Reaps every ended child of the caller, orphans included. Thread-safe.
void reap_all();

}  // namespace procsafe::faults
