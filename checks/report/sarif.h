// SARIF 2.1.0 (OASIS standard), as GitHub code scanning and other viewers take it.
#pragma once

#include <string>

#include "report/run.h"

namespace procsafe {

/// One log with exactly one run; a clean run has `results: []`. URIs are relative to the run's
/// directory; columns count UTF-16 code units; the fingerprint stands under `procsafe/v1`.
[[nodiscard]] std::string render_sarif(const Run& run);

}  // namespace procsafe
