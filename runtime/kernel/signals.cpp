#include "signals.h"

#include <signal.h>

namespace procsafe::kernel {
namespace {

void dispose(std::uint64_t set, void (*disposition)(int)) {
  struct sigaction action{};
  action.sa_handler = disposition;
  for (int signal = 1; signal < NSIG; ++signal)
    if ((set >> (signal - 1) & 1) != 0) sigaction(signal, &action, nullptr);
}

}  // namespace

void block_all_signals() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
}

void unblock_all_signals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

void reset_dispositions() { dispose(~std::uint64_t{0}, SIG_DFL); }

void ignore_signals(std::uint64_t set) { dispose(set, SIG_IGN); }

}  // namespace procsafe::kernel
