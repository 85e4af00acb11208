// The part of YAML that says which commands to run: mappings whose values are scalars, or lists of them.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lower/host/text_lines.h"

namespace procsafe {

/// A key and what stands under it.
struct YamlEntry {
  std::string key;
  std::size_t indent = 0;    ///< column of the key
  std::size_t line = 0;      ///< index of its line
  std::vector<Text> values;  ///< a scalar is one value
  bool list = false;
};

/// Every entry whose key is one of `keys`, at any depth, in order.
[[nodiscard]] std::vector<YamlEntry> yaml_entries(const std::vector<HostLine>& lines,
                                                  const std::set<std::string, std::less<>>& keys);

/// The value of a sibling of the entry: `shell:` beside `run:`. Empty when there is none.
[[nodiscard]] std::string yaml_sibling(const std::vector<HostLine>& lines, const YamlEntry& entry,
                                       std::string_view key);

}  // namespace procsafe
