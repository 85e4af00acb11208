// The thread that drives the channels of spawn(): it keeps their pipes empty and takes their messages, so that a
// command never blocks because nobody waits for it.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "channel.h"
#include "unique_fd.h"

namespace procsafe {

class Monitor {
 public:
  explicit Monitor(Core& core) : core_(core) {}
  ~Monitor();
  /// Starts the thread when it does not run yet. Throws std::system_error.
  void start();
  void add(std::shared_ptr<Channel> channel);
  /// Makes it look at the channels' poll sets again. Thread-safe, cheap.
  void wake() noexcept;
  void stop();
  /// In a forked child, where the thread does not exist.
  void disown() noexcept;

 private:
  void run();
  int turn(std::vector<std::shared_ptr<Channel>>& channels);
  std::chrono::steady_clock::time_point next_due(const std::vector<std::shared_ptr<Channel>>& channels) const;

  Core& core_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Channel>> added_;
  bool stopping_ = false;
  UniqueFd wake_;
  std::unique_ptr<std::thread> thread_;
  std::chrono::steady_clock::time_point next_health_ = std::chrono::steady_clock::time_point::max();
};

}  // namespace procsafe
