// Types by which processes are known.
#pragma once

#include "lower/cpp/spelling.h"

namespace procsafe::cpp {

/// Can a place of that type hold a pid, a group or a handle?
[[nodiscard]] bool can_hold_process(const TypeName& type);
/// Does a place of that type hold nothing else?
[[nodiscard]] bool holds_only_processes(const TypeName& type);

}  // namespace procsafe::cpp
