#include "cgroup_places.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace procsafe {
namespace {

namespace fs = std::filesystem;

/// A line of /proc/self/cgroup: this program's group in the hierarchy of `controllers` (empty: version 2).
struct Membership {
  std::string controllers;
  std::string group;
};

/// A line of /proc/self/mountinfo.
struct Mount {
  std::string root;
  fs::path point;
  bool v2 = false;
  std::string options;
};

std::vector<Membership> read_memberships() {
  std::vector<Membership> all;
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    all.push_back({line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  }
  return all;
}

std::vector<Mount> read_mounts() {
  std::vector<Mount> all;
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    const std::size_t dash = line.find(" - cgroup");
    if (dash == std::string::npos) continue;
    std::string id, parent, device, root, point, type, source, options;
    std::istringstream(line) >> id >> parent >> device >> root >> point;
    std::istringstream(line.substr(dash + 3)) >> type >> source >> options;
    if (type == "cgroup" || type == "cgroup2") all.push_back({root, point, type == "cgroup2", options});
  }
  return all;
}

/// The directory of this program's own group in the hierarchy of `controller` (empty: version 2).
fs::path own_group(const std::vector<Membership>& memberships, const std::vector<Mount>& mounts,
                   std::string_view controller) {
  const auto own = std::find_if(memberships.begin(), memberships.end(), [&](const Membership& one) {
    return controller.empty() ? one.controllers.empty() : has_word(one.controllers, controller, ',');
  });
  const auto mount = std::find_if(mounts.begin(), mounts.end(), [&](const Mount& one) {
    return controller.empty() ? one.v2 : !one.v2 && has_word(one.options, controller, ',');
  });
  if (own == memberships.end() || mount == mounts.end()) return {};
  const bool below = mount->root != "/" && own->group.starts_with(mount->root);
  return mount->point / fs::path(below ? own->group.substr(mount->root.size()) : own->group).relative_path();
}

/// A group with members cannot hand controllers on to children (except the root), so the place for a group with limits
/// is beside this program's own one when the parent can be written and hands them on.
fs::path v2_place(const fs::path& own) {
  if (own.empty()) return {};
  const fs::path parent = own.parent_path();
  if (has_word(read_control(parent / "cgroup.subtree_control"), "memory", ' ') &&
      access((parent / "cgroup.procs").c_str(), W_OK) == 0)
    return parent;
  return access((own / "cgroup.procs").c_str(), W_OK) == 0 ? own : fs::path();
}

}  // namespace

std::string read_control(const fs::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

bool has_word(std::string_view list, std::string_view word, char separator) {
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(separator, at), list.size());
    if (list.substr(at, end - at) == word) return true;
    at = end + 1;
  }
  return false;
}

CgroupPlaces::CgroupPlaces(CgroupVersion version) {
  const std::vector<Membership> memberships = read_memberships();
  const std::vector<Mount> mounts = read_mounts();
  if (version != CgroupVersion::v1) v2_ = v2_place(own_group(memberships, mounts, ""));
  if (version == CgroupVersion::v2) return;
  for (const char* controller : {"freezer", "memory", "pids", "cpu"}) {
    const fs::path own = own_group(memberships, mounts, controller);
    if (!own.empty() && access(own.c_str(), W_OK) == 0) v1_.emplace(controller, own);
  }
}

fs::path CgroupPlaces::v1(const std::string& controller) const {
  const auto found = v1_.find(controller);
  return found == v1_.end() ? fs::path() : found->second;
}

std::vector<fs::path> CgroupPlaces::all() const {
  std::vector<fs::path> places;
  if (!v2_.empty()) places.push_back(v2_);
  for (const auto& [controller, place] : v1_) places.push_back(place);
  return places;
}

}  // namespace procsafe
