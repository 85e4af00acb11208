#include "report/sarif.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/fingerprint.h"
#include "report/reported.h"
#include "report/sarif_driver.h"
#include "report/uri.h"

namespace procsafe {
namespace {

using Json = nlohmann::ordered_json;

/// Lines of context before and after a finding.
constexpr std::uint32_t kContextLines = 2;
/// Longest snippet written. Generated code may stand on one line of megabytes, and code scanning refuses
/// logs of more than 10 MB.
constexpr std::size_t kMostSnippetBytes = 4096;

/// SARIF wants sentences (SARIF2001); notices are written as phrases.
std::string sentence(std::string text) {
  if (text.empty() || text.back() != '.') text += '.';
  return text;
}

Json message(std::string text) { return {{"text", sentence(std::move(text))}}; }

void add_snippet(Json& region, std::string_view text) {
  if (text.size() <= kMostSnippetBytes) region["snippet"] = {{"text", std::string(text)}};
}

Json region_json(const SourceFile& file, SourceRange range) {
  const Position begin = file.utf16_position(range.begin);
  const Position end = file.utf16_position(range.end);
  Json region{
      {"startLine", begin.line}, {"startColumn", begin.column}, {"endLine", end.line}, {"endColumn", end.column}};
  add_snippet(region, file.text_of(range));
  return region;
}

/// Whole lines around the finding; null when they would hold no more than the finding (a context region
/// must be the larger one).
Json context_json(const SourceFile& file, SourceRange range) {
  const std::uint32_t first_line = file.position(range.begin).line;
  const std::uint32_t last_line = file.position(range.end).line;
  const std::uint32_t first = first_line > kContextLines ? first_line - kContextLines : 1;
  const std::uint32_t last = std::min(last_line + kContextLines, file.line_count());
  const Offset begin = file.line_starts[first - 1];
  const Offset end = last < file.line_count() ? file.line_starts[last] : static_cast<Offset>(file.text.size());
  if (end - begin > kMostSnippetBytes || (begin == range.begin && end == range.end)) return nullptr;
  Json region{{"startLine", first}, {"endLine", last}};
  add_snippet(region, file.text_of({begin, end}));
  return region;
}

class SarifLog {
 public:
  explicit SarifLog(const Run& run) : run_(run), files_(run) {}

  [[nodiscard]] Json log() const {
    Json results = Json::array();
    for (const ReportedFinding& reported : reported_findings(run_)) results.push_back(result(reported));
    Json sarif_run{{"tool", {{"driver", sarif_driver(*run_.catalog, run_.version)}}},
                   {"automationDetails", {{"id", "procsafe/check/"}}},
                   {"invocations", Json::array({invocation()})},
                   {"columnKind", "utf16CodeUnits"},
                   {"results", std::move(results)}};
    return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
            {"version", "2.1.0"},
            {"runs", Json::array({std::move(sarif_run)})}};
  }

 private:
  [[nodiscard]] Json artifact(std::string_view path) const {
    return {{"artifactLocation", {{"uri", artifact_uri(path, run_.directory)}}}};
  }

  [[nodiscard]] Json result(const ReportedFinding& reported) const {
    const Finding& finding = *reported.finding;
    Json object{{"ruleId", finding.rule->id},
                {"ruleIndex", finding.rule - run_.catalog->rules().data()},
                {"level", severity_name(finding.rule->severity)},
                {"message", message(finding.message)},
                {"locations", Json::array({location(reported)})}};
    if (!finding.related.empty()) object["relatedLocations"] = related_locations(finding);
    object["partialFingerprints"] = {{fingerprint_key, reported.fingerprint}};
    if (run_.show_suppressed) object["suppressions"] = suppressions(finding);
    object["properties"] = {{"confidence", confidence_name(finding.confidence)}, {"tier", tier_name(finding.tier)}};
    return object;
  }

  [[nodiscard]] Json location(const ReportedFinding& reported) const {
    const Finding& finding = *reported.finding;
    Json physical = artifact(finding.path);
    physical["region"] = region_json(*reported.file, finding.range);
    if (Json context = context_json(*reported.file, finding.range); !context.is_null())
      physical["contextRegion"] = std::move(context);
    Json object{{"physicalLocation", std::move(physical)}};
    if (!finding.symbol.empty()) object["logicalLocations"] = Json::array({{{"fullyQualifiedName", finding.symbol}}});
    return object;
  }

  [[nodiscard]] Json related_locations(const Finding& finding) const {
    Json list = Json::array();
    for (const Related& related : finding.related) {
      Json physical = artifact(related.location.path);
      if (const SourceFile* file = files_.find(related.location.path))
        physical["region"] = region_json(*file, related.location.range);
      list.push_back(
          {{"id", list.size() + 1}, {"physicalLocation", std::move(physical)}, {"message", message(related.message)}});
    }
    return list;
  }

  /// When one result of a run says whether it is suppressed, all do (SARIF 3.27.23).
  [[nodiscard]] static Json suppressions(const Finding& finding) {
    Json list = Json::array();
    if (finding.suppressed) {
      list.push_back({{"kind", "inSource"}, {"status", "accepted"}, {"justification", finding.suppression_reason}});
    }
    return list;
  }

  [[nodiscard]] Json invocation() const {
    Json notifications = Json::array();
    for (const RunNotice& notice : run_.notices) notifications.push_back(notification(notice));
    return {{"executionSuccessful", complete(run_)}, {"toolExecutionNotifications", std::move(notifications)}};
  }

  [[nodiscard]] Json notification(const RunNotice& notice) const {
    Json object{{"level", level_name(notice.level)}, {"message", message(notice.message)}};
    if (notice.path.empty()) return object;
    Json physical = artifact(notice.path);
    if (notice.position.line != 0) physical["region"] = {{"startLine", notice.position.line}};
    object["locations"] = Json::array({{{"physicalLocation", std::move(physical)}}});
    return object;
  }

  const Run& run_;
  FileIndex files_;
};

}  // namespace

std::string render_sarif(const Run& run) {
  return SarifLog(run).log().dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace procsafe
