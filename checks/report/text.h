// The report for people.
#pragma once

#include <string>

#include "report/run.h"

namespace procsafe {

/// Findings with code frames, advice and a summary line; `path:line:column: severity: message [rule]`
/// heads every finding. Columns count code points.
[[nodiscard]] std::string render_text(const Run& run, bool colour);

/// The notices, one line each: `procsafe: error: path:line:column: message`.
[[nodiscard]] std::string render_notices(const Run& run, bool colour);

/// "2 findings in 1 file (57 files checked, 3 suppressed, 1 error)".
[[nodiscard]] std::string summary_line(const Run& run);

/// A table of findings by rule, most first.
[[nodiscard]] std::string render_statistics(const Run& run);

}  // namespace procsafe
