// One translation unit through Clang.
#pragma once

#include "lower/clang/protocol.h"

namespace procsafe::worker {

/// Parses the unit and collects the answers. Errors in the code are no failure: what Clang understood counts.
[[nodiscard]] UnitReply analyse_unit(const UnitRequest& request);

}  // namespace procsafe::worker
