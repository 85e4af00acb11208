#include "trial.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <stdexcept>
#include <thread>

#include "programs.h"
#include "trial_group.h"

namespace procsafe::faults {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds empty_limit{8000};
/// What the compared mechanisms leave is there after three times their own escalation, or for ever.
constexpr milliseconds comparison_limit{3000};
constexpr milliseconds ready_limit{10'000};
constexpr uid_t nobody = 65534;
constexpr unsigned max_processes = 192;
constexpr std::string_view helper_name = "procsafe-guard";

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

bool wait_until(const std::function<bool()>& condition, milliseconds limit) {
  const auto end = Clock::now() + limit;
  while (!condition()) {
    if (Clock::now() > end) return false;
    std::this_thread::sleep_for(milliseconds(1));
  }
  return true;
}

/// The host program of a tier; comparisons are tiers too.
std::vector<std::string> host_command(const Trial& trial, const fs::path& ready) {
  std::vector<std::string> command;
  if (!is_comparison(trial.tier))
    command = {(programs() / "procsafe_host").string()};
  else if (trial.tier == "python" || trial.tier == "timeout")
    command = {"/usr/bin/python3", comparison_script().string(), trial.tier};
  else
    command = {(programs() / "procsafe_comparison_host").string(), trial.tier};
  const std::size_t processes = trial.fault.random_instant ? 0 : trial.shape.processes;
  command.insert(command.end(),
                 {trial.fault.host_mode, trial.shape.name, ready.string(), "host-campaign", std::to_string(processes)});
  return command;
}

std::vector<std::string> host_environment(const Trial& trial) {
  return {"PATH=/usr/bin:/bin",
          "PM_CONTAINMENT=" + trial.tier,
          "PM_TERM_WAIT=0.3",
          "PM_KILL_WAIT=1",
          "PM_GRACEFUL_TIMEOUT=1",
          "PROCSAFE_TREE=" + (programs() / "procsafe_tree").string(),
          "PM_GUARD=" + (programs() / "procsafe-guard").string()};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// Where the host's standard error goes: why a trial came to nothing.
fs::path errors_of(fs::path ready) { return ready += ".stderr"; }

/// Starts the host inside the group. Only system calls between fork and exec: this program has threads.
pid_t start_host(const Trial& trial, const TrialGroup& group, const fs::path& ready) {
  std::vector<std::string> arguments = host_command(trial, ready);
  std::vector<std::string> environment = host_environment(trial);
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(environment);
  const std::string errors = errors_of(ready).string();
  const pid_t host = fork();
  if (host != 0) return host;
  const int procs = open(group.procs_file().c_str(), O_WRONLY | O_CLOEXEC);
  const int null_device = open("/dev/null", O_RDWR | O_CLOEXEC);
  const int error_file = open(errors.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (procs < 0 || write(procs, "0", 1) != 1 || null_device < 0) _exit(96);
  for (int fd = 0; fd < 3; ++fd) dup2(fd == 2 ? error_file : null_device, fd);
  setsid();
  // nohup and background jobs of a shell leave signals ignored: the host could not be ended by them.
  for (int number = 1; number < 32; ++number) ::signal(number, SIG_DFL);
  if (trial.unprivileged && (setgroups(0, nullptr) != 0 || setgid(nobody) != 0 || setuid(nobody) != 0)) _exit(95);
  execve(argv[0], argv.data(), envp.data());
  _exit(94);
}

/// Who is who in the group: the helpers carry one name, parentage tells them apart.
struct Roles {
  pid_t manager = 0;
  pid_t sentinel = 0;
  pid_t guard = 0;
  std::vector<pid_t> cells{};

  bool is_helper(pid_t pid) const {
    return pid == sentinel || pid == guard || std::ranges::find(cells, pid) != cells.end();
  }
};

Roles find_roles(const TrialGroup& group, pid_t host) {
  Roles roles{.manager = host};
  const auto all = group.alive();
  const auto has_helper = [&](pid_t parent) {
    return std::ranges::any_of(
        all, [&](const auto& process) { return process.name == helper_name && process.parent == parent; });
  };
  // A dying cell of the manager's probe is an orphan too, but it has no guard.
  for (const auto& process : all)
    if (process.name == helper_name && process.parent == getpid() && has_helper(process.pid))
      roles.sentinel = process.pid;
  for (const auto& process : all)
    if (process.name == helper_name && roles.sentinel != 0 && process.parent == roles.sentinel)
      roles.guard = process.pid;
  for (const auto& process : all)
    if (process.name == helper_name && roles.guard != 0 && process.parent == roles.guard)
      roles.cells.push_back(process.pid);
  return roles;
}

std::vector<pid_t> victims_of(const Fault& fault, const Roles& roles) {
  std::vector<pid_t> victims;
  for (const std::string& role : fault.victims) {
    if (role == "manager") victims.push_back(roles.manager);
    if (role == "sentinel") victims.push_back(roles.sentinel);
    if (role == "guard") victims.push_back(roles.guard);
    if (role == "cell") victims.insert(victims.end(), roles.cells.begin(), roles.cells.end());
  }
  std::erase(victims, 0);
  return victims;
}

/// Frozen first, so that none can react to the death of another.
void kill_frozen(const TrialGroup& group, const std::vector<pid_t>& victims) {
  for (const pid_t pid : victims) group.signal(pid, SIGSTOP);
  wait_until(
      [&] {
        const auto all = group.alive();
        return std::ranges::all_of(victims, [&](pid_t pid) {
          return std::ranges::none_of(all, [&](const auto& process) {
            return process.pid == pid && process.state != 'T' && process.state != 't';
          });
        });
      },
      milliseconds(200));
  for (const pid_t pid : victims) group.signal(pid, SIGKILL);
}

/// A fresh directory everybody may write to.
class ReadyFile {
 public:
  ReadyFile() {
    std::string pattern = (fs::temp_directory_path() / "procsafe-campaign-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    directory_ = pattern;
    chmod(pattern.c_str(), 0777);
  }
  ~ReadyFile() {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }
  ReadyFile(const ReadyFile&) = delete;
  ReadyFile& operator=(const ReadyFile&) = delete;
  fs::path path() const { return directory_ / "ready"; }
  bool manager_stands() const { return fs::exists(path() += ".manager"); }
  std::string errors() const {
    std::ifstream file(errors_of(path()));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::size_t reported() const {
    std::error_code none;
    const auto size = fs::file_size(path(), none);
    return none ? 0 : static_cast<std::size_t>(size);
  }

 private:
  fs::path directory_;
};

class Run {
 public:
  explicit Run(const Trial& trial) : trial_(trial), group_(TrialGroup::name_for(trial.number), max_processes) {}

  Outcome run() {
    host_ = start_host(trial_, group_, ready_.path());
    // Whom nobody has seen in the group yet cannot be signalled as a member of it.
    wait_until([&] { return !name_of(host_).empty() || has_ended(host_); }, ready_limit);
    if (trial_.fault.random_instant) {
      wait_for_random_instant();
    } else {
      const auto stands = [&] { return ready_.reported() >= trial_.shape.processes; };
      outcome_.valid = wait_until([&] { return stands() || has_ended(host_); }, ready_limit) && stands();
      if (!outcome_.valid) outcome_.note = "the tree never stood";
    }
    strike();
    wait_for_end();
    if (!outcome_.valid) outcome_.note += "; standard error: " + ready_.errors();
    return outcome_;
  }

 private:
  /// A helper cannot be killed before it is there, and those of the manager's probe are not the ones that are meant:
  /// its instants are counted from the moment the manager stands.
  void wait_for_random_instant() {
    outcome_.valid = trial_.fault.victims.empty() || wait_until([&] { return ready_.manager_stands(); }, ready_limit);
    if (!outcome_.valid) outcome_.note = "the manager never stood";
    std::mt19937_64 random(trial_.seed);
    const int range_us = trial_.seed % 2 == 0 ? 8'000 : 30'000;
    std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution<>(0, range_us)(random)));
  }

  void strike() {
    roles_ = find_roles(group_, host_);
    struck_ = Clock::now();
    if (trial_.fault.host_signal != 0 && !group_.signal(host_, trial_.fault.host_signal)) {
      outcome_.valid = false;
      outcome_.note = "the host was not there to be signalled";
    }
    const std::vector<pid_t> victims = victims_of(trial_.fault, roles_);
    if (victims.size() < trial_.fault.victims.size() && !trial_.fault.random_instant) {
      outcome_.valid = false;
      outcome_.note = "the helpers were not found";
    }
    kill_frozen(group_, victims);
    if (trial_.fault.host_mode != "wait")
      wait_until([&] { return trial_.fault.host_mode == "exec" ? name_of(host_) == "sleep" : !alive(host_); },
                 ready_limit);
  }

  /// First the tree must go although the host may live; then the host is ended and the helpers must go too.
  void wait_for_end() {
    const milliseconds limit = is_comparison(trial_.tier) ? comparison_limit : empty_limit;
    const bool tree_gone = wait_until([&] { return remaining(true).empty(); }, limit);
    outcome_.empty_ms = ms_since(struck_);
    if (!tree_gone) return note_leaks(remaining(true));
    group_.signal(host_, SIGKILL);
    if (!wait_until([&] { return remaining(false).empty(); }, empty_limit)) note_leaks(remaining(false));
  }

  void note_leaks(const std::vector<ProcessStatus>& left) {
    outcome_.leaks = static_cast<unsigned>(left.size());
    for (const auto& process : left) outcome_.survivors += process.name + "(" + process.state + ") ";
  }

  /// What should not be there: with `host_may_live` the host and its own helpers may.
  std::vector<ProcessStatus> remaining(bool host_may_live) const {
    reap_all();
    auto all = group_.alive();
    // What the host itself forked, past the manager, is not the manager's to end.
    std::erase_if(all, [&](const auto& process) { return process.name == "procsafe_host" && process.pid != host_; });
    const bool host_lives = std::ranges::any_of(all, [&](const auto& process) { return process.pid == host_; });
    if (host_may_live && host_lives)
      std::erase_if(all, [&](const auto& process) { return process.pid == host_ || roles_.is_helper(process.pid); });
    return all;
  }

  std::string name_of(pid_t pid) const {
    for (const auto& process : group_.alive())
      if (process.pid == pid) return process.name;
    return "";
  }
  /// Also of one that never came as far as its group.
  static bool has_ended(pid_t pid) {
    reap_all();
    return kill(pid, 0) != 0 && errno == ESRCH;
  }
  bool alive(pid_t pid) const {
    reap_all();
    return !name_of(pid).empty();
  }

  const Trial& trial_;
  TrialGroup group_;
  ReadyFile ready_;
  pid_t host_ = 0;
  Roles roles_;
  Clock::time_point struck_;
  Outcome outcome_;
};

}  // namespace

std::vector<Shape> all_shapes() {
  return {{"full", 8},     {"plain", 1},   {"grandchild", 3}, {"setsid", 3}, {"daemon", 2},
          {"ignoring", 2}, {"stopped", 2}, {"chain", 2},      {"holder", 1}, {"nested", 8}};
}

bool is_comparison(const std::string& tier) {
  return tier != "guard" && tier != "cgroup" && tier != "strict" && tier != "trace";
}

std::vector<Fault> all_faults(const std::string& tier) {
  std::vector<Fault> faults;
  for (const auto& [name, number] : {std::pair{"TERM", SIGTERM}, {"INT", SIGINT}, {"HUP", SIGHUP}, {"KILL", SIGKILL}})
    faults.push_back({.name = std::string("manager gets ") + name, .host_signal = number});
  if (is_comparison(tier)) {
    for (const char* mode : {"return", "exit", "_exit", "throw", "abort"})
      faults.push_back({.name = std::string("manager: ") + mode, .host_mode = mode});
    return faults;
  }
  for (const char* mode : {"return", "exit", "_exit", "throw", "abort", "exec", "fork-exit"})
    faults.push_back({.name = std::string("manager: ") + mode, .host_mode = mode});
  const std::vector<std::vector<std::string>> sets{
      {"sentinel"},         {"guard"},           {"cell"},          {"manager", "sentinel"},
      {"manager", "guard"}, {"manager", "cell"}, {"guard", "cell"}, {"sentinel", "guard"},
      {"sentinel", "cell"}};
  for (const auto& victims : sets) {
    std::string names;
    for (const std::string& victim : victims) names += (names.empty() ? "" : " + ") + victim;
    faults.push_back({.name = "frozen, killed: " + names, .victims = victims});
  }
  if (tier == "strict" || tier == "trace")
    faults.push_back(
        {.name = "frozen, killed: all helpers and manager", .victims = {"manager", "sentinel", "guard", "cell"}});
  faults.push_back({.name = "random instant: manager gets KILL", .host_signal = SIGKILL, .random_instant = true});
  faults.push_back({.name = "random instant: manager gets TERM", .host_signal = SIGTERM, .random_instant = true});
  faults.push_back({.name = "random instant: guard killed", .victims = {"guard"}, .random_instant = true});
  faults.push_back(
      {.name = "random instant: manager + guard killed", .victims = {"manager", "guard"}, .random_instant = true});
  return faults;
}

Trial make_trial(std::uint64_t number, const std::string& tier, std::uint64_t seed) {
  const auto faults = all_faults(tier);
  const auto shapes = all_shapes();
  Trial trial;
  trial.number = number;
  trial.tier = tier;
  // The fault turns fastest; the shape moves on by one for every round of faults and by one for every fault, so that
  // a short campaign already meets every fault with many shapes.
  trial.fault = faults[number % faults.size()];
  trial.shape = shapes[(number + number / faults.size()) % shapes.size()];
  // Comparisons are of the one tree that has everything.
  if (is_comparison(tier)) trial.shape = shapes.front();
  // Nobody may write to a cgroup unless one was delegated, which a campaign cannot arrange.
  trial.unprivileged = geteuid() == 0 && tier != "cgroup" && (number / faults.size()) % 2 == 1;
  trial.seed = seed ^ (number * 0x9e3779b97f4a7c15ULL);
  return trial;
}

Outcome run_trial(const Trial& trial) { return Run(trial).run(); }

}  // namespace procsafe::faults
