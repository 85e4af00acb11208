#include "signal_cleanup.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <thread>

#include "socket.h"
#include "wire/wire.h"

namespace procsafe {
namespace {

struct Hook {
  std::atomic<bool> used{false};
  std::atomic<pid_t> owner{0};
  std::atomic<int> control{-1};
  std::atomic<int> guard_pidfd{-1};
  std::atomic<std::int64_t> budget_ms{0};
  std::atomic<int> signal{0};
  std::atomic<int> users{0};  ///< handlers that may still use the descriptors
};

std::array<Hook, 64> hooks;
constexpr std::array<int, 3> signals{SIGTERM, SIGINT, SIGHUP};
std::array<struct sigaction, 3> previous_actions;
std::array<std::atomic<bool>, 3> installed;
std::array<std::atomic<bool>, 65> token_owned;
std::terminate_handler previous_terminate = nullptr;
std::atomic<int> deliveries{0};

/// Async-signal-safe: send, poll and getpid are (signal-safety(7)).
void end_everything(int signal) {
  const bool impatient = deliveries.fetch_add(1) > 0;
  for (Hook& hook : hooks) {
    hook.users.fetch_add(1);
    if (!hook.used.load() || hook.owner.load() != getpid()) continue;
    hook.signal.store(signal);
    wire::Close request;
    request.budget_ms = impatient ? 0 : hook.budget_ms.load();
    send_packet(hook.control.load(), &request, sizeof request);
  }
  for (Hook& hook : hooks) {
    if (!hook.used.load() || hook.owner.load() != getpid()) continue;
    constexpr int kill_wait_ms = 2000;
    wait_for_events(hook.guard_pidfd.load(), POLLIN, static_cast<int>(hook.budget_ms.load()) + kill_wait_ms);
  }
  for (Hook& hook : hooks) hook.users.fetch_sub(1);
  deliveries.fetch_sub(1);
}

void chain(const struct sigaction& previous, int signal, siginfo_t* info, void* context) {
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
  } else if (previous.sa_handler == SIG_DFL) {
    // End by the signal itself, so that whoever waits for this program sees the truth.
    sigaction(signal, &previous, nullptr);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signal);
    raise(signal);
    pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
  } else if (previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
  }
}

bool is_token_owned(int signal) { return token_owned[static_cast<std::size_t>(signal)].load(); }

const struct sigaction* previous_of(int signal) {
  for (std::size_t i = 0; i < signals.size(); ++i)
    if (signals[i] == signal) return &previous_actions[i];
  return nullptr;
}

void handle(int signal, siginfo_t* info, void* context) {
  const int error = errno;
  if (!is_token_owned(signal)) end_everything(signal);
  if (const struct sigaction* previous = previous_of(signal)) chain(*previous, signal, info, context);
  errno = error;
}

[[noreturn]] void handle_terminate() {
  end_everything(SIGABRT);
  if (previous_terminate != nullptr) previous_terminate();
  std::abort();
}

void install() {
  for (std::size_t i = 0; i < signals.size(); ++i) {
    sigaction(signals[i], nullptr, &previous_actions[i]);
    if ((previous_actions[i].sa_flags & SA_SIGINFO) == 0 && previous_actions[i].sa_handler == SIG_IGN) continue;
    struct sigaction action{};
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO | (previous_actions[i].sa_flags & (SA_RESTART | SA_ONSTACK));
    action.sa_mask = previous_actions[i].sa_mask;
    installed[i] = sigaction(signals[i], &action, nullptr) == 0;
  }
  previous_terminate = std::set_terminate(handle_terminate);
}

}  // namespace

int hook_cleanup(int control, int guard_pidfd, std::chrono::milliseconds budget) {
  static std::once_flag once;
  std::call_once(once, install);
  for (std::size_t i = 0; i < hooks.size(); ++i) {
    Hook& hook = hooks[i];
    // Claimed by its owner first, so that a handler does not use it half filled.
    pid_t nobody = 0;
    if (!hook.owner.compare_exchange_strong(nobody, getpid())) continue;
    hook.users = 0;  // a fork while a handler ran has left the parent's count
    hook.control = control;
    hook.guard_pidfd = guard_pidfd;
    hook.budget_ms = budget.count();
    hook.signal = 0;
    hook.used = true;
    return static_cast<int>(i);
  }
  return -1;
}

void unhook_cleanup(int place) {
  if (place < 0) return;
  Hook& hook = hooks[static_cast<std::size_t>(place)];
  hook.used = false;
  // A handler in another thread would otherwise write to whatever gets the number of the closed socket next.
  while (hook.users.load() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  hook.owner = 0;
}

int cleanup_signal(int place) { return place < 0 ? 0 : hooks[static_cast<std::size_t>(place)].signal.load(); }

void give_signal_to_token(int signal, bool owned) { token_owned[static_cast<std::size_t>(signal)].store(owned); }

bool is_cleanup_handler(const struct sigaction& previous) {
  // Without looking at SA_SIGINFO: a program that saves and restores handlers with signal(2) loses the flag.
  return previous.sa_sigaction == handle;
}

void call_handler_below_cleanup(int signal, siginfo_t* info, void* context) {
  const struct sigaction* previous = previous_of(signal);
  const bool standard = (previous->sa_flags & SA_SIGINFO) == 0 && previous->sa_handler == SIG_DFL;
  if (!standard) chain(*previous, signal, info, context);
}

bool cleanup_handlers_registered() {
  for (std::size_t i = 0; i < signals.size(); ++i) {
    struct sigaction now{};
    sigaction(signals[i], nullptr, &now);
    if (installed[i] && !is_token_owned(signals[i]) && !is_cleanup_handler(now)) return false;
  }
  return true;
}

}  // namespace procsafe
