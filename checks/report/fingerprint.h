// The identity of a finding across edits of its file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "judge/file_result.h"

namespace procsafe {

/// Version of the recipe below; part of the key under which SARIF carries fingerprints.
inline constexpr std::string_view fingerprint_key = "procsafe/v1";

/// Fowler/Noll/Vo 1a, 64 bits (draft-eastlake-fnv): the same value on every machine.
[[nodiscard]] std::uint64_t fnv1a64(std::string_view bytes);

/// One fingerprint for each finding of a file, in their order: 16 hexadecimal digits of the hash over rule,
/// enclosing symbol, the finding's text with runs of white space as one blank, and how many findings
/// with the same three stand before it; joined by NUL. Neither lines nor the path take part, so a finding
/// keeps its fingerprint when code around it or its file moves.
[[nodiscard]] std::vector<std::string> fingerprints(const FileResult& result);

}  // namespace procsafe
