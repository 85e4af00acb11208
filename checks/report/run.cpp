#include "report/run.h"

#include <algorithm>

namespace procsafe {

bool complete(const Run& run) {
  return std::none_of(run.notices.begin(), run.notices.end(),
                      [](const RunNotice& notice) { return notice.level == Notice::Level::error; });
}

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::note: return "note";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  return "error";
}

std::string_view confidence_name(Confidence confidence) {
  switch (confidence) {
    case Confidence::low: return "low";
    case Confidence::medium: return "medium";
    case Confidence::high: return "high";
  }
  return "high";
}

std::string_view tier_name(Tier tier) { return tier == Tier::clang ? "clang" : "syntax"; }

std::string_view level_name(Notice::Level level) { return level == Notice::Level::error ? "error" : "note"; }

}  // namespace procsafe
