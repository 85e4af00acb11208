// Running the program under test.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace procsafe::test {

struct RunOptions {
  std::filesystem::path directory;                               ///< empty: the test's own
  std::vector<std::pair<std::string, std::string>> environment;  ///< added to the test's own
  std::chrono::milliseconds limit{60'000};
  /// Runs as "nobody" when the test is root, so that file permissions count.
  bool unprivileged = false;
  int standard_output = -1;                       ///< descriptor; -1: collected in the result
  std::chrono::milliseconds interrupt_after{-1};  ///< sends SIGINT then; negative: never
};

struct RunResult {
  int status = -1;  ///< exit status; 128 + n when signal n ended it
  std::string out;
  std::string err;
  bool timed_out = false;  ///< it was killed at the limit
};

/// Runs a program to its end; it is found by PATH, standard input is empty.
[[nodiscard]] RunResult run_program(const std::vector<std::string>& command, const RunOptions& options = {});

/// Can a program of this name be found by PATH?
[[nodiscard]] bool have_program(const std::string& name);

}  // namespace procsafe::test
