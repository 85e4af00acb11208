// Which language a file is in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "source/source_file.h"

namespace procsafe {

struct Classification {
  Language language = Language::none;
  std::string dialect;  ///< of shells: sh, bash, dash, ksh, zsh
};

/// What a file's name alone says.
struct NameVerdict {
  enum class Kind : std::uint8_t {
    known,    ///< a language of ours
    unknown,  ///< only the first bytes can tell
    foreign,  ///< another language, or data
  };
  Kind kind = Kind::unknown;
  Classification classification;
};
[[nodiscard]] NameVerdict classify_name(std::string_view path);

/// Language and dialect by name, and by the shebang in `first_bytes` where the name leaves that open or
/// the shebang says more. A few hundred bytes suffice.
[[nodiscard]] Classification classify(std::string_view path, std::string_view first_bytes);

/// How many bytes `classify` looks at.
inline constexpr std::size_t classify_bytes = 1024;

}  // namespace procsafe
