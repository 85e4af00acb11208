// Python programs of one or several files, and the core findings in the last of them.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lowered.h"

namespace procsafe {

/// `line rule` of the findings in the last file, as findings() joins it, without the rules about lifetime and outcome.
inline std::string python_findings(std::initializer_list<std::pair<std::string_view, std::string_view>> files) {
  std::vector<SourceFile> sources;
  for (const auto& [name, text] : files) sources.push_back(source_from_text(std::string(name), std::string(text)));
  std::string kept;
  std::string all = findings(std::move(sources)) + "; ";
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find("; ", at);
    const std::string row = all.substr(at, end - at);
    at = end + 2;
    for (const std::string_view rule : {"direct-spawn", "missing-timeout", "process-hunt", "foreign-signal", "raw-kill",
                                        "unverified-pid-file", "untracked-background"}) {
      if (row.ends_with(rule) && rule != "direct-spawn") kept += (kept.empty() ? "" : "; ") + row;
    }
  }
  return kept;
}

inline std::string python_findings(std::string_view text) { return python_findings({{"program.py", text}}); }

}  // namespace procsafe
