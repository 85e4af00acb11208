#include <dirent.h>

#include <charconv>
#include <cstring>
#include <fstream>
#include <sstream>

#include "core.h"
#include "json.h"
#include "signal_cleanup.h"

namespace procsafe {
inline namespace v0 {
namespace {

/// Ended children of `parent` that nobody has reaped.
std::vector<ProcessInfo> find_zombies(pid_t parent) {
  std::vector<ProcessInfo> zombies;
  DIR* directory = opendir("/proc");
  if (directory == nullptr) return zombies;
  while (const dirent* entry = readdir(directory)) {
    pid_t pid = 0;
    const char* end = entry->d_name + std::strlen(entry->d_name);
    if (std::from_chars(entry->d_name, end, pid).ptr != end) continue;
    std::ifstream file("/proc/" + std::string(entry->d_name) + "/stat");
    std::string text;
    std::getline(file, text);
    const std::size_t open = text.find('(');
    const std::size_t close = text.rfind(')');
    if (open == std::string::npos || close == std::string::npos) continue;
    ProcessInfo info{.pid = pid, .command = text.substr(open + 1, close - open - 1)};
    std::istringstream(text.substr(close + 1)) >> info.state >> info.parent;
    if (info.state == 'Z' && info.parent == parent) zombies.push_back(std::move(info));
  }
  closedir(directory);
  return zombies;
}

}  // namespace

Health Core::health() const {
  check_process();
  Health now;
  now.guard_alive = guard_alive();
  now.handlers_registered = !config_.handlers || (hook_ >= 0 && cleanup_handlers_registered());
  now.active = active_;
  now.max_processes = config_.max_processes;
  now.cleanup_failures = metrics_.cleanup_failures;
  now.zombies = find_zombies(owner_);
  for (const auto& channel : channels()) {
    if (channel->main_running() || channel->finished()) continue;
    const std::vector<ProcessInfo> left = channel->tree();
    now.orphans.insert(now.orphans.end(), left.begin(), left.end());
  }
  const auto problem = [&](bool is, std::string what) {
    if (is) now.problems.push_back(std::move(what));
  };
  problem(!now.guard_alive, "the guard is gone");
  problem(!now.handlers_registered, "a signal handler of this manager was replaced");
  problem(!now.zombies.empty(), std::to_string(now.zombies.size()) + " zombie(s)");
  problem(now.cleanup_failures > 0, std::to_string(now.cleanup_failures) + " cleanup failure(s)");
  problem(now.active >= now.max_processes, "the limit of active processes is reached");
  return now;
}

std::string Core::containment_name() const {
  return namespaced_ ? "pid-namespace" : traced_ ? "trace" : containment_ != nullptr ? "cgroup" : "guard";
}

Guarantee Core::guarantee() const {
  const Proof proved = proof();
  Guarantee all{.containment = containment_name(),
                .kernel_bound = kernel_bound() && proved.holds,
                .proved = proved.holds,
                .evidence = proved.evidence,
                .holes = {"work handed to a daemon outside (docker run, systemd-run, at, cron)",
                          "processes in uninterruptible sleep, until they wake"},
                .limits = memory_limit_kind(containment_.get(), groups_)};
  if (traced_) all.holes.emplace_back("processes made with CLONE_UNTRACED, when all helpers die at one instant");
  if (!kernel_bound()) all.holes.emplace_back("manager, sentinel, guard and cell killed at one instant");
  if (!namespaced_ && containment_ == nullptr)
    all.holes.emplace_back("descendants of another user that this program may not signal (set-user-ID)");
  return all;
}

int Health::exit_code() const { return !guard_alive ? 2 : problems.empty() ? 0 : 1; }

std::string Health::json() const {
  return JsonObject()
      .add("ok", ok())
      .add("guard_alive", guard_alive)
      .add("handlers_registered", handlers_registered)
      .add("active", active)
      .add("max_processes", max_processes)
      .add("cleanup_failures", cleanup_failures)
      .raw("zombies", processes_json(zombies))
      .raw("orphans", processes_json(orphans))
      .raw("problems", json_array(problems, json_string))
      .text();
}

}  // namespace v0
}  // namespace procsafe
