#include "source/reachable_names.h"

#include <algorithm>
#include <unordered_set>

namespace procsafe {
namespace {

/// What others call the file: its name, or that of its folder when it is the folder's `__init__`.
std::string_view own_name(std::string_view path) {
  std::size_t slash = path.rfind('/');
  if (slash != std::string_view::npos && path.substr(slash).starts_with("/__init__")) {
    path = path.substr(0, slash);
    slash = path.rfind('/');
  }
  return path.substr(slash + 1);
}

}  // namespace

bool ReachableNames::add(std::string_view name, const std::vector<std::string_view>& qualifiers) {
  words_.add(name);
  const auto [found, added] = names_.try_emplace(std::string(name));
  std::vector<std::string>& known = found->second;
  if (qualifiers.empty()) {
    const bool wider = added || !known.empty();
    known.clear();
    return wider;
  }
  if (!added && known.empty()) return false;
  bool grew = false;
  for (const std::string_view qualifier : qualifiers) {
    const auto at = std::lower_bound(known.begin(), known.end(), qualifier);
    if (at != known.end() && *at == qualifier) continue;
    known.insert(at, std::string(qualifier));
    words_.add(qualifier);
    grew = true;
  }
  return grew;
}

WordSet ReachableNames::meant_by(const SourceFile& file) const {
  std::unordered_set<std::string_view> spelled;
  const auto note = [&spelled](std::string_view word) { spelled.insert(word); };
  words_.each_in(file.text, note);
  words_.each_in(own_name(file.path), note);
  WordSet meant;
  for (const std::string_view word : spelled) {
    const auto found = names_.find(std::string(word));
    if (found == names_.end()) continue;
    const std::vector<std::string>& qualifiers = found->second;
    const auto is_spelled = [&](const std::string& qualifier) { return spelled.contains(qualifier); };
    if (qualifiers.empty() || std::any_of(qualifiers.begin(), qualifiers.end(), is_spelled)) meant.add(word);
  }
  return meant;
}

}  // namespace procsafe
