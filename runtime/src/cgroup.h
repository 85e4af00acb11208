// Control groups as a second layer of containment and for limits: version 2 where it has what is needed, else 1.
#pragma once

#include <procsafe/process_manager.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cgroup_places.h"
#include "unique_fd.h"

namespace procsafe {

/// The group a guard, its cells and all their commands live in: one write ends them all.
class ContainmentGroup {
 public:
  /// Null where no group can be made; `why` then says so.
  static std::unique_ptr<ContainmentGroup> create(const std::string& instance, const CgroupPlaces& places,
                                                  std::string& why);
  ~ContainmentGroup();
  ContainmentGroup(const ContainmentGroup&) = delete;
  ContainmentGroup& operator=(const ContainmentGroup&) = delete;

  bool is_v2() const { return v2_; }
  const std::filesystem::path& path() const { return path_; }
  int entrance() const { return entrance_.get(); }  ///< directory of the members, or cgroup.procs of version 1
  int killer() const { return killer_.get(); }      ///< cgroup.kill, or freezer.state of version 1

 private:
  ContainmentGroup() = default;
  std::filesystem::path path_;  ///< holds "guard" and, in version 2, the groups with limits
  bool v2_ = false;
  UniqueFd entrance_;
  UniqueFd killer_;
};

/// The group or groups that bound the tree of one command.
class LimitGroup {
 public:
  /// Throws SpawnError when a limit that needs a group cannot be had. Null when none is needed.
  static std::unique_ptr<LimitGroup> create(const Limits& limits, const std::string& instance, std::uint64_t number,
                                            const ContainmentGroup* containment, const CgroupPlaces& places);
  ~LimitGroup();
  LimitGroup(const LimitGroup&) = delete;
  LimitGroup& operator=(const LimitGroup&) = delete;

  /// cgroup.procs of each group, for the child to enter before it executes the command.
  std::vector<int> descriptors() const;
  /// What the tree ran into: "memory", "processes"; empty when nothing.
  std::vector<std::string> violations() const;
  bool bounds_memory() const { return !memory_.empty(); }

 private:
  LimitGroup() = default;
  void add(const std::filesystem::path& directory);

  std::vector<std::filesystem::path> directories_;
  std::vector<UniqueFd> procs_;
  std::filesystem::path memory_;  ///< directory with the memory controller's files
  std::filesystem::path pids_;
  bool v2_ = false;
};

/// What would bound memory here: "cgroup-v2", "cgroup-v1" or "rlimit". Found by making and removing a group.
std::string memory_limit_kind(const ContainmentGroup* containment, const CgroupPlaces& places);

/// Every directory the groups of a manager of this program may stand in, whether it is there or not.
std::vector<std::string> group_directories(const std::string& instance, const CgroupPlaces& places);

/// Removes empty groups of managers that are gone.
void remove_stale_groups(const CgroupPlaces& places);

/// Kills every member of a group by the group itself, then removes it. False: something is left.
bool kill_and_remove_group(const std::filesystem::path& path, bool v2);

}  // namespace procsafe
