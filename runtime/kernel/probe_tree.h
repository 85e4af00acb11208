// The tree a probe of the containment is made of.
#pragma once

namespace procsafe::kernel {

inline constexpr int probe_tree_size = 4;

/// A process, its child, a child in a session of its own and a double-forked daemon, none of which minds soft signals.
/// Each writes one byte to standard output and stays, holding it open: its end of file is the end of all.
[[noreturn]] void stand_as_probe_tree();

}  // namespace procsafe::kernel
