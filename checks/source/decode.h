// Bytes of a file as source text.
#pragma once

#include <string>
#include <vector>

#include "source/problem.h"
#include "source/source_file.h"

namespace procsafe {

/// Gives `file` (whose path and language are set) its text: without byte order mark, without the binary part of
/// a self-extracting script. False: the bytes are no text that can be analysed, and `problems` says why.
[[nodiscard]] bool decode(std::string bytes, SourceFile& file, std::vector<ReadProblem>& problems);

}  // namespace procsafe
