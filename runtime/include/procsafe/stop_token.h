// Self-only shutdown: a program is told to stop, finishes what it is doing and ends itself. Nobody looks for it by
// name and nobody else is touched.
//
//   procsafe::StopToken stop({.file = "/run/my-server/stop"});
//   while (!stop.wait_for(std::chrono::seconds(1))) work();
#pragma once

#include <procsafe/process_manager.h>

namespace procsafe {
inline namespace v0 {

/// What asked for the stop.
enum class StopCause { none, signal, file, request };
std::string_view to_string(StopCause cause) noexcept;

struct StopOptions {
  std::vector<int> signals{15, 2, 1};  ///< SIGTERM, SIGINT, SIGHUP; ignored ones stay ignored
  std::filesystem::path file{};        ///< kill switch: stop once it exists; empty: none
  milliseconds file_interval{500};     ///< how often it is looked for while somebody waits
};

/// Unites signals, a kill-switch file and the program's own request. It stays stopped once it is. Thread-safe.
///
/// Signals are taken by handlers that only note them; what was installed before comes back with the destructor, and is
/// called as well unless it was the default action: the token is there so that the program ends by itself. For the
/// same reason a ProcessManager leaves these signals to the token: its processes end with their scopes.
/// request() and stop_requested() are async-signal-safe.
class StopToken {
 public:
  /// Throws UsageError for a signal that cannot be handled or a second token that takes the same signals.
  explicit StopToken(StopOptions options = {});
  StopToken(const StopToken&) = delete;
  StopToken& operator=(const StopToken&) = delete;
  ~StopToken();

  bool stop_requested() const noexcept;
  StopCause cause() const noexcept;
  int signal() const noexcept;  ///< the signal, when that was the cause
  void request() noexcept;      ///< the program's own
  /// Waits at most `time`; true as soon as a stop is requested.
  bool wait_for(milliseconds time) const;
  /// Readable once a stop was requested by a signal or request(); for event loops. Borrowed.
  int event_fd() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Ends the other members of the caller's process group: sends the soft signal, returns once the caller is alone in it,
/// and after `policy.grace` sends SIGKILL to the whole group, the caller included. For programs that started helpers
/// without a manager. Throws UsageError unless the caller leads its group: its parent's group is not its own to end.
void end_own_group(const StopPolicy& policy = {});

}  // namespace v0
}  // namespace procsafe
