// Is a pid compared with the process it names now, before it is signalled (O5)?
#pragma once

#include "lower/cpp/analysis.h"

namespace procsafe::cpp {

/// True when the function around a signal, or a helper it asks with the same pid, looks at the process's start time,
/// command line, executable or name, or holds or tests a lock, before the signal.
[[nodiscard]] bool verified_before(const Call& signal, const Analysis& analysis);

/// Does the function look at the identity of a process or at a lock?
[[nodiscard]] bool verifies(const Function& function, const Analysis& analysis);

/// The name under which a file says that a function verifies a pid (Slot::Kind::global).
[[nodiscard]] Slot verification_slot(std::string_view symbol);

}  // namespace procsafe::cpp
