// Signals of guard, cells and commands. Nothing here allocates.
#pragma once

#include <cstdint>

namespace procsafe::kernel {

/// Those meant for a terminal's foreground group or sent to "everything" must not end a guard or a cell.
void block_all_signals();

/// exec keeps the mask as it is (execve(2)): a command must not inherit its cell's.
void unblock_all_signals();

/// exec keeps ignored signals ignored: an ignored SIGCHLD would take the exit status of every child from guard and
/// cells, and commands would inherit what a program ignores.
void reset_dispositions();

/// Ignores the signals of a set, bit N-1 for signal N.
void ignore_signals(std::uint64_t set);

}  // namespace procsafe::kernel
