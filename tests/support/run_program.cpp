// procsafe: allow-file(direct-spawn, missing-timeout, raw-kill, force-kill-first) reason="drives the program under test, bounded"
#include "run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

namespace procsafe::test {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  int read = -1;
  int write = -1;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::system_category(), "pipe2");
  return {ends[0], ends[1]};
}

/// Only calls that are allowed between fork and exec (signal-safety(7)).
[[noreturn]] void become(char* const* argv, const RunOptions& options, int out, int err, uid_t user, gid_t group) {
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  if (!options.directory.empty() && ::chdir(options.directory.c_str()) != 0) ::_exit(126);
  if (user != 0 && (::setgid(group) != 0 || ::setuid(user) != 0)) ::_exit(126);
  ::execvp(argv[0], argv);
  ::_exit(127);
}

class Collector {
 public:
  Collector(Pipe out, Pipe err) : out_(out), err_(err) {}

  /// Reads both pipes until they are closed or `deadline` has passed.
  void collect(RunResult& result, Clock::time_point deadline) {
    std::array<pollfd, 2> waiting{{{out_.read, POLLIN, 0}, {err_.read, POLLIN, 0}}};
    const std::array<std::string*, 2> texts{&result.out, &result.err};
    while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
      if (left <= 0 || ::poll(waiting.data(), waiting.size(), static_cast<int>(left)) == 0) return;
      for (std::size_t i = 0; i < waiting.size(); ++i) {
        if (waiting.at(i).revents != 0 && !read_some(waiting.at(i).fd, *texts.at(i))) waiting.at(i).fd = -1;
      }
    }
  }

 private:
  static bool read_some(int descriptor, std::string& text) {
    std::array<char, 65536> buffer{};
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0 || (count < 0 && errno == EINTR);
  }
  Pipe out_;
  Pipe err_;
};

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// True when the child has ended before `deadline`.
bool ended(pid_t child, Clock::time_point deadline) {
  siginfo_t info{};
  do {
    if (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child)
      return true;
    ::usleep(2000);
  } while (Clock::now() < deadline);
  return false;
}

}  // namespace

RunResult run_program(const std::vector<std::string>& command, const RunOptions& options) {
  std::vector<std::string> words = command;
  if (!options.environment.empty()) {
    words.insert(words.begin(), "env");
    auto at = words.begin() + 1;
    for (const auto& [name, value] : options.environment) at = words.insert(at, name + "=" + value) + 1;
  }
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const passwd* nobody = options.unprivileged && ::geteuid() == 0 ? ::getpwnam("nobody") : nullptr;
  const Pipe out = make_pipe();
  const Pipe err = make_pipe();
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::system_category(), "fork");
  if (child == 0) {
    become(argv.data(), options, options.standard_output >= 0 ? options.standard_output : out.write, err.write,
           nobody != nullptr ? nobody->pw_uid : 0, nobody != nullptr ? nobody->pw_gid : 0);
  }
  ::close(out.write);
  ::close(err.write);
  RunResult result;
  const auto deadline = Clock::now() + options.limit;
  Collector collector(out, err);
  if (options.interrupt_after.count() >= 0) {
    collector.collect(result, Clock::now() + options.interrupt_after);
    ::kill(child, SIGINT);
  }
  collector.collect(result, deadline);
  result.timed_out = !ended(child, deadline);
  if (result.timed_out) ::kill(child, SIGKILL);
  result.status = wait_for(child);
  ::close(out.read);
  ::close(err.read);
  return result;
}

bool have_program(const std::string& name) {
  const char* variable = std::getenv("PATH");
  std::string_view path = variable != nullptr ? variable : "";
  while (!path.empty()) {
    const std::size_t end = std::min(path.find(':'), path.size());
    const std::filesystem::path candidate = std::filesystem::path(path.substr(0, end)) / name;
    if (::access(candidate.c_str(), X_OK) == 0) return true;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return false;
}

}  // namespace procsafe::test
