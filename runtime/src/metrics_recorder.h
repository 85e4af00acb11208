// Counters behind ProcessManager::metrics().
#pragma once

#include <procsafe/observe.h>

#include <atomic>

namespace procsafe {

/// Thread-safe, lock-free.
class HistogramRecorder {
 public:
  void observe(double seconds);
  Histogram read() const;

 private:
  std::array<std::atomic<std::uint64_t>, Histogram::bounds.size() + 1> counts_{};
  std::atomic<std::uint64_t> nanoseconds_{0};
};

struct MetricsRecorder {
  std::atomic<std::uint64_t> spawned{0}, exited{0}, timeouts{0}, cleanup_successes{0}, cleanup_failures{0},
      spawn_failures{0}, limit_rejections{0}, killed_trees{0}, leftovers{0}, lost_cells{0};
  HistogramRecorder spawn_seconds, run_seconds;
  Metrics read() const;
};

}  // namespace procsafe
