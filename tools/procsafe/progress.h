// A line that shows that a long run is alive.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>

namespace procsafe {

/// Writes "procsafe: 120 of 5000 files" to standard error and over again, from the first second of the run on; removes
/// it at the end of its life. Silent where standard error is no terminal.
class Progress {
 public:
  explicit Progress(bool terminal);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void expect(std::size_t files) { total_ = files; }
  /// One file more is done; may be called from any thread, more often than files were expected.
  void step() { ++done_; }

 private:
  void show();

  std::atomic<std::size_t> total_ = 0;
  std::atomic<std::size_t> done_ = 0;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread writer_;
};

}  // namespace procsafe
