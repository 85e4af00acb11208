// What a manager says about itself: events, metrics, health, and which guarantee is in force.
#pragma once

#include <procsafe/process_manager.h>

#include <array>

namespace procsafe {
inline namespace v0 {

enum class EventKind {
  config,     ///< the effective configuration, once
  spawn,      ///< a command was started, or could not be
  exit,       ///< a main process ended
  stop,       ///< the end of a tree was asked for
  terminate,  ///< the soft signal was sent
  kill,       ///< SIGKILL was sent
  timeout,    ///< a deadline passed
  cleanup,    ///< a tree is gone; critical: it is not
  limit,      ///< a spawn was refused, or a tree met one of its limits
  orphan,     ///< descendants outlived their command, or a cell was killed
  zombie,     ///< ended processes that nobody reaps
  alert,      ///< something to look at: many active processes, repeated failures
  health,     ///< the periodic report (Config::cleanup_interval)
  recovery,   ///< something of an earlier, crashed run was found and ended
};
enum class Severity { info, warning, critical };

std::string_view to_string(EventKind kind) noexcept;
std::string_view to_string(Severity severity) noexcept;

/// One line of the event log. Unset fields are left out of the JSON. Commands are redacted (Config::redact).
struct Event {
  EventKind kind{};
  Severity severity = Severity::info;
  std::chrono::system_clock::time_point time{};
  pid_t pid = 0;
  std::string name{};
  std::string command{};
  std::string reason{};  ///< why, in words
  std::optional<milliseconds> duration{};
  std::optional<int> exit_code{}, term_signal{};
  std::optional<std::uint64_t> processes{};  ///< how many the event is about
  pid_t manager_pid = 0;
  std::string run_id{}, instance_id{}, component{};
  std::string parent_run_id{};  ///< PM_RUN_ID this program was itself started with
  /// One line without the newline.
  std::string json() const;
};

/// Counts of values up to each bound, as Prometheus understands it (cumulative). Seconds.
struct Histogram {
  static constexpr std::array<double, 14> bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                 0.1,    0.5,   1,      5,     30,   300,   3600};
  std::array<std::uint64_t, bounds.size() + 1> counts{};  ///< the last one is everything
  double sum = 0;
};

/// Totals since the manager was created.
struct Metrics {
  std::uint64_t active = 0, spawned = 0, exited = 0, timeouts = 0;
  std::uint64_t cleanup_successes = 0, cleanup_failures = 0, spawn_failures = 0, limit_rejections = 0;
  std::uint64_t killed_trees = 0, leftovers = 0, lost_cells = 0, sink_failures = 0;
  Histogram spawn_seconds{}, run_seconds{};
  std::string json() const;
  /// Text exposition format 0.0.4; names begin with procsafe_.
  std::string prometheus() const;
};

struct Health {
  bool guard_alive = false;
  bool handlers_registered = false;  ///< still ours on SIGTERM, SIGINT and SIGHUP; true when not asked for
  std::size_t active = 0, max_processes = 0;
  std::vector<ProcessInfo> zombies{};  ///< ended children of this program that nobody has reaped
  std::vector<ProcessInfo> orphans{};  ///< descendants whose command has ended (Leftovers::keep)
  std::uint64_t cleanup_failures = 0;
  std::vector<std::string> problems{};  ///< empty: healthy
  bool ok() const { return problems.empty(); }
  int exit_code() const;  ///< 0 healthy, 1 problems, 2 the guard is gone
  std::string json() const;
};

/// The containment is proved by doing it: a tree is started in one like it, the helpers are killed, and what is left is
/// counted. That happens once for each kind and takes some milliseconds.
struct Guarantee {
  std::string containment{};         ///< "guard", "cgroup", "pid-namespace", "trace"
  bool kernel_bound = false;         ///< holds even when manager, sentinel, guard and cells die at one instant
  bool proved = false;               ///< nothing was left
  std::string evidence{};            ///< what the probe saw, in words
  std::vector<std::string> holes{};  ///< what it leaves open, in words
  std::string limits{};              ///< what bounds memory: "cgroup-v2", "cgroup-v1", "rlimit"
};

}  // namespace v0
}  // namespace procsafe
