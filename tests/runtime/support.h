// What the runtime's tests share.
#pragma once

#include <gtest/gtest.h>
#include <procsafe/observe.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace procsafe::test {

/// A directory that goes with the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A command line argument nobody else uses; survives fork, setsid and closed descriptors, so it finds every
/// process of a tree.
std::string unique_tag();

/// How the names of the control groups begin that managers of `program` make.
std::string group_prefix_of(pid_t program);
/// Pids of the processes with `tag` among their arguments that have not ended.
std::vector<pid_t> alive_with(const std::string& tag);
bool is_alive(pid_t pid);

/// Polls `condition` for at most `limit`.
bool eventually(const std::function<bool()>& condition, milliseconds limit = milliseconds(5000));

/// Programs built beside the tests.
std::string program(std::string_view name);
/// A command that builds the process tree `shape` (tree_program.cpp) with `tag`; `ready` gets a byte per process.
Command tree_command(const std::string& shape, const std::string& tag, const std::filesystem::path& ready);
/// Waits until `count` processes of a tree have reported.
bool wait_ready(const std::filesystem::path& ready, std::size_t count);

std::string read_file(const std::filesystem::path& path);

/// Sets an environment variable for a test.
class ScopedVariable {
 public:
  ScopedVariable(std::string name, const std::string& value);
  ~ScopedVariable();
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  std::string name_;
};

/// A configuration for tests: no handlers, short escalation.
Config quick_config();

/// Collects events.
class EventRecorder {
 public:
  explicit EventRecorder(ProcessManager& manager);
  std::vector<Event> all() const;
  std::vector<Event> of(EventKind kind) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

template <typename Callable>
milliseconds time_of(Callable callable) {
  const auto start = std::chrono::steady_clock::now();
  callable();
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
}

}  // namespace procsafe::test
