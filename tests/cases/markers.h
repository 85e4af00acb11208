// The markers of rule documents: `# error: rule`, `# error-next: rule`, `# ok`, and the known limits
// `# todo-error: rule` (should be found, is not) and `# todo-ok: rule` (is found, should not be).
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace procsafe::test {

struct Markers {
  std::set<std::uint32_t> errors;       ///< lines (1-based in the block) where the rule must speak
  std::set<std::uint32_t> todo_errors;  ///< lines where it should, and is known not to
  std::set<std::uint32_t> todo_oks;     ///< lines where it should not, and is known to
  bool has_ok = false;
};

/// Reads the markers for `rule` in a block of code.
Markers read_markers(std::string_view code, std::string_view rule);

}  // namespace procsafe::test
