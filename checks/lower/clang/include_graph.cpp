#include "lower/clang/include_graph.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>

namespace procsafe {
namespace fs = std::filesystem;
namespace {

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool ends_with_path(std::string_view path, std::string_view end) {
  return path.ends_with(end) && (path.size() == end.size() || path[path.size() - end.size() - 1] == '/');
}

}  // namespace

IncludeGraph::IncludeGraph(const std::vector<std::string>& paths, const std::vector<std::vector<std::string>>& includes)
    : included_by_(paths.size()) {
  std::multimap<std::string_view, std::size_t> by_name;
  for (std::size_t i = 0; i < paths.size(); ++i) by_name.emplace(file_name(paths[i]), i);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    for (const std::string& include : includes[i]) {
      const std::string normal = fs::path(include).lexically_normal().generic_string();
      const std::string beside = (fs::path(paths[i]).parent_path() / normal).lexically_normal().generic_string();
      // What climbs out of the including folder can only be told from the end of the path.
      const std::string_view end =
          std::string_view(normal).substr(normal.rfind("../") == std::string::npos ? 0 : normal.rfind("../") + 3);
      const auto [first, last] = by_name.equal_range(file_name(normal));
      const auto exact = std::find_if(first, last, [&](const auto& entry) { return paths[entry.second] == beside; });
      for (auto entry = first; entry != last; ++entry) {
        const bool matches = exact != last ? entry == exact : ends_with_path(paths[entry->second], end);
        if (matches && entry->second != i) included_by_[entry->second].push_back(i);
      }
    }
  }
}

std::vector<std::size_t> IncludeGraph::includers(std::size_t file) const {
  std::vector<bool> seen(included_by_.size(), false);
  seen[file] = true;
  std::vector<std::size_t> found;
  std::vector<std::size_t> layer{file};
  while (!layer.empty()) {
    std::vector<std::size_t> next;
    for (const std::size_t member : layer) {
      for (const std::size_t includer : included_by_[member]) {
        if (seen[includer]) continue;
        seen[includer] = true;
        next.push_back(includer);
      }
    }
    std::sort(next.begin(), next.end());
    found.insert(found.end(), next.begin(), next.end());
    layer = std::move(next);
  }
  return found;
}

}  // namespace procsafe
