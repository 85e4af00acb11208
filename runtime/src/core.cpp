#include "core.h"

#include <poll.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "config_check.h"
#include "fork_guard.h"
#include "signal_cleanup.h"
#include "socket.h"

namespace procsafe {
inline namespace v0 {
namespace {

using Clock = Channel::Clock;

std::string make_run_id() {
  constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number))
    throw ManagerError(std::string("getrandom: ") + std::strerror(errno));
  std::string id;
  for (int i = 0; i < 7; ++i, number /= digits.size()) id += digits[number % digits.size()];
  return id;
}

std::string number_instance(const std::string& run_id) {
  static std::atomic<unsigned> count{0};
  return run_id + "-" + std::to_string(++count);
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Config checked(Config config) {
  if (std::vector<std::string> faults = config_faults(config); !faults.empty()) throw ConfigError(std::move(faults));
  return config;
}

/// One run id a program, however many managers it has.
const std::string& program_run_id() {
  static const std::string id = make_run_id();
  return id;
}

}  // namespace

/// A place among Config::max_processes, kept by success.
class Core::Reservation {
 public:
  explicit Reservation(Core& core) : core_(core) {
    std::size_t active = core_.active_.load();
    do {
      if (active >= core_.config_.max_processes) {
        ++core_.metrics_.limit_rejections;
        const std::string why = std::to_string(active) + " processes are active, the limit is " +
                                std::to_string(core_.config_.max_processes) + " (PM_MAX_PROCESSES)";
        core_.emit(EventKind::limit, Severity::warning, nullptr, why, active);
        throw LimitError(why);
      }
    } while (!core_.active_.compare_exchange_weak(active, active + 1));
  }
  ~Reservation() {
    if (kept_) return;
    --core_.active_;
    core_.registry_changed_.notify_all();
  }
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;
  void keep() { kept_ = true; }

 private:
  Core& core_;
  bool kept_ = false;
};

Core::Core(Config config, Purpose purpose)
    : config_(checked(std::move(config))),
      owner_(getpid()),
      user_(geteuid()),
      group_(getegid()),
      run_id_(program_run_id()),
      instance_id_(number_instance(run_id_)),
      parent_run_id_(environment("PM_RUN_ID")),
      groups_(config_.cgroup) {
  events_.open(config_.events);
  recover();
  try {
    start_containment(purpose);
    if (config_.cleanup_interval.count() > 0) monitor_.start();
  } catch (const std::system_error& error) {
    throw ManagerError(std::string("the manager cannot be started: ") + error.what());
  }
  if (config_.handlers) hook_ = hook_cleanup(guard_.control.get(), guard_.guard_pidfd.get(), config_.graceful_timeout);
  watch_forks(*this);
  emit(EventKind::config, Severity::info, nullptr, config_json(config_));
}

/// Ends what crashed runs of this user left, before anything new is started.
void Core::recover() {
  const std::filesystem::path directory = run_directory(config_.run_directory);
  if (directory.empty()) return;
  for (const Recovered& run : recover_stale_runs(directory))
    emit(EventKind::recovery, Severity::warning, nullptr,
         "run " + run.run_id + " had crashed" + (run.group_killed ? "; its cgroup was killed" : ""), run.killed);
}

void Core::open_record() {
  const std::filesystem::path directory = run_directory(config_.run_directory);
  try {
    if (directory.empty()) throw ManagerError("the run directory is not a private directory of this user");
    record_ = std::make_unique<RunRecordFile>(directory, instance_id_, run_id_, containment_.get());
  } catch (const std::exception& error) {
    // Nothing depends on it but the recovery after a crash of everybody.
    emit(EventKind::recovery, Severity::warning, nullptr, std::string("no run record: ") + error.what());
  }
}

void Core::start_containment(Purpose purpose) {
  const std::filesystem::path executable = find_guard(config_.guard);
  if (config_.containment == Containment::strict || config_.containment == Containment::trace)
    return start_kernel_bound(executable, purpose);
  std::string why;
  if (config_.containment != Containment::guard) {
    remove_stale_groups(groups_);
    containment_ = ContainmentGroup::create(instance_id_, groups_, why);
  }
  open_record();
  guard_ = start_guard(executable, {.group = containment_.get(),
                                    .run_record = record_descriptor(),
                                    .directories = group_directories(instance_id_, groups_)});
  if (guard_.cgroup_error != 0) {
    why = "entering the group: " + std::string(std::strerror(guard_.cgroup_error));
    containment_.reset();
  }
  if (config_.containment == Containment::cgroup && containment_ == nullptr)
    throw ManagerError("containment by cgroup (PM_CONTAINMENT) is not available: " + why);
}

/// The kernel ends everything in a PID namespace with its init, and every tracee with its tracer, whatever else died at
/// the same instant. What starts is believed only when the probe has seen it hold.
void Core::start_kernel_bound(const std::filesystem::path& executable, Purpose purpose) {
  struct Kind {
    bool pid_namespace, user_namespace, traced;
  };
  // A user namespace takes away set-user-ID programs, tracing also debuggers.
  constexpr Kind kinds[] = {{true, false, false}, {true, true, false}, {false, false, true}};
  std::string why;
  for (const Kind& kind : kinds) {
    if (config_.containment == Containment::trace && !kind.traced) continue;
    namespaced_ = kind.pid_namespace;
    traced_ = kind.traced;
    try {
      if (record_ == nullptr) open_record();
      guard_ = start_guard(executable, {.pid_namespace = kind.pid_namespace,
                                        .user_namespace = kind.user_namespace,
                                        .traced = kind.traced,
                                        .run_record = record_descriptor(),
                                        .directories = group_directories(instance_id_, groups_)});
      if (purpose == Purpose::probe) return;
      const Proof proved = proof();
      if (proved.holds) return;
      why += (why.empty() ? "" : "; ") + containment_name() + ": " + proved.evidence;
      guard_ = {};
    } catch (const ManagerError& error) {
      why += (why.empty() ? "" : "; ") + std::string(error.what());
    }
  }
  throw ManagerError("kernel-bound containment (PM_CONTAINMENT) is not available: " + why);
}

Core::~Core() { unwatch_forks(*this); }

void Core::check_process() const {
  if (foreign())
    throw UsageError("this manager belongs to process " + std::to_string(owner_) +
                     "; a forked child must create its own");
}

void Core::check_startable() const {
  check_process();
  if (stopping_) throw ManagerError("the manager has been stopped");
  if (const int signal = cleanup_signal(hook_); signal != 0)
    throw ManagerError("the manager has been stopped by signal " + std::to_string(signal));
  // The guard keeps the credentials it was started with: a command would run with more rights than the program has.
  if (geteuid() != user_ || getegid() != group_)
    throw ManagerError("the program changed its user or group after the manager was created");
}

std::shared_ptr<Channel> Core::start(Command command, Driver driver) {
  check_startable();
  check_command(command);
  Reservation reservation(*this);
  const std::string described = events_.enabled() ? describe(command) : std::string();
  try {
    if (driver == Driver::monitor) monitor_.start();
    auto channel = start_reserved(std::move(command), driver);
    reservation.keep();
    return channel;
  } catch (const std::system_error& error) {
    report_failed_start(described, error.what());
    throw SpawnError(error.what(), error.code().value());
  } catch (const Error& error) {
    report_failed_start(described, error.what());
    throw;
  }
}

std::shared_ptr<Channel> Core::start_reserved(Command&& command, Driver driver) {
  const auto asked = Clock::now();
  auto limits = LimitGroup::create(command.limits, instance_id_, next_group_++, containment_.get(), groups_);
  const std::vector<int> groups = limits ? limits->descriptors() : std::vector<int>();
  Request request = encode(command, {.timeout = config_.default_timeout,
                                     .stop = config_.stop,
                                     .run_id = run_id_,
                                     .cgroups = static_cast<std::uint32_t>(groups.size()),
                                     .memory_in_cgroup = limits && limits->bounds_memory()});
  StandardIo io = open_standard_io(command);
  auto [ours, theirs] = make_socket_pair();
  std::vector<int> descriptors{theirs.get(), io.descriptors[0], io.descriptors[1], io.descriptors[2],
                               request.directory.get()};
  if (request.memfd.valid()) descriptors.push_back(request.memfd.get());
  descriptors.insert(descriptors.end(), groups.begin(), groups.end());
  descriptors.insert(descriptors.end(), command.pass_descriptors.begin(), command.pass_descriptors.end());
  constexpr int wait_ms = 5000;
  if (!send_packet(guard_.control.get(), request.packet.data(), request.packet.size(), descriptors, wait_ms)) {
    if (errno == EBADF) throw SpawnError("a descriptor given to the command is not open", EBADF);
    throw ManagerError(std::string("the guard is gone or does not answer: ") + std::strerror(errno));
  }
  // Only the command may hold them from here on, or the end of its output would never come.
  theirs.reset();
  for (UniqueFd& end : io.child) end.reset();
  auto channel = std::make_shared<Channel>(shared_from_this(), std::move(command), std::move(ours), std::move(io),
                                           std::move(limits));
  channel->await_start(asked);
  metrics_.spawned.fetch_add(1, std::memory_order_relaxed);
  metrics_.spawn_seconds.observe(std::chrono::duration<double>(Clock::now() - asked).count());
  {
    const std::scoped_lock lock(mutex_);
    channel->id = next_id_++;
    channels_.emplace(channel->id, channel);
  }
  emit(EventKind::spawn, Severity::info, channel.get(), "");
  if (active_ > config_.alert_active && !alerted_.exchange(true))
    emit(EventKind::alert, Severity::warning, nullptr, "many active processes", active_.load());
  if (driver == Driver::monitor) monitor_.add(channel);
  return channel;
}

void Core::report_failed_start(const std::string& command, const char* why) {
  ++metrics_.spawn_failures;
  if (!events_.enabled()) return;
  Event event = make_event(EventKind::spawn, Severity::warning, why);
  event.command = command;
  events_.emit(event);
}

std::shared_ptr<Channel> Core::newest() const {
  const std::scoped_lock lock(mutex_);
  return channels_.empty() ? nullptr : channels_.rbegin()->second;
}

StopReport Core::stop_all() {
  check_process();
  stopping_ = true;
  StopReport report;
  const auto deadline = Clock::now() + config_.graceful_timeout;
  while (active_ > 0) {
    const std::shared_ptr<Channel> channel = newest();
    if (channel == nullptr) {
      // A spawn is under way in another thread; it is registered or given up in a moment.
      std::unique_lock lock(mutex_);
      registry_changed_.wait_for(lock, milliseconds(1));
      continue;
    }
    StopPolicy policy = channel->policy();
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
    policy.grace = std::max(milliseconds::zero(), std::min(policy.grace, left));
    channel->request_stop(policy, "stop_all");
    channel->wait_finished();
    ++report.ended;
    if (!channel->result().survivors.empty()) report.unclean.push_back(channel->result());
  }
  return report;
}

void Core::close() noexcept {
  if (foreign()) {
    monitor_.disown();
    return;
  }
  if (std::exchange(closed_, true)) return;
  try {
    stop_all();
  } catch (...) {
    // Closing the control socket below ends everything all the same, by force.
    ++metrics_.cleanup_failures;
  }
  monitor_.stop();
  unhook_cleanup(hook_);
  guard_.control.reset();
  constexpr int leave_ms = 3000;
  wait_for_events(guard_.sentinel_pidfd.get(), POLLIN, leave_ms);
  // Ours only where this program is the reaper of orphans itself (PID 1 of a container).
  siginfo_t info{};
  waitid(P_PIDFD, static_cast<id_t>(guard_.sentinel_pidfd.get()), &info, WEXITED | WNOHANG);
  containment_.reset();
  record_.reset();
}

bool Core::guard_alive() const { return wait_for_events(guard_.guard_pidfd.get(), POLLIN, 0) == 0; }

std::vector<std::shared_ptr<Channel>> Core::channels() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::shared_ptr<Channel>> all;
  for (const auto& [id, channel] : channels_) all.push_back(channel);
  return all;
}

Metrics Core::metrics() const {
  Metrics all = metrics_.read();
  all.active = active_;
  all.sink_failures = events_.failures() + callback_failures_;
  return all;
}

void Core::on_event(std::function<void(const Event&)> sink) {
  check_process();
  if (!sink) throw UsageError("on_event without a callback");
  events_.add_sink(std::move(sink));
}

Event Core::make_event(EventKind kind, Severity severity, std::string_view reason) const {
  Event event;
  event.kind = kind;
  event.severity = severity;
  event.time = std::chrono::system_clock::now();
  event.reason = reason;
  event.manager_pid = owner_;
  event.run_id = run_id_;
  event.instance_id = instance_id_;
  event.component = config_.component;
  event.parent_run_id = parent_run_id_;
  return event;
}

void Core::emit(EventKind kind, Severity severity, const Channel* channel, std::string_view reason,
                std::optional<std::uint64_t> processes) {
  if (!events_.enabled()) return;
  Event event = make_event(kind, severity, reason);
  event.processes = processes;
  if (channel != nullptr) {
    event.pid = channel->pid();
    event.name = channel->command().name.empty() ? channel->command().argv.front() : channel->command().name;
    event.command = describe(channel->command());
    if (kind != EventKind::spawn) event.duration = channel->age();
    if (kind == EventKind::exit) {
      const Result& result = channel->result();
      if (result.exit_code >= 0) event.exit_code = result.exit_code;
      if (result.term_signal != 0) event.term_signal = result.term_signal;
    }
  }
  events_.emit(event);
}

void Core::on_exit(Channel& channel) {
  ++metrics_.exited;
  emit(EventKind::exit, Severity::info, &channel, "");
}

void Core::on_timeout(Channel& channel) {
  ++metrics_.timeouts;
  emit(EventKind::timeout, Severity::warning, &channel, "the deadline passed");
}

void Core::on_kill(Channel& channel, std::uint32_t processes) {
  ++metrics_.killed_trees;
  emit(EventKind::kill, Severity::warning, &channel, "SIGKILL sent", processes);
}

void Core::on_leftovers(Channel& channel, std::uint32_t processes) {
  metrics_.leftovers += processes;
  emit(EventKind::orphan, Severity::warning, &channel, "descendants outlived the main process", processes);
}

void Core::on_lost(Channel& channel, const char* why) {
  ++metrics_.lost_cells;
  emit(EventKind::orphan, Severity::critical, &channel, why);
}

void Core::on_finished(Channel& channel) {
  const Result& result = channel.result();
  if (const LimitGroup* limits = channel.limits()) {
    for (const std::string& limit : limits->violations())
      emit(EventKind::limit, Severity::warning, &channel, "the tree met its limit of " + limit);
    channel.release_limits();
  }
  metrics_.run_seconds.observe(std::chrono::duration<double>(channel.age()).count());
  if (result.survivors.empty()) {
    ++metrics_.cleanup_successes;
    emit(EventKind::cleanup, Severity::info, &channel, "nothing of it is left");
  } else {
    ++metrics_.cleanup_failures;
    emit(EventKind::cleanup, Severity::critical, &channel,
         "survived SIGKILL: pid " + std::to_string(result.survivors.front().pid) + " in state " +
             result.survivors.front().state + " (" + result.survivors.front().command + ")",
         result.survivors.size());
  }
  {
    const std::scoped_lock lock(mutex_);
    channels_.erase(channel.id);
    --active_;
  }
  if (active_ <= config_.alert_active) alerted_ = false;
  registry_changed_.notify_all();
}

void Core::report_health() {
  if (!events_.enabled()) return;
  const Health now = health();
  emit(EventKind::health, now.ok() ? Severity::info : Severity::warning, nullptr, now.json());
  if (!now.zombies.empty())
    emit(EventKind::zombie, Severity::warning, nullptr, "ended children that nobody reaps", now.zombies.size());
}

void Core::abandon(const Channel& channel) {
  emit(EventKind::orphan, Severity::critical, &channel, "its cell does not answer and is replaced by the guard");
  wire::Abandon request;
  request.slot = channel.slot();
  request.cell = channel.cell();
  send_packet(guard_.control.get(), &request, sizeof request);
}

void Core::disown() noexcept { guard_.control.reset(); }

}  // namespace v0
}  // namespace procsafe
