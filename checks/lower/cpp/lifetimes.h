// Who holds a started process until it ended.
#pragma once

#include "lower/cpp/analysis.h"

namespace procsafe::cpp {

struct Ownership {
  Lifetime lifetime = Lifetime::not_applicable;
  bool reaped = true;  ///< something waits for it, here or (a handler, a loop over all children) in the file
};

/// Ownership of what a spawn that does not block starts: fork, posix_spawn, popen, CreateProcess (S3).
[[nodiscard]] Ownership ownership_of(const Call& spawn, const Analysis& analysis);

}  // namespace procsafe::cpp
