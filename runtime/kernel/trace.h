// Binding processes to their tracer: the kernel kills them, and all they fork, when it ends (PTRACE_O_EXITKILL).
#pragma once

#include <sys/types.h>

namespace procsafe::kernel {

/// Becomes the tracer of `pid`, which goes on running, and of everything it will fork. False with errno.
bool seize(pid_t pid);

/// Lets a tracee go on that stopped with `status` of waitpid(2), so that signals and job control are as without us.
void resume(pid_t pid, int status);

}  // namespace procsafe::kernel
