// What a ProcessManager is made of: the guard, the registry of channels, limits, events and metrics.
#pragma once

#include <procsafe/observe.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>

#include "cgroup.h"
#include "channel.h"
#include "event_log.h"
#include "guard_process.h"
#include "metrics_recorder.h"
#include "monitor.h"
#include "probe.h"
#include "recovery.h"
#include "request.h"

namespace procsafe {
inline namespace v0 {

class Core : public std::enable_shared_from_this<Core> {
 public:
  enum class Purpose { work, probe };
  explicit Core(Config config, Purpose purpose = Purpose::work);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  enum class Driver { caller, monitor };
  std::shared_ptr<Channel> start(Command command, Driver driver);
  StopReport stop_all();
  /// stop_all(), then ends guard and monitor. Does nothing in a forked child.
  void close() noexcept;

  /// Throws UsageError in a forked child.
  void check_process() const;
  bool foreign() const { return owner_ != getpid(); }
  const Config& config() const { return config_; }
  const std::string& run_id() const { return run_id_; }
  const std::string& instance_id() const { return instance_id_; }
  std::size_t active() const { return active_.load(); }
  bool guard_alive() const;
  std::vector<std::shared_ptr<Channel>> channels() const;
  Metrics metrics() const;
  Health health() const;
  Guarantee guarantee() const;
  void on_event(std::function<void(const Event&)> sink);
  std::string describe(const Command& command) const { return redact(command.argv, config_.redact); }

  // Called by channels and the monitor.
  void emit(EventKind kind, Severity severity, const Channel* channel, std::string_view reason,
            std::optional<std::uint64_t> processes = {});
  void on_exit(Channel& channel);
  void on_timeout(Channel& channel);
  void on_kill(Channel& channel, std::uint32_t processes);
  void on_leftovers(Channel& channel, std::uint32_t processes);
  void on_lost(Channel& channel, const char* why);
  void on_finished(Channel& channel);
  void count_callback_failure() { ++callback_failures_; }
  void report_health();
  void abandon(const Channel& channel);
  void wake_monitor() noexcept { monitor_.wake(); }

  /// In the child of a fork(): lets go of the guard, which must see the end of its real manager.
  void disown() noexcept;

 private:
  class Reservation;
  std::string containment_name() const;
  bool kernel_bound() const { return namespaced_ || traced_; }
  /// Tried once for each containment and program; takes some milliseconds then.
  Proof proof() const;
  /// Of a manager made for it, whose helpers are lost by it.
  Proof kill_and_count();
  void start_containment(Purpose purpose);
  void recover();
  void open_record();
  int record_descriptor() const { return record_ ? record_->descriptor() : -1; }
  void start_kernel_bound(const std::filesystem::path& executable, Purpose purpose);
  std::shared_ptr<Channel> start_reserved(Command&& command, Driver driver);
  void check_startable() const;
  void report_failed_start(const std::string& command, const char* why);
  Event make_event(EventKind kind, Severity severity, std::string_view reason) const;
  std::shared_ptr<Channel> newest() const;

  const Config config_;
  const pid_t owner_;
  const uid_t user_;
  const gid_t group_;
  const std::string run_id_;
  const std::string instance_id_;
  const std::string parent_run_id_;
  const CgroupPlaces groups_;
  EventLog events_;
  MetricsRecorder metrics_;
  std::unique_ptr<ContainmentGroup> containment_;
  std::unique_ptr<RunRecordFile> record_;
  bool namespaced_ = false;
  bool traced_ = false;
  GuardProcess guard_;
  std::atomic<std::uint64_t> next_group_{0};
  std::atomic<std::size_t> active_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> alerted_{false};
  std::atomic<std::uint64_t> callback_failures_{0};
  bool closed_ = false;
  int hook_ = -1;  ///< place in the table of signal_cleanup.h

  mutable std::mutex mutex_;
  mutable std::condition_variable registry_changed_;
  std::map<std::uint64_t, std::shared_ptr<Channel>> channels_;
  std::uint64_t next_id_ = 0;
  Monitor monitor_{*this};
};

}  // namespace v0
}  // namespace procsafe
