#include "source/reachable_names.h"

#include <algorithm>

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

bool ReachableNames::add(std::string_view name, Mention mention, const std::vector<std::string_view>& qualifiers) {
  words_.add(name);
  const auto [found, added] = names_[static_cast<std::size_t>(mention)].try_emplace(std::string(name));
  Qualifiers& known = found->second;
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

WantedWords ReachableNames::meant_by(const SourceFile& file) const {
  std::unordered_map<std::string_view, bool> spelled;  // also where it may be bound?
  words_.each_in(file.text, [&](std::string_view word) {
    bool& bound = spelled[word];
    bound = bound || may_bind(file.text, word);
  });
  words_.each_in(own_name(file.path), [&](std::string_view word) { spelled[word] = true; });
  const auto is_spelled = [&](const std::string& qualifier) { return spelled.contains(qualifier); };
  WantedWords meant;
  for (const Mention mention : {Mention::any, Mention::binding}) {
    const auto& names = names_[static_cast<std::size_t>(mention)];
    for (const auto& [word, bound] : spelled) {
      if (mention == Mention::binding && !bound) continue;
      const auto found = names.find(std::string(word));
      if (found == names.end()) continue;
      const Qualifiers& qualifiers = found->second;
      if (qualifiers.empty() || std::any_of(qualifiers.begin(), qualifiers.end(), is_spelled)) meant.add(word, mention);
    }
  }
  return meant;
}

}  // namespace procsafe
