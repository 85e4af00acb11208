// procsafe: allow-file(direct-spawn, missing-timeout, foreign-signal, force-kill-first) reason="own unreaped child, killed at its deadline"
#include "lower/clang/worker_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace procsafe {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxErrors = 8192;

/// Milliseconds between looks at the child where the kernel (before 5.3) cannot wake us when it ends.
constexpr std::int64_t kPollWithoutPidfd = 20;

/// A file descriptor that is closed once.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

/// Close-on-exec, so that workers started at the same time do not hold each other's pipes open.
bool make_pipe(Pipe& pipe) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  pipe.read = Descriptor(ends[0]);
  pipe.write = Descriptor(ends[1]);
  return true;
}

/// A socket, because writing to one whose other end is closed need not raise SIGPIPE.
bool make_input(Pipe& pipe) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return false;
  pipe.read = Descriptor(ends[0]);
  pipe.write = Descriptor(ends[1]);
  return true;
}

struct Pipes {
  Pipe input;
  Pipe output;
  Pipe errors;
};

/// Runs in the child between fork and exec: only async-signal-safe calls, since other threads of the parent
/// may have held locks.
[[noreturn]] void become_worker(const char* program, const Pipes& pipes, std::uint64_t memory, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // the parent ended before prctl took effect
  if (memory != 0) {
    const rlimit limit{memory, memory};
    ::setrlimit(RLIMIT_AS, &limit);
  }
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::dup2(pipes.input.read.number(), STDIN_FILENO);
  ::dup2(pipes.output.write.number(), STDOUT_FILENO);
  ::dup2(pipes.errors.write.number(), STDERR_FILENO);
  std::array<char*, 2> arguments{const_cast<char*>(program), nullptr};
  ::execv(program, arguments.data());
  constexpr std::string_view kMessage = "cannot be run";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kMessage.data(), kMessage.size());
  ::_exit(127);
}

/// The running child: feeds and drains its pipes until it has ended.
class Exchange {
 public:
  Exchange(pid_t child, Pipes pipes, std::string_view input, const WorkerLimits& limits)
      : child_(child),
        process_(static_cast<int>(::syscall(SYS_pidfd_open, child, 0))),
        pipes_(std::move(pipes)),
        input_(input),
        limits_(limits),
        deadline_(Clock::now() + limits.time) {
    for (const Descriptor* end : {&pipes_.input.write, &pipes_.output.read, &pipes_.errors.read})
      ::fcntl(end->number(), F_SETFL, O_NONBLOCK);
  }

  WorkerResult run() {
    while (!ended_ && step()) {
    }
    // The group may hold more than the child; its number is ours until the child is reaped below.
    ::kill(-child_, SIGKILL);
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    drain(pipes_.output.read, result_.output, limits_.output);
    drain(pipes_.errors.read, result_.errors, kMaxErrors);
    if (!ended_) return std::move(result_);
    result_.end = WIFSIGNALED(status) ? WorkerResult::End::signalled : WorkerResult::End::exited;
    result_.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    return std::move(result_);
  }

 private:
  /// Waits for one event. False when a limit was hit; then the result says which.
  bool step() {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
    if (left.count() <= 0) return give_up(WorkerResult::End::timed_out);
    std::array<pollfd, 4> events{{{process_.number(), POLLIN, 0},
                                  {pipes_.input.write.number(), POLLOUT, 0},
                                  {pipes_.output.read.number(), POLLIN, 0},
                                  {pipes_.errors.read.number(), POLLIN, 0}}};
    const std::int64_t longest = process_.open() ? 60'000 : kPollWithoutPidfd;
    const int timeout = static_cast<int>(std::min<std::int64_t>(left.count() + 1, longest));
    if (::poll(events.data(), events.size(), timeout) < 0)
      return errno == EINTR || give_up(WorkerResult::End::timed_out);
    if (events[1].revents != 0) feed();
    if (events[2].revents != 0 && !drain(pipes_.output.read, result_.output, limits_.output))
      return give_up(WorkerResult::End::overflowed);
    if (events[3].revents != 0) drain(pipes_.errors.read, result_.errors, kMaxErrors);
    ended_ = has_ended();
    return true;
  }

  /// Leaves the child unreaped, so that its number stays ours.
  [[nodiscard]] bool has_ended() const {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child_;
  }

  bool give_up(WorkerResult::End end) {
    result_.end = end;
    return false;
  }

  void feed() {
    const ssize_t count = ::send(pipes_.input.write.number(), input_.data(), input_.size(), MSG_NOSIGNAL);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    // A worker that closes its input early has its reasons; its exit status tells.
    input_.remove_prefix(count < 0 ? input_.size() : static_cast<std::size_t>(count));
    if (input_.empty()) pipes_.input.write.close();
  }

  /// Reads what is there; closes the pipe at its end. False when `text` would grow beyond `most`: what is
  /// more is thrown away.
  static bool drain(Descriptor& from, std::string& text, std::size_t most) {
    std::array<char, 65536> buffer{};
    bool fits = true;
    while (from.open()) {
      const ssize_t count = ::read(from.number(), buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return fits;
      if (count <= 0) from.close();
      const std::size_t got = count > 0 ? static_cast<std::size_t>(count) : 0;
      fits = fits && text.size() + got <= most;
      text.append(buffer.data(), std::min(got, most - std::min(most, text.size())));
      if (!fits) return false;
    }
    return fits;
  }

  pid_t child_;
  Descriptor process_;
  Pipes pipes_;
  std::string_view input_;
  const WorkerLimits& limits_;
  Clock::time_point deadline_;
  bool ended_ = false;
  WorkerResult result_;
};

WorkerResult failed(const char* what) {
  WorkerResult result;
  result.errors = std::string(what) + ": " + std::strerror(errno);
  return result;
}

}  // namespace

WorkerResult run_worker(const std::filesystem::path& program, std::string_view input, const WorkerLimits& limits) {
  if (::access(program.c_str(), X_OK) != 0) return failed(program.c_str());
  Pipes pipes;
  if (!make_input(pipes.input) || !make_pipe(pipes.output) || !make_pipe(pipes.errors)) return failed("pipe");
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return failed("fork");
  if (child == 0) become_worker(program.c_str(), pipes, limits.memory, parent);
  ::setpgid(child, child);  // here too: whoever comes first
  pipes.input.read.close();
  pipes.output.write.close();
  pipes.errors.write.close();
  return Exchange(child, std::move(pipes), input, limits).run();
}

}  // namespace procsafe
