// A line of source with the finding underlined.
#pragma once

#include <string>

#include "report/palette.h"
#include "source/source_file.h"

namespace procsafe {

/// Two or three lines, each ended by LF:
///
///        42 |     os.system("pkill -f uvicorn")
///           |                ^~~~~~~~~~~~~~~~
///
/// Tabs are expanded, control characters spelled out, long lines cut around the finding. Of a range over
/// several lines the first is shown, and "..." below it.
[[nodiscard]] std::string code_frame(const SourceFile& file, SourceRange range, Severity severity,
                                     const Palette& palette);

}  // namespace procsafe
