#include "report/fingerprint.h"

#include <fmt/format.h>

#include <unordered_map>

namespace procsafe {
namespace {

std::string normalised(std::string_view text) {
  std::string out;
  bool gap = false;
  for (const char byte : text) {
    if (byte == ' ' || (byte >= '\t' && byte <= '\r')) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    out += byte;
  }
  return out;
}

}  // namespace

std::uint64_t fnv1a64(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3U;
  }
  return hash;
}

std::vector<std::string> fingerprints(const FileResult& result) {
  std::unordered_map<std::string, std::size_t> seen;
  std::vector<std::string> out;
  out.reserve(result.findings.size());
  for (const Finding& finding : result.findings) {
    std::string key = finding.rule->id;
    key += '\0';
    key += finding.symbol;
    key += '\0';
    key += normalised(result.file.text_of(finding.range));
    const std::size_t occurrence = seen[key]++;
    key += '\0';
    key += std::to_string(occurrence);
    out.push_back(fmt::format("{:016x}", fnv1a64(key)));
  }
  return out;
}

}  // namespace procsafe
