// The processes below the calling process: finding, naming and ending them without ever trusting a bare pid.
//
// Two facts make this safe. An unreaped child's pid cannot be given to anybody else, and only its parent can reap
// it: so whatever waitid(2) calls *our* child may be killed by number. For deeper descendants a pidfd is opened
// first, and only then its parentage is read, while its parent is pinned in the same way.
#pragma once

#include <sys/types.h>

#include "wire/wire.h"

namespace procsafe::kernel {

/// Decides whether a direct child is left alone.
using Spare = bool (*)(pid_t child);

/// Sends SIGKILL to the direct children that `spare` (may be null) does not except. Returns how many it sent it to.
/// Descendants follow when they are re-parented to the caller, which must be a subreaper: call it until no child is
/// left.
unsigned kill_children(Spare spare = nullptr);

/// Kills and reaps until the caller has no child. Needs SIGCHLD blocked.
void end_all_children();

/// Sends `signal`, then SIGCONT so that stopped processes can act on it, to every descendant, parents first.
/// Returns how many got it. With `signal` SIGSTOP no SIGCONT follows.
unsigned signal_descendants(int signal);

/// Names the living descendants; returns how many there are, which may be more than `capacity`.
unsigned list_descendants(wire::ProcessEntry* entries, unsigned capacity);

}  // namespace procsafe::kernel
