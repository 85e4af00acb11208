#include <procsafe/c_api.h>
#include <procsafe/observe.h>
#include <procsafe/service.h>
#include <string.h>
#include <sys/eventfd.h>

#include <deque>
#include <new>

#include "c_command.h"
#include "config_check.h"
#include "core.h"
#include "json.h"
#include "signal_cleanup.h"

using namespace procsafe;

namespace {

/// Events wait here for a program that takes them in its own loop.
class EventQueue {
 public:
  EventQueue() : readable_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!readable_.valid()) throw ManagerError("eventfd: " + std::string(strerror(errno)));
  }
  void set_threshold(int severity) { threshold_ = severity; }
  int descriptor() const { return readable_.get(); }

  void add(const Event& event) {
    if (static_cast<int>(event.severity) < threshold_) return;
    const std::scoped_lock lock(mutex_);
    if (events_.size() >= max_events) events_.pop_front();
    events_.push_back(event.json());
    (void)eventfd_write(readable_.get(), 1);
  }

  std::optional<std::string> take() {
    const std::scoped_lock lock(mutex_);
    if (events_.empty()) return std::nullopt;
    std::string event = std::move(events_.front());
    events_.pop_front();
    eventfd_t count = 0;
    if (events_.empty()) (void)eventfd_read(readable_.get(), &count);
    return event;
  }

 private:
  /// Nobody takes events from a program that hangs: the oldest make room.
  static constexpr std::size_t max_events = 10'000;
  const UniqueFd readable_;
  std::atomic<int> threshold_{3};
  std::mutex mutex_;
  std::deque<std::string> events_;
};

struct LastError {
  std::string text, path;
  int number = 0;
};
thread_local LastError last_error;

int failed(int status, const char* text, int number = 0, const std::string& path = {}) {
  last_error = {text, path, number};
  return status;
}

/// Runs `body`, which returns a status, and turns what it throws into one.
template <typename Body>
int guarded(Body body) noexcept {
  try {
    return body();
  } catch (const UsageError& error) {
    return failed(PROCSAFE_USAGE, error.what());
  } catch (const ConfigError& error) {
    std::string faults;
    for (const std::string& fault : error.faults) faults += (faults.empty() ? "" : "\n") + fault;
    return failed(PROCSAFE_CONFIG, faults.c_str());
  } catch (const ManagerError& error) {
    return failed(PROCSAFE_MANAGER, error.what());
  } catch (const SpawnError& error) {
    return failed(PROCSAFE_SPAWN, error.what(), error.error, error.path);
  } catch (const LimitError& error) {
    return failed(PROCSAFE_LIMIT, error.what());
  } catch (const std::exception& error) {
    return failed(PROCSAFE_OTHER, error.what());
  } catch (...) {
    return failed(PROCSAFE_OTHER, "an unknown error");
  }
}

int give(const std::string& text, char** out) {
  *out = strdup(text.c_str());
  if (*out == nullptr) throw std::bad_alloc();
  return PROCSAFE_OK;
}

std::string guarantee_json(const Guarantee& guarantee) {
  return JsonObject()
      .add("containment", guarantee.containment)
      .add("kernel_bound", guarantee.kernel_bound)
      .add("proved", guarantee.proved)
      .add("evidence", guarantee.evidence)
      .raw("holes", json_array(guarantee.holes, json_string))
      .add("limits", guarantee.limits)
      .text();
}

std::string report_json(const StopReport& report) {
  const auto survivors = [](const Result& result) { return processes_json(result.survivors); };
  return JsonObject().add("ended", report.ended).raw("unclean", json_array(report.unclean, survivors)).text();
}

std::uint32_t flags_of(const Result& result) {
  const auto flag = [](bool is, std::uint32_t bit) { return is ? bit : 0; };
  return flag(result.timed_out, PROCSAFE_TIMED_OUT) | flag(result.stopped, PROCSAFE_STOPPED) |
         flag(result.lost, PROCSAFE_LOST) | flag(result.truncated, PROCSAFE_TRUNCATED);
}

}  // namespace

struct procsafe_manager {
  std::shared_ptr<Core> core;
  std::shared_ptr<EventQueue> events;
  std::once_flag listening;  ///< without a sink the core does not even make events
};

struct procsafe_process {
  std::shared_ptr<Channel> held;
  bool driven;
  Channel& channel() const {
    held->core().check_process();
    return *held;
  }
};

extern "C" {

int procsafe_c_abi(void) { return PROCSAFE_C_ABI; }
int procsafe_version(void) { return library_version(); }
void procsafe_free(char* text) { free(text); }

const char* procsafe_error_text(void) { return last_error.text.c_str(); }
int procsafe_error_number(void) { return last_error.number; }
const char* procsafe_error_path(void) { return last_error.path.c_str(); }

int procsafe_manager_create(const char* const* settings, size_t count, procsafe_manager** manager) {
  return guarded([&]() -> int {
    Config config = config_from(std::vector<std::string>(settings, settings + count));
    auto created = std::make_unique<procsafe_manager>();
    created->events = std::make_shared<EventQueue>();
    created->core = std::make_shared<Core>(std::move(config));
    *manager = created.release();
    return PROCSAFE_OK;
  });
}

void procsafe_manager_destroy(procsafe_manager* manager) {
  manager->core->close();
  // In a forked child its threads and locks are the parent's: it is left alone.
  if (!manager->core->foreign()) delete manager;
}

int procsafe_stop_all(procsafe_manager* manager, char** report) {
  return guarded([&]() -> int { return give(report_json(manager->core->stop_all()), report); });
}

int procsafe_describe(procsafe_manager* manager, int what, char** text) {
  return guarded([&]() -> int {
    const Core& core = *manager->core;
    switch (what) {
      case PROCSAFE_HEALTH: return give(core.health().json(), text);
      case PROCSAFE_METRICS: return give(core.metrics().json(), text);
      case PROCSAFE_PROMETHEUS: return give(core.metrics().prometheus(), text);
      case PROCSAFE_GUARANTEE: return give(guarantee_json(core.guarantee()), text);
      case PROCSAFE_CONFIGURATION: return give(config_json(core.config()), text);
      case PROCSAFE_RUN_ID: return give(core.run_id(), text);
      case PROCSAFE_INSTANCE_ID: return give(core.instance_id(), text);
      default: throw UsageError("procsafe_describe: nothing has number " + std::to_string(what));
    }
  });
}

int procsafe_keep_events(procsafe_manager* manager, int severity, int* descriptor) {
  return guarded([&]() -> int {
    manager->core->check_process();
    *descriptor = manager->events->descriptor();
    const auto listen = [manager] {
      manager->core->on_event([queue = manager->events](const Event& event) { queue->add(event); });
    };
    if (severity <= 2) std::call_once(manager->listening, listen);
    manager->events->set_threshold(severity);
    return PROCSAFE_OK;
  });
}

int procsafe_take_event(procsafe_manager* manager, char** event) {
  return guarded([&]() -> int {
    const std::optional<std::string> next = manager->events->take();
    return next ? give(*next, event) : PROCSAFE_AGAIN;
  });
}

void procsafe_leave_signal(int number, int yes) {
  if (number >= 1 && number <= 64) give_signal_to_token(number, yes != 0);
}

int procsafe_start(procsafe_manager* manager, const procsafe_command* command, procsafe_process** process) {
  return guarded([&]() -> int {
    auto started = std::make_unique<procsafe_process>();
    started->driven = command->driven != 0;
    started->held = manager->core->start(command_of(*command, manager->core->config().stop),
                                         started->driven ? Core::Driver::caller : Core::Driver::monitor);
    *process = started.release();
    return PROCSAFE_OK;
  });
}

void procsafe_destroy(procsafe_process* process) {
  const std::unique_ptr<procsafe_process> owned(process);
  Channel& channel = *owned->held;
  if (channel.core().foreign()) return;
  (void)guarded([&]() -> int {
    if (channel.finished()) return PROCSAFE_OK;
    channel.request_stop(channel.policy(), "the scope ends");
    owned->driven ? channel.drive_to_end() : channel.wait_finished();
    return PROCSAFE_OK;
  });
}

int procsafe_drive(procsafe_process* process, int time_ms) {
  return guarded([&]() -> int {
    Channel& channel = process->channel();
    if (!process->driven) throw UsageError("procsafe_drive: the manager drives this process");
    return channel.drive(milliseconds(time_ms)) ? PROCSAFE_OK : PROCSAFE_AGAIN;
  });
}

int procsafe_pid(const procsafe_process* process) { return process->held->pid(); }

int procsafe_ended_fd(procsafe_process* process, int tree, int* descriptor) {
  return guarded([&]() -> int {
    *descriptor = process->channel().ended_fd(tree != 0);
    return PROCSAFE_OK;
  });
}

int procsafe_has_ended(procsafe_process* process, int tree) {
  return guarded([&]() -> int {
    const Channel& channel = process->channel();
    return (tree != 0 ? channel.finished() : !channel.main_running()) ? PROCSAFE_OK : PROCSAFE_AGAIN;
  });
}

int procsafe_result_of(procsafe_process* process, procsafe_result* result) {
  return guarded([&]() -> int {
    const Result* known = process->channel().known_result();
    if (known == nullptr) return PROCSAFE_AGAIN;
    *result = {.exit_code = known->exit_code,
               .term_signal = known->term_signal,
               .flags = flags_of(*known),
               .leftover_count = static_cast<std::uint32_t>(known->leftovers.size()),
               .survivor_count = static_cast<std::uint32_t>(known->survivors.size()),
               .unused = 0,
               .duration_ms = known->duration.count(),
               .user_us = known->usage.user.count(),
               .system_us = known->usage.system.count(),
               .max_rss_bytes = known->usage.max_rss_bytes,
               .output = known->out.data(),
               .output_size = known->out.size(),
               .error = known->err.data(),
               .error_size = known->err.size()};
    return PROCSAFE_OK;
  });
}

int procsafe_remains_of(procsafe_process* process, char** text) {
  return guarded([&]() -> int {
    const Result* known = process->channel().known_result();
    if (known == nullptr) return PROCSAFE_AGAIN;
    return give(JsonObject()
                    .raw("leftovers", processes_json(known->leftovers))
                    .raw("survivors", processes_json(known->survivors))
                    .text(),
                text);
  });
}

int procsafe_stop(procsafe_process* process, int soft_signal, int64_t grace_ms, int64_t kill_wait_ms) {
  return guarded([&]() -> int {
    Channel& channel = process->channel();
    channel.request_stop(policy_of(soft_signal, grace_ms, kill_wait_ms, channel.policy()), "the scope ends");
    return PROCSAFE_OK;
  });
}

int procsafe_signal(procsafe_process* process, int number, int whole_tree) {
  return guarded([&]() -> int {
    process->channel().send_signal(number, whole_tree != 0);
    return PROCSAFE_OK;
  });
}

int procsafe_write(procsafe_process* process, const char* data, size_t size) {
  return guarded([&]() -> int { return process->channel().write_input({data, size}) ? PROCSAFE_OK : PROCSAFE_AGAIN; });
}

int procsafe_close_input(procsafe_process* process) {
  return guarded([&]() -> int {
    process->channel().close_input();
    return PROCSAFE_OK;
  });
}

int procsafe_tree(procsafe_process* process, char** text) {
  return guarded([&]() -> int { return give(processes_json(process->channel().tree()), text); });
}

int procsafe_port_holder(int port, char** text) {
  return guarded([&]() -> int {
    const auto holder = find_port_holder(static_cast<std::uint16_t>(port));
    if (!holder) return PROCSAFE_AGAIN;
    return give(JsonObject().add("port", port).raw("processes", processes_json(holder->processes)).text(), text);
  });
}

}  // extern "C"
