// Ending everything when the program is told to end: SIGTERM, SIGINT, SIGHUP, std::terminate; and keeping forked
// children from acting for their parent's manager.
#pragma once

#include <signal.h>

#include <chrono>

namespace procsafe {

/// Puts a manager's guard on the list that the handlers end, and installs the handlers the first time. A signal that
/// is ignored (nohup) stays ignored. The program's own handlers are called afterwards; where there is none the
/// program then ends by the signal, as it would have. A second signal ends everything by force. Returns a place for
/// unhook(), -1 when the table is full. Thread-safe.
int hook_cleanup(int control, int guard_pidfd, std::chrono::milliseconds budget);
void unhook_cleanup(int place);

/// The signal that made the handlers end this manager's processes, or 0.
int cleanup_signal(int place);

/// Whether the handlers are still the ones of this library (or the signal is ignored).
bool cleanup_handlers_registered();

/// While a StopToken owns a signal the program ends by itself, and its scopes with it: the handlers here then only
/// pass the signal on.
void give_signal_to_token(int signal, bool owned);
/// For a token that was installed over the handlers: whether `previous` is ours, and the program's own handler below.
bool is_cleanup_handler(const struct sigaction& previous);
void call_handler_below_cleanup(int signal, siginfo_t* info, void* context);

}  // namespace procsafe
