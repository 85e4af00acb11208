#include "report/json.h"

#include <nlohmann/json.hpp>

#include "report/reported.h"

namespace procsafe {
namespace {

using Json = nlohmann::ordered_json;

/// Adds `line`, `column`, `end_line` and `end_column`.
void add_range(Json& object, const SourceFile& file, SourceRange range) {
  const Position begin = file.code_point_position(range.begin);
  const Position end = file.code_point_position(range.end);
  object["line"] = begin.line;
  object["column"] = begin.column;
  object["end_line"] = end.line;
  object["end_column"] = end.column;
}

Json related_json(const Related& related, const FileIndex& files) {
  Json object{{"path", related.location.path}};
  if (const SourceFile* file = files.find(related.location.path)) add_range(object, *file, related.location.range);
  object["message"] = related.message;
  return object;
}

Json finding_json(const ReportedFinding& reported, const FileIndex& files) {
  const Finding& finding = *reported.finding;
  Json object{{"path", finding.path}};
  add_range(object, *reported.file, finding.range);
  object["rule"] = finding.rule->id;
  object["severity"] = severity_name(finding.rule->severity);
  object["message"] = finding.message;
  object["symbol"] = finding.symbol;
  object["confidence"] = confidence_name(finding.confidence);
  object["tier"] = tier_name(finding.tier);
  object["fingerprint"] = reported.fingerprint;
  object["related"] = Json::array();
  for (const Related& related : finding.related) object["related"].push_back(related_json(related, files));
  if (finding.suppressed) {
    object["suppressed"] = true;
    object["suppression_reason"] = finding.suppression_reason;
  }
  return object;
}

Json notice_json(const RunNotice& notice) {
  Json object{{"level", level_name(notice.level)}, {"message", notice.message}};
  if (!notice.path.empty()) object["path"] = notice.path;
  if (notice.position.line != 0) {
    object["line"] = notice.position.line;
    object["column"] = notice.position.column;
  }
  return object;
}

Json summary_json(const Run& run) {
  std::size_t found = 0;
  std::size_t suppressed = 0;
  for (const FileResult& result : run.files) {
    for (const Finding& finding : result.findings) ++(finding.suppressed ? suppressed : found);
  }
  return {{"findings", found},
          {"suppressed", suppressed},
          {"files_checked", run.files_checked},
          {"complete", complete(run)},
          {"tool_version", run.version}};
}

}  // namespace

std::string render_json(const Run& run) {
  const FileIndex files(run);
  Json findings = Json::array();
  for (const ReportedFinding& reported : reported_findings(run)) findings.push_back(finding_json(reported, files));
  Json notices = Json::array();
  for (const RunNotice& notice : run.notices) notices.push_back(notice_json(notice));
  const Json document{{"version", 1}, {"findings", findings}, {"notices", notices}, {"summary", summary_json(run)}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace procsafe
