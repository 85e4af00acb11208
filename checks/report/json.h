// The report for programs, in procsafe's own form.
#pragma once

#include <string>

#include "report/run.h"

namespace procsafe {

/// One JSON object: `version` 1, `findings`, `notices`, `summary`. Lines and columns from 1, columns in code
/// points, `end_line`/`end_column` behind the last character. Invalid UTF-8 is replaced by U+FFFD.
[[nodiscard]] std::string render_json(const Run& run);

}  // namespace procsafe
