// What killing the helpers of a containment showed.
#pragma once

#include <string>

namespace procsafe {

struct Proof {
  bool holds = false;
  std::string evidence{};  ///< what was seen, in words
};

}  // namespace procsafe
