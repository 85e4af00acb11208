#include "trace.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

namespace procsafe::kernel {

bool seize(pid_t pid) {
  constexpr long options = PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
  return ptrace(PTRACE_SEIZE, pid, nullptr, options) == 0;
}

void resume(pid_t pid, int status) {
  const int signal = WSTOPSIG(status);
  const int event = status >> 16;
  // A group-stop is listened to and not ended, or SIGSTOP would have no effect below a tracer (ptrace(2)).
  const bool group_stop = event == PTRACE_EVENT_STOP && signal != SIGTRAP;
  const long delivered = event == 0 ? signal : 0;
  ptrace(group_stop ? PTRACE_LISTEN : PTRACE_CONT, pid, nullptr, delivered);
}

}  // namespace procsafe::kernel
