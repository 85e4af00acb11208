#include "cgroup.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>

#include "directory.h"
#include "kernel/group.h"
#include "pid_namespace.h"

namespace procsafe {
namespace {

namespace fs = std::filesystem;

/// Writes a control file; 0 or errno. write(2) and not a stream: the error is the answer.
int write_control(const fs::path& file, std::string_view text) {
  const UniqueFd fd(open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd.valid()) return errno;
  return write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : errno;
}

bool make_directory(const fs::path& path) { return mkdir(path.c_str(), 0755) == 0; }

std::uint64_t counter_in(const fs::path& file, std::string_view name) {
  std::istringstream text(read_control(file));
  std::string word;
  for (std::uint64_t value = 0; text >> word >> value;)
    if (word == name) return value;
  return 0;
}

constexpr std::int64_t cpu_period_us = 100'000;

std::string cpu_quota(double cpus) {
  return std::to_string(std::max<std::int64_t>(1000, std::llround(cpus * static_cast<double>(cpu_period_us))));
}

/// With the PID namespace, for the pid behind it is a number of that namespace: whether the maker of a group lives can
/// be told nowhere else.
std::string group_prefix() { return "procsafe-" + std::to_string(pid_namespace()) + "-"; }

std::string group_name(const std::string& instance) {
  return group_prefix() + std::to_string(getpid()) + "-" + instance;
}

}  // namespace

std::unique_ptr<ContainmentGroup> ContainmentGroup::create(const std::string& instance, const CgroupPlaces& places,
                                                           std::string& why) {
  std::unique_ptr<ContainmentGroup> group(new ContainmentGroup);
  group->v2_ = !places.v2().empty();
  const fs::path base = group->v2_ ? places.v2() : places.v1("freezer");
  if (base.empty()) {
    why = "no cgroup hierarchy that this program may write to";
    return nullptr;
  }
  group->path_ = base / group_name(instance);
  const fs::path members = group->path_ / "guard";
  if (!make_directory(group->path_) || !make_directory(members)) {
    why = "mkdir " + members.string() + ": " + std::strerror(errno);
    return nullptr;
  }
  group->entrance_.reset(group->v2_ ? open(members.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                                    : open((members / "cgroup.procs").c_str(), O_RDWR | O_CLOEXEC));
  const fs::path killer = group->v2_ ? group->path_ / "cgroup.kill" : members / "freezer.state";
  group->killer_.reset(open(killer.c_str(), (group->v2_ ? O_WRONLY : O_RDWR) | O_CLOEXEC));
  if (!group->entrance_.valid() || !group->killer_.valid()) {
    why = killer.string() + ": " + std::strerror(errno);
    return nullptr;
  }
  return group;
}

ContainmentGroup::~ContainmentGroup() {
  if (!path_.empty()) kernel::remove_group(path_.c_str());
}

std::vector<std::string> group_directories(const std::string& instance, const CgroupPlaces& places) {
  std::vector<std::string> all;
  for (const fs::path& base : places.all()) all.push_back((base / group_name(instance)).string());
  return all;
}

void LimitGroup::add(const fs::path& directory) {
  if (!make_directory(directory)) throw SpawnError("cgroup " + directory.string() + ": " + std::strerror(errno), errno);
  directories_.push_back(directory);
  procs_.emplace_back(open((directory / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
  if (!procs_.back().valid()) throw SpawnError("cgroup " + directory.string() + ": " + std::strerror(errno), errno);
}

std::unique_ptr<LimitGroup> LimitGroup::create(const Limits& limits, const std::string& instance, std::uint64_t number,
                                               const ContainmentGroup* containment, const CgroupPlaces& places) {
  if (!limits.memory_bytes && !limits.cpus && !limits.processes) return nullptr;
  std::unique_ptr<LimitGroup> group(new LimitGroup);
  const auto set = [](const fs::path& file, const std::string& value) {
    if (const int error = write_control(file, value); error != 0)
      throw SpawnError("limit " + file.string() + "=" + value + ": " + std::strerror(error), error);
  };
  const fs::path v2 = containment != nullptr && containment->is_v2() ? containment->path() : fs::path();
  const auto hands_on = [&](const char* controller) {
    if (v2.empty()) return false;
    (void)write_control(v2 / "cgroup.subtree_control", std::string("+") + controller);
    return has_word(read_control(v2 / "cgroup.subtree_control"), controller, ' ') ||
           read_control(v2 / "cgroup.subtree_control").find(controller) != std::string::npos;
  };
  group->v2_ = (!limits.memory_bytes || hands_on("memory")) && (!limits.processes || hands_on("pids")) &&
               (!limits.cpus || hands_on("cpu")) && !v2.empty();
  if (group->v2_) {
    const fs::path directory = v2 / std::to_string(number);
    group->add(directory);
    if (limits.memory_bytes) {
      set(directory / "memory.max", std::to_string(*limits.memory_bytes));
      (void)write_control(directory / "memory.swap.max", "0");
      group->memory_ = directory;
    }
    if (limits.processes) set(directory / "pids.max", std::to_string(*limits.processes));
    if (limits.processes) group->pids_ = directory;
    if (limits.cpus) set(directory / "cpu.max", cpu_quota(*limits.cpus) + " " + std::to_string(cpu_period_us));
    return group;
  }
  const auto v1_directory = [&](const char* controller) {
    const fs::path base = places.v1(controller);
    if (base.empty()) return fs::path();
    // One parent for all groups of a manager, so that its sentinel can remove them without knowing them.
    (void)make_directory(base / group_name(instance));
    return base / group_name(instance) / std::to_string(number);
  };
  if (limits.memory_bytes) {
    // Without a group RLIMIT_AS has to do, per process: see request.cpp.
    if (const fs::path directory = v1_directory("memory"); !directory.empty()) {
      group->add(directory);
      set(directory / "memory.limit_in_bytes", std::to_string(*limits.memory_bytes));
      (void)write_control(directory / "memory.memsw.limit_in_bytes", std::to_string(*limits.memory_bytes));
      group->memory_ = directory;
    }
  }
  const auto required = [&](const char* controller, const char* limit) {
    fs::path directory = v1_directory(controller);
    if (directory.empty())
      throw SpawnError(std::string("limit ") + limit + " needs a cgroup, and this program may write to none", EACCES);
    if (std::find(group->directories_.begin(), group->directories_.end(), directory) == group->directories_.end())
      group->add(directory);
    return directory;
  };
  if (limits.processes) {
    group->pids_ = required("pids", "processes");
    set(group->pids_ / "pids.max", std::to_string(*limits.processes));
  }
  if (limits.cpus) {
    const fs::path directory = required("cpu", "cpus");
    set(directory / "cpu.cfs_period_us", std::to_string(cpu_period_us));
    set(directory / "cpu.cfs_quota_us", cpu_quota(*limits.cpus));
  }
  return group;
}

LimitGroup::~LimitGroup() {
  procs_.clear();
  for (const fs::path& directory : directories_) kernel::remove_group(directory.c_str());
}

std::vector<int> LimitGroup::descriptors() const {
  std::vector<int> all;
  for (const UniqueFd& fd : procs_) all.push_back(fd.get());
  return all;
}

std::vector<std::string> LimitGroup::violations() const {
  std::vector<std::string> all;
  if (!memory_.empty() && counter_in(memory_ / (v2_ ? "memory.events" : "memory.oom_control"), "oom_kill") > 0)
    all.emplace_back("memory");
  if (!pids_.empty() && counter_in(pids_ / "pids.events", "max") > 0) all.emplace_back("processes");
  return all;
}

std::string memory_limit_kind(const ContainmentGroup* containment, const CgroupPlaces& places) {
  if (containment != nullptr && containment->is_v2() &&
      read_control(containment->path() / "cgroup.controllers").find("memory") != std::string::npos)
    return "cgroup-v2";
  return places.v1("memory").empty() ? "rlimit" : "cgroup-v1";
}

void remove_stale_groups(const CgroupPlaces& places) {
  const std::string ours = group_prefix();
  for (const fs::path& base : places.all()) {
    for_each_entry_in(base, [&](const fs::path& group) {
      const std::string name = group.filename().string();
      if (!name.starts_with(ours)) return true;
      const long owner = std::strtol(name.c_str() + ours.size(), nullptr, 10);
      // Only empty groups can be removed, and only those whose maker cannot be about to fill them.
      if (owner > 0 && kill(static_cast<pid_t>(owner), 0) != 0 && errno == ESRCH) kernel::remove_group(group.c_str());
      return true;
    });
  }
}

bool kill_and_remove_group(const fs::path& path, bool v2) {
  if (v2) {
    write_control(path / "cgroup.kill", "1");
  } else {
    const fs::path members = path / "guard";
    const UniqueFd procs(open((members / "cgroup.procs").c_str(), O_RDONLY | O_CLOEXEC));
    const UniqueFd freezer(open((members / "freezer.state").c_str(), O_RDWR | O_CLOEXEC));
    if (procs.valid() && freezer.valid()) kernel::kill_frozen_members(procs.get(), freezer.get());
  }
  return kernel::remove_group(path.c_str());
}

}  // namespace procsafe
