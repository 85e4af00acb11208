// Faults in the project's own data.
#pragma once

#include <stdexcept>

namespace procsafe {

/// A rule document or catalogue that cannot be used. The message names file, line, what is wrong and
/// what is expected.
class CatalogError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace procsafe
