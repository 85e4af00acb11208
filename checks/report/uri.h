// Paths as URIs (RFC 3986).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace procsafe {

/// Every byte but letters, digits and `-._~/` as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view path);

/// A file at or below `directory` (absolute) as a relative URI without "./"; any other as a file:// URI.
[[nodiscard]] std::string artifact_uri(std::string_view path, const std::filesystem::path& directory);

}  // namespace procsafe
