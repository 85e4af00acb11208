// How a command ended, and what is thrown when it could not be run. procsafe/process_manager.h includes it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace procsafe {
inline namespace v0 {

using std::chrono::milliseconds;

struct ProcessInfo {
  pid_t pid = 0;
  pid_t parent = 0;
  char state = '?';       ///< as in proc(5): R, S, D, Z, T …
  std::string command{};  ///< command line, shortened to 118 bytes
};

struct Usage {
  std::chrono::microseconds user{0}, system{0};
  std::uint64_t max_rss_bytes = 0;
};

/// How a command ended. Exit status and output are never lost to a descendant that holds a pipe open.
struct [[nodiscard]] Result {
  int exit_code = -1;      ///< -1: it did not exit by itself
  int term_signal = 0;     ///< 0: it was not ended by a signal
  bool timed_out = false;  ///< the deadline passed and the tree was ended
  bool stopped = false;    ///< stop(), the end of the scope or of the manager ended it
  bool lost = false;       ///< its cell was killed: the tree was ended, the status is not known
  bool truncated = false;  ///< out or err holds only the beginning and the end
  std::string out{}, err{};
  std::vector<ProcessInfo> leftovers{};  ///< descendants that outlived the main process by Command::drain
  std::vector<ProcessInfo> survivors{};  ///< alive in spite of SIGKILL; the guard goes on trying
  milliseconds duration{0};
  Usage usage{};  ///< of the main process and the children it waited for
  pid_t pid = 0;
  std::string command{};  ///< for messages

  bool ok() const { return exit_code == 0 && !timed_out && !stopped && survivors.empty(); }
  /// *this when ok(); throws CleanupError, TimeoutError or ExitError otherwise.
  const Result& or_throw() const&;
  Result or_throw() &&;
};

/// Base of everything thrown here; what() names what was wrong and why.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// The call contradicts itself: empty argv, NUL in an argument, negative timeout, limit 0, use after move or fork.
struct UsageError : Error {
  using Error::Error;
};
/// A Config that cannot work; every fault it has, not only the first.
struct ConfigError : Error {
  explicit ConfigError(std::vector<std::string> all);
  std::vector<std::string> faults{};
};
/// The manager cannot start, has been stopped, or its guard is gone. There is no fallback to an unguarded spawn.
struct ManagerError : Error {
  using Error::Error;
};
/// The command could not be started; nothing of it is left.
struct SpawnError : Error {
  SpawnError(const std::string& what, int error_number, std::string about = {})
      : Error(what), error(error_number), path(std::move(about)) {}
  int error;         ///< errno: ENOENT, EACCES, ENOEXEC, EAGAIN …
  std::string path;  ///< the program or directory `error` is about; empty: about something else
};
/// Config::max_processes are active.
struct LimitError : Error {
  using Error::Error;
};
/// Errors about a command that ran; they hold its result.
struct ResultError : Error {
  ResultError(const std::string& what, Result r) : Error(what), result(std::move(r)) {}
  Result result;
};
struct TimeoutError : ResultError {
  using ResultError::ResultError;
};
struct CleanupError : ResultError {
  using ResultError::ResultError;
};
/// Ended with a status other than 0, by a signal, or because it was stopped.
struct ExitError : ResultError {
  using ResultError::ResultError;
};

}  // namespace v0
}  // namespace procsafe
