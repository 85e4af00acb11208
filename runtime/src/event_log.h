// Where events go.
#pragma once

#include <procsafe/observe.h>

#include <atomic>
#include <mutex>

#include "unique_fd.h"

namespace procsafe {

/// "NAME=value", "--name value" and "--name=value" with the values of the given names masked; the names are compared
/// without case, and '-' and '_' are the same.
std::string redact(const std::vector<std::string>& arguments, const std::vector<std::string>& names);

/// Thread-safe. Sinks are called one event at a time.
class EventLog {
 public:
  /// `target`: empty, "stderr" or a file that is appended to. Throws ConfigError when it cannot be opened.
  void open(const std::string& target);
  void add_sink(std::function<void(const Event&)> sink);
  /// Whether anybody listens: building an event can be spared otherwise.
  bool enabled() const { return enabled_.load(std::memory_order_relaxed); }
  void emit(const Event& event);
  std::uint64_t failures() const { return failures_.load(); }

 private:
  std::mutex mutex_;
  std::atomic<bool> enabled_{false};
  std::atomic<std::uint64_t> failures_{0};
  UniqueFd file_;
  int line_fd_ = -1;
  std::vector<std::function<void(const Event&)>> sinks_;
};

}  // namespace procsafe
