// procsafe: processes that end with the scope that started them.
//
//   procsafe::ProcessManager& pm = procsafe::ProcessManager::instance();
//   procsafe::Result made = pm.run({.argv = {"make", "-j2"}});          // waits, at most 300 s
//   procsafe::Process server = pm.spawn({.argv = {"my-server"}, .timeout = procsafe::no_timeout});
//   …                                                                    // leaving the block ends the whole tree
//
// When a scope ends, no process started in it is alive: not the child, not its children, not one that called setsid()
// or double-forked, not one that ignores SIGTERM, however the scope ended, SIGKILL of this program included. And no
// other process is ever signalled. What the platform leaves open is in docs/guarantees.md and guarantee().
//
// Threads: every member of ProcessManager and Process may be called from any thread at any time, except that moving
// or destroying an object must not overlap with another call on that object. No lock is held while a process is
// waited for. Nothing here is async-signal-safe unless it says so. After fork() the child must not use its parent's
// manager: every call throws UsageError there and destructors do nothing.
//
// Errors: functions throw the types of procsafe/result.h, all derived from Error. A command that fails or times out is
// not an error of run() or wait(): it is a Result; Result::or_throw() makes it one. Destructors never throw; what goes
// wrong in them is a critical event (procsafe/observe.h) and is counted in metrics().
#pragma once

#include <procsafe/result.h>
#include <procsafe/version.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace procsafe {
inline namespace v0 {

/// For Command::timeout: let it run for as long as its scope lasts.
inline constexpr milliseconds no_timeout = milliseconds::max();

/// How a tree is ended: `soft_signal` to every process, then after `grace` SIGKILL until nothing is left; what lives
/// on after `kill_wait` (uninterruptible sleep, other user) is reported as survivors and a critical event.
struct StopPolicy {
  int soft_signal = 15;  ///< SIGTERM
  milliseconds grace{3000};
  milliseconds kill_wait{2000};
};

/// Bounds for the whole tree of a command. Unset: as for this program.
struct Limits {
  std::optional<std::uint64_t> memory_bytes{};
  std::optional<double> cpus{};                    ///< CPU time per elapsed time: 0.5 is half a core; needs a cgroup
  std::optional<std::chrono::seconds> cpu_time{};  ///< per process, RLIMIT_CPU
  std::optional<std::uint64_t> processes{};        ///< needs a cgroup
  std::optional<std::uint64_t> open_files{};       ///< per process, RLIMIT_NOFILE
  std::optional<std::uint64_t> address_space{};    ///< bytes per process, RLIMIT_AS
};

/// What becomes of descendants that are alive `Command::drain` after the main process ended.
enum class Leftovers {
  end,   ///< they are killed and named in Result::leftovers
  keep,  ///< they may run until the scope ends (a command that starts a daemon)
};

/// Where standard input comes from.
struct Input {
  enum class Kind { null, bytes, file, descriptor, pipe } kind = Kind::null;
  std::string data{};   ///< bytes: the content; file: its path
  int descriptor = -1;  ///< borrowed until spawn() returns
  static Input null() { return {}; }
  static Input bytes(std::string content) { return {Kind::bytes, std::move(content), -1}; }
  static Input file(const std::filesystem::path& path) { return {Kind::file, path.string(), -1}; }
  static Input from(int fd) { return {Kind::descriptor, {}, fd}; }
  static Input pipe() { return {Kind::pipe, {}, -1}; }  ///< Process::write(), Process::close_input()
};

/// Where standard output or standard error goes.
struct Output {
  enum class Kind { capture, null, inherit, file, append, descriptor, lines, to_output } kind = Kind::capture;
  std::size_t limit = 8u << 20;  ///< capture: bytes kept, the first and the last half of it
  bool end_beyond = false;       ///< capture: more than that ends the tree
  std::string path{};            ///< file, append; capture: a file that gets everything beyond the limit too
  int descriptor = -1;           ///< borrowed until spawn() returns
  std::function<void(std::string_view)> on_line{};  ///< without the newline; called from the thread that drains
  static Output capture(std::size_t limit = 8u << 20) { return {.kind = Kind::capture, .limit = limit}; }
  /// For output that is worth nothing when it is not complete; Result::truncated says that there was more.
  static Output capture_at_most(std::size_t limit) {
    return {.kind = Kind::capture, .limit = limit, .end_beyond = true};
  }
  /// Keeps `limit` bytes in memory; once there are more, all of it is (also) in the file `path`.
  static Output spill(std::size_t limit, const std::filesystem::path& path) {
    return {.kind = Kind::capture, .limit = limit, .path = path.string()};
  }
  static Output null() { return {.kind = Kind::null}; }
  static Output inherit() { return {.kind = Kind::inherit}; }
  static Output file(const std::filesystem::path& path) { return {.kind = Kind::file, .path = path.string()}; }
  static Output append(const std::filesystem::path& path) { return {.kind = Kind::append, .path = path.string()}; }
  static Output to(int fd) { return {.kind = Kind::descriptor, .descriptor = fd}; }
  static Output lines(std::function<void(std::string_view)> callback) {
    return {.kind = Kind::lines, .on_line = std::move(callback)};
  }
  static Output with_output() { return {.kind = Kind::to_output}; }  ///< standard error: where output goes
};

/// The environment of a command: this program's, changed; PM_RUN_ID is added.
struct Environment {
  bool inherit = true;
  std::vector<std::pair<std::string, std::optional<std::string>>> set{};  ///< nullopt removes; the last one counts
};

/// Whom a command runs as; unset: this program's. Needs the privilege to change them (credentials(7)).
struct Credentials {
  std::optional<uid_t> user{};
  std::optional<gid_t> group{};
  std::optional<std::vector<gid_t>> groups{};  ///< supplementary, at most 64
};

/// What to run. There is no shell: argv goes to execve(2) as it is.
struct Command {
  std::vector<std::string> argv{};  ///< a program without '/' is looked up in the PATH the command will have
  std::string executable{};         ///< what is executed instead of argv[0], found in the same way; empty: argv[0]
  std::filesystem::path cwd{};      ///< empty: this program's at the time of the call
  Environment env{};
  Input in{};
  Output out{};
  Output err{};
  std::optional<milliseconds> timeout{};  ///< unset: Config::default_timeout; from the start of the main process
  milliseconds drain{250};                ///< how long descendants may outlive the main process
  std::optional<StopPolicy> stop{};       ///< unset: Config::stop
  Limits limits{};
  Leftovers leftovers = Leftovers::end;
  std::string name{};             ///< for events; empty: the program's
  bool pty = false;               ///< input, output and error are a terminal; out applies to all it prints
  std::optional<mode_t> umask{};  ///< unset: this program's when the manager was created
  Credentials credentials{};
  std::vector<int> pass_descriptors{};  ///< it has them at the same numbers, from 3; at most 240; borrowed
  std::vector<int> ignored_signals{};   ///< all others have their default action
};

class Channel;
class Core;
struct Guarantee;
struct Health;
struct Metrics;
struct Event;

/// A running command and the scope of everything it starts. Move-only. Destruction is stop().
class [[nodiscard]] Process {
 public:
  Process(Process&&) noexcept;
  Process& operator=(Process&& other) noexcept;  ///< stops what it held before
  ~Process();

  /// Of the main process. Good for messages; do not signal it by number, use signal().
  pid_t pid() const;
  const std::string& name() const;
  bool running() const;  ///< the main process has not been reported as ended
  /// Readable when something happened to the process; for event loops, which then call wait_for(0). Borrowed.
  int event_fd() const;

  /// Waits until the main process ended and its descendants are gone (Leftovers::keep: only the former).
  const Result& wait();
  /// The same for at most `time`; nullptr: not yet.
  const Result* wait_for(milliseconds time);
  /// Ends the tree by the command's policy, or by `policy`, and waits for that.
  const Result& stop();
  const Result& stop(const StopPolicy& policy);
  /// Sends a signal to the main process, or to every process of the tree. No effect once it ended.
  void signal(int number, bool whole_tree = false);
  /// Writes to Input::pipe(); output is drained meanwhile. False: the command has closed its input.
  bool write(std::string_view bytes);
  void close_input();
  /// The living descendants, the main process included, however they detached themselves.
  std::vector<ProcessInfo> tree() const;

 private:
  friend class ProcessManager;
  explicit Process(std::shared_ptr<Channel> channel) noexcept;
  Channel& channel() const;
  std::shared_ptr<Channel> channel_;
};

/// What stop_all() did.
struct StopReport {
  std::size_t ended = 0;
  std::vector<Result> unclean{};  ///< those with survivors
};

enum class Containment {
  automatic,  ///< guard and cells; with a cgroup where one is writable
  guard,      ///< guard and cells only
  cgroup,     ///< guard, cells and a cgroup, or refuse to start
  strict,     ///< bound to the kernel: survives the death of all helpers at one instant, or refuse to start. The first
              ///< that holds of a PID namespace, one in a user namespace, and trace
  trace,      ///< bound to the kernel by ptrace(2): no debugger and no set-user-ID program works inside
};

/// Which control group hierarchies may be used.
enum class CgroupVersion { any, v1, v2 };

/// Settings of a manager. Every field has a PM_ variable, named behind it; times there are seconds ("2.5").
struct Config {
  std::size_t max_processes = 100;                   ///< PM_MAX_PROCESSES: spawn beyond it throws LimitError
  milliseconds default_timeout{300'000};             ///< PM_DEFAULT_TIMEOUT
  milliseconds graceful_timeout{5000};               ///< PM_GRACEFUL_TIMEOUT: budget of stop_all(), exit and signals
  StopPolicy stop{};                                 ///< PM_TERM_WAIT, PM_KILL_WAIT
  milliseconds cleanup_interval{0};                  ///< PM_CLEANUP_INTERVAL: health events that often; 0: never
  Containment containment = Containment::automatic;  ///< PM_CONTAINMENT: auto, guard, cgroup, strict, trace
  CgroupVersion cgroup = CgroupVersion::any;         ///< PM_CGROUP: auto, v1, v2
  bool handlers = true;                   ///< PM_HANDLERS: end everything on SIGTERM, SIGINT, SIGHUP, terminate
  std::filesystem::path guard{};          ///< PM_GUARD: the guard executable; empty: installed with the library
  std::filesystem::path run_directory{};  ///< PM_RUN_DIR: records for the recovery of crashed runs
  std::string events{};                   ///< PM_EVENTS: "stderr" or a file for JSON lines; empty: none
  std::vector<std::string> redact{};      ///< PM_REDACT: names, comma-separated; "NAME=…", "--name …" are masked
  std::size_t alert_active = 50;          ///< PM_ALERT_ACTIVE: more active processes are an alert event
  std::string component{};                ///< PM_COMPONENT: for events; names a manager of several

  /// The defaults changed by PM_ variables; throws ConfigError with all faults.
  static Config from_environment();
};

/// Starts processes and ends them. One instance() serves most programs; components that must not share limits or
/// events create their own.
class ProcessManager {
 public:
  /// Starts the guard. Throws ConfigError, ManagerError.
  explicit ProcessManager(Config config = Config::from_environment())
      : ProcessManager(std::move(config), PROCSAFE_VERSION) {}
  ProcessManager(const ProcessManager&) = delete;
  ProcessManager& operator=(const ProcessManager&) = delete;
  ~ProcessManager();  ///< stop_all(), then ends the guard; does not throw

  /// The process-wide manager, created on first use from the environment; ends at normal exit.
  static ProcessManager& instance();

  /// Starts a command. Throws UsageError, LimitError, SpawnError, ManagerError: then nothing was started.
  Process spawn(Command command);
  /// Starts it and waits.
  Result run(Command command);
  std::future<Result> run_async(Command command);
  /// Connects each output to the next input, waits for all; results in order. One scope: an error ends all of them.
  std::vector<Result> run_pipeline(std::vector<Command> commands);

  /// Ends everything, newest first, within Config::graceful_timeout, then by force. Later spawns throw ManagerError.
  StopReport stop_all();

  std::size_t active() const;
  const Config& config() const;
  const std::string& run_id() const;       ///< 7 characters, base 36; PM_RUN_ID of every process started
  const std::string& instance_id() const;  ///< run id and a number: which manager of this program
  Guarantee guarantee() const;             ///< procsafe/observe.h, as all below
  Health health() const;
  Metrics metrics() const;
  /// Also calls `sink` for every event; from any thread, one at a time. An exception in it is swallowed and counted.
  void on_event(std::function<void(const Event&)> sink);

 private:
  ProcessManager(Config config, int api_version);
  std::shared_ptr<Core> core_;
};

}  // namespace v0
}  // namespace procsafe
