// What finding and reading files could not do.
#pragma once

#include <cstdint>
#include <string>

#include "facts/file_facts.h"

namespace procsafe {

/// A path that could not be read, or not wholly. The message says what is wrong and what to do.
struct ReadProblem {
  Notice::Level level = Notice::Level::error;
  std::string path;
  std::string message;
  std::uint32_t line = 0;  ///< 0: about the whole file
};

}  // namespace procsafe
