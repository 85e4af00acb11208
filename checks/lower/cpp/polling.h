// Loops that wait for a process by looking (T2).
#pragma once

#include "facts/file_facts.h"
#include "lower/cpp/analysis.h"

namespace procsafe::cpp {

/// Appends one wait of form `loop` for every loop whose only way on is that a process ended, and which nothing
/// bounds.
void find_polling_loops(const Analysis& analysis, FileFacts& facts);

}  // namespace procsafe::cpp
