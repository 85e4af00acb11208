// One process with limits: the only place of the Clang tier that starts any.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace procsafe {

struct WorkerLimits {
  std::chrono::milliseconds time{std::chrono::seconds(120)};
  std::uint64_t memory = 0;                    ///< bytes of address space; 0: no limit
  std::size_t output = std::size_t{1} << 28U;  ///< bytes of standard output
};

struct WorkerResult {
  enum class End : std::uint8_t {
    exited,       ///< `code` is the exit status
    signalled,    ///< `code` is the signal
    timed_out,    ///< ended by us
    overflowed,   ///< wrote too much; ended by us
    not_started,  ///< `errors` says why
  };
  End end = End::not_started;
  int code = 0;
  std::string output;
  std::string errors;  ///< standard error, at most a few KiB
};

/// Runs `program` with `input` as its standard input under the runtime's ProcessManager and waits until it has ended,
/// or ends it when a limit is hit. Nothing it started is left behind, whatever becomes of it or of this program. May be
/// called from many threads.
[[nodiscard]] WorkerResult run_worker(const std::filesystem::path& program, std::string_view input,
                                      const WorkerLimits& limits);

}  // namespace procsafe
