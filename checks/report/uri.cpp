#include "report/uri.h"

#include <algorithm>

namespace procsafe {
namespace fs = std::filesystem;

std::string percent_encoded(std::string_view path) {
  constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char byte : path) {
    if (kUnreserved.find(byte) != std::string_view::npos) {
      out += byte;
      continue;
    }
    const auto value = static_cast<unsigned char>(byte);
    out += '%';
    out += kDigits[value >> 4U];
    out += kDigits[value & 0xFU];
  }
  return out;
}

std::string artifact_uri(std::string_view path, const fs::path& directory) {
  const fs::path absolute = (directory / fs::path(path)).lexically_normal();
  const auto [rest, unused] = std::mismatch(directory.begin(), directory.end(), absolute.begin(), absolute.end());
  if (rest == directory.end()) return percent_encoded(absolute.lexically_relative(directory).generic_string());
  return "file://" + percent_encoded(absolute.generic_string());
}

}  // namespace procsafe
