#include <dirent.h>
#include <poll.h>
#include <procsafe/stop_token.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

#include "signal_cleanup.h"
#include "socket.h"
#include "unique_fd.h"

namespace procsafe {
inline namespace v0 {

struct StopToken::State {
  explicit State(StopOptions wanted) : options(std::move(wanted)) {
    event.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!event.valid()) throw ManagerError(std::string("eventfd: ") + std::strerror(errno));
  }
  ~State() {
    for (const int number : handled) release(number);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// Async-signal-safe.
  void note(StopCause what, int number) noexcept {
    const int error = errno;
    signal.store(number);
    StopCause none = StopCause::none;
    if (!cause.compare_exchange_strong(none, what) && none != StopCause::signal) signal.store(0);
    (void)eventfd_write(event.get(), 1);
    errno = error;
  }

  void take(int number);
  static void release(int number);
  static void handle(int number, siginfo_t* info, void* context);

  struct Slot {
    std::atomic<State*> owner{nullptr};
    struct sigaction previous{};
  };
  static std::array<Slot, 65> slots;
  static std::mutex slots_mutex;

  const StopOptions options;
  UniqueFd event;
  std::vector<int> handled;
  std::atomic<StopCause> cause{StopCause::none};
  std::atomic<int> signal{0};
};

std::array<StopToken::State::Slot, 65> StopToken::State::slots;
std::mutex StopToken::State::slots_mutex;

void StopToken::State::take(int number) {
  const std::scoped_lock lock(slots_mutex);
  if (number < 1 || number > 64) throw UsageError("StopToken: " + std::to_string(number) + " is not a signal");
  Slot& slot = slots[static_cast<std::size_t>(number)];
  if (slot.owner.load() != nullptr)
    throw UsageError("StopToken: another token already takes signal " + std::to_string(number));
  if (sigaction(number, nullptr, &slot.previous) != 0)
    throw UsageError("StopToken: signal " + std::to_string(number) + ": " + std::strerror(errno));
  if ((slot.previous.sa_flags & SA_SIGINFO) == 0 && slot.previous.sa_handler == SIG_IGN) return;  // nohup
  slot.owner.store(this);
  give_signal_to_token(number, true);
  struct sigaction action{};
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  if (sigaction(number, &action, nullptr) != 0) {
    slot.owner.store(nullptr);
    give_signal_to_token(number, false);
    throw UsageError("StopToken: signal " + std::to_string(number) + ": " + std::strerror(errno));
  }
  handled.push_back(number);
}

void StopToken::State::release(int number) {
  const std::scoped_lock lock(slots_mutex);
  Slot& slot = slots[static_cast<std::size_t>(number)];
  sigaction(number, &slot.previous, nullptr);
  slot.owner.store(nullptr);
  give_signal_to_token(number, false);
}

void StopToken::State::handle(int number, siginfo_t* info, void* context) {
  Slot& slot = slots[static_cast<std::size_t>(number)];
  if (State* owner = slot.owner.load(); owner != nullptr) owner->note(StopCause::signal, number);
  if (is_cleanup_handler(slot.previous)) {
    call_handler_below_cleanup(number, info, context);
  } else if ((slot.previous.sa_flags & SA_SIGINFO) != 0) {
    slot.previous.sa_sigaction(number, info, context);
  } else if (slot.previous.sa_handler != SIG_DFL && slot.previous.sa_handler != SIG_IGN) {
    slot.previous.sa_handler(number);
  }
}

StopToken::StopToken(StopOptions options) : state_(std::make_unique<State>(std::move(options))) {
  if (state_->options.file_interval <= milliseconds::zero())
    throw UsageError("StopToken: file_interval must be greater than 0");
  for (const int number : state_->options.signals) state_->take(number);
}

StopToken::~StopToken() = default;

bool StopToken::stop_requested() const noexcept {
  if (state_->cause.load() != StopCause::none) return true;
  if (state_->options.file.empty() || access(state_->options.file.c_str(), F_OK) != 0) return false;
  state_->note(StopCause::file, 0);
  return true;
}

StopCause StopToken::cause() const noexcept { return state_->cause.load(); }
int StopToken::signal() const noexcept { return state_->signal.load(); }
void StopToken::request() noexcept { state_->note(StopCause::request, 0); }
int StopToken::event_fd() const noexcept { return state_->event.get(); }

bool StopToken::wait_for(milliseconds time) const {
  if (time < milliseconds::zero()) throw UsageError("StopToken: the time to wait is negative");
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = time == no_timeout ? Clock::time_point::max() : Clock::now() + time;
  while (!stop_requested()) {
    const Clock::time_point now = Clock::now();
    if (now >= end) return false;
    // Only the file has to be looked for; everything else wakes by itself.
    const milliseconds turn = state_->options.file.empty() ? milliseconds(60'000) : state_->options.file_interval;
    const auto left = std::chrono::ceil<milliseconds>(std::min<Clock::duration>(end - now, turn));
    wait_for_events(state_->event.get(), POLLIN, static_cast<int>(left.count()));
  }
  return true;
}

std::string_view to_string(StopCause cause) noexcept {
  switch (cause) {
    case StopCause::signal: return "signal";
    case StopCause::file: return "file";
    case StopCause::request: return "request";
    case StopCause::none: break;
  }
  return "none";
}

namespace {

/// Whether a process other than the caller, not yet ended, is in process group `group`.
bool has_other_members(pid_t group) {
  bool found = false;
  DIR* directory = opendir("/proc");
  if (directory == nullptr) return true;
  while (const dirent* entry = readdir(directory)) {
    const auto pid = static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10));
    if (pid <= 0 || pid == getpid() || getpgid(pid) != group) continue;
    siginfo_t info{};
    const bool ended =
        waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
    found = found || !ended;
  }
  closedir(directory);
  return found;
}

}  // namespace

void end_own_group(const StopPolicy& policy) {
  const pid_t group = getpgrp();
  if (group != getpid())
    throw UsageError("end_own_group: process " + std::to_string(getpid()) + " does not lead its process group " +
                     std::to_string(group));
  struct sigaction ignore{};
  struct sigaction before{};
  ignore.sa_handler = SIG_IGN;
  sigaction(policy.soft_signal, &ignore, &before);
  // The caller is alive and its leader, so the number is this group's.
  killpg(group, policy.soft_signal);
  const auto end = std::chrono::steady_clock::now() + policy.grace;
  while (has_other_members(group)) {
    if (std::chrono::steady_clock::now() >= end) killpg(group, SIGKILL);
    std::this_thread::sleep_for(milliseconds(5));
  }
  sigaction(policy.soft_signal, &before, nullptr);
}

}  // namespace v0
}  // namespace procsafe
