// Patterns of .gitignore (gitignore(5)), without their meaning for directories.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace procsafe {

/// One pattern, split at its slashes: `*`, `?` and `[…]` match inside a component, a component `**`
/// matches any number of them. A backslash takes the next byte as it is. Matching takes at most the
/// product of both lengths.
class Glob {
 public:
  explicit Glob(std::string_view pattern);

  /// Does the whole of `path` ("a/b/c", no leading slash) match?
  [[nodiscard]] bool matches(std::string_view path) const;

 private:
  struct Component {
    enum class Kind : std::uint8_t { literal, suffix, general, any_depth };
    Kind kind = Kind::general;
    std::string text;  ///< of a suffix (`*.o`) what stands behind the star
    [[nodiscard]] bool matches(std::string_view name) const;
  };
  static Component component(std::string_view text);
  std::vector<Component> components_;
};

}  // namespace procsafe
