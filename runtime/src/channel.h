// The manager's end of one command: its socket to the cell, its pipes, its state and its result.
//
// One thread *drives* a channel: it polls, reads the pipes and takes messages. For run() that is the caller, for
// spawn() the manager's monitor thread. All other threads only look at the state under the mutex or send requests.
#pragma once

#include <poll.h>
#include <procsafe/process_manager.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <span>
#include <thread>

#include "capture.h"
#include "cgroup.h"
#include "standard_io.h"
#include "wire/wire.h"

namespace procsafe {
inline namespace v0 {

class Channel {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t poll_entries = 4;
  using PollEntries = std::array<pollfd, poll_entries>;

  Channel(std::shared_ptr<Core> core, Command command, UniqueFd socket, StandardIo io,
          std::unique_ptr<LimitGroup> limits);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// Waits for the cell's answer to the spawn request. Throws SpawnError or ManagerError.
  void await_start(Clock::time_point asked);

  // For the driving thread.
  PollEntries poll_set();
  void handle(const PollEntries& ready);
  /// When the cell must have answered by itself; handle_due() then asks the guard to replace it.
  Clock::time_point due() const;
  void handle_due();
  void drive_to_end();
  /// Drives for at most `time`, less when a signal was handled; whether the tree has ended.
  bool drive(milliseconds time);
  void mark_driver();

  // For all threads.
  bool finished() const;
  bool main_running() const;
  const Result* wait_until(std::optional<Clock::time_point> deadline);
  void wait_finished();
  void request_stop(const StopPolicy& policy, const char* reason);
  void send_signal(int number, bool whole_tree);
  bool write_input(std::string_view bytes);
  void close_input();
  std::vector<ProcessInfo> tree();
  int event_fd();
  /// Readable from then on once the main process, or the tree, has ended.
  int ended_fd(bool tree);
  /// Of the main process while its tree lives on, without output then unless leftovers are kept; nullptr while it runs.
  /// What it points to does not change.
  const Result* known_result() const;
  /// Fulfilled when the tree has ended.
  std::future<Result> future();

  const Result& result() const { return result_; }
  const Command& command() const { return command_; }
  const LimitGroup* limits() const { return limits_.get(); }
  void release_limits() { limits_.reset(); }
  const StopPolicy& policy() const;
  pid_t pid() const { return pid_; }
  std::uint32_t slot() const { return started_.slot; }
  std::int32_t cell() const { return started_.cell; }
  milliseconds age() const;
  Core& core() const { return *core_; }

  std::uint64_t id = 0;  ///< order of starting; set by the core

 private:
  struct Stream {
    UniqueFd fd;
    std::optional<Capture> capture;
    std::optional<LineSplitter> lines;
    bool widened = false;
  };

  void open_stream(Stream& stream, UniqueFd fd, const Output& output);
  void read_stream(Stream& stream, int max_reads);
  void consume(Stream& stream, std::string_view bytes);
  void finish_stream(Stream& stream, std::string& text);
  void end_beyond_limit();
  void feed_input();
  void read_messages();
  void take_message(std::span<const std::byte> message);
  void on_step(const wire::Step& step);
  void on_exited(const wire::Exited& exited);
  void on_finished(std::span<const std::byte> message);
  void on_lost(const char* why);
  void finish();
  void announce();
  template <typename Message>
  bool tell(const Message& message);

  const std::shared_ptr<Core> core_;
  const Command command_;
  UniqueFd socket_;
  std::unique_ptr<LimitGroup> limits_;
  Stream out_, err_;
  wire::Started started_;
  pid_t pid_ = 0;
  Clock::time_point start_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::thread::id driver_;
  Result result_;       // complete once finished_
  Result main_result_;  // complete once main_ended_
  bool main_ended_ = false;
  bool finished_ = false;
  bool stop_requested_ = false;
  bool output_ended_it_ = false;  // the driver's
  bool abandoned_ = false;
  Clock::time_point due_ = Clock::time_point::max();
  UniqueFd input_;
  std::string pending_input_;
  bool close_input_ = false;
  UniqueFd event_;
  UniqueFd main_ended_event_, finished_event_;
  std::vector<ProcessInfo> listing_;
  std::uint64_t listings_ = 0;
  std::optional<std::promise<Result>> promise_;
};

}  // namespace v0
}  // namespace procsafe
