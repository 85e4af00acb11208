// Command text that callers hand to functions which run it (X1, X2).
#pragma once

#include "facts/file_facts.h"
#include "lower/cpp/analysis.h"

namespace procsafe::cpp {

/// Lowers the text of arguments whose parameter reaches a shell, here or in another file, to a fixed point: a caller
/// that hands its own parameter on is such a function too. The shell lowering says which parameters these are, by
/// flows of kind `carrier`. Publishes them for other files.
void lower_carried_text(const Analysis& analysis, FileFacts& facts);

}  // namespace procsafe::cpp
