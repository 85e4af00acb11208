// The interpreter a script names in its first lines.
#pragma once

#include <cstdint>
#include <string_view>

#include "source/classify.h"

namespace procsafe {

struct Shebang {
  enum class Kind : std::uint8_t {
    absent,
    known,    ///< an interpreter of ours
    foreign,  ///< another interpreter, also behind a first line for /bin/sh (`exec tclsh "$0"`)
  };
  Kind kind = Kind::absent;
  Classification classification;
};

/// Reads `#!`, through env (with options and assignments), busybox, nix-shell's second line, uv and pipx;
/// a shebang in the second line below a comment or an empty line; and `# shellcheck shell=…`.
[[nodiscard]] Shebang read_shebang(std::string_view first_bytes);

}  // namespace procsafe
