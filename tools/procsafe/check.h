// `procsafe check`.
#pragma once

#include "options.h"

namespace procsafe {

/// Checks, writes the report and the notices, and returns the exit status.
[[nodiscard]] int run_check(const CheckOptions& options);

}  // namespace procsafe
