#include "report/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "report/code_frame.h"
#include "report/printable.h"
#include "report/reported.h"

namespace procsafe {
namespace {

std::string plural(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// Several rules may speak about one place: they share its code frame.
using Site = std::vector<const ReportedFinding*>;

std::vector<Site> sites_of(const std::vector<ReportedFinding>& findings) {
  std::vector<Site> sites;
  for (const ReportedFinding& finding : findings) {
    const bool same = !sites.empty() && sites.back().front()->file == finding.file &&
                      sites.back().front()->finding->range == finding.finding->range;
    if (!same) sites.emplace_back();
    sites.back().push_back(&finding);
  }
  for (Site& site : sites) {
    std::stable_sort(site.begin(), site.end(), [](const ReportedFinding* a, const ReportedFinding* b) {
      return a->finding->rule->severity > b->finding->rule->severity;
    });
  }
  return sites;
}

std::string place(const SourceFile& file, Offset offset) {
  const Position position = file.code_point_position(offset);
  return fmt::format("{}:{}:{}:", printable(file.path), position.line, position.column);
}

class TextReport {
 public:
  TextReport(const Run& run, bool colour) : files_(run), palette_(colour) {}

  void add(const Site& site) {
    for (const ReportedFinding* each : site) add_head(*each);
    const ReportedFinding& first = *site.front();
    out_ += code_frame(*first.file, first.finding->range, first.finding->rule->severity, palette_);
    add_advice(site);
    add_related(site);
    out_ += '\n';
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void add_head(const ReportedFinding& reported) {
    const Finding& finding = *reported.finding;
    const std::string severity = fmt::format("{}:", severity_name(finding.rule->severity));
    out_ +=
        fmt::format("{} {} {} [{}]", palette_.place(place(*reported.file, finding.range.begin)),
                    palette_.severity(finding.rule->severity, severity), printable(finding.message), finding.rule->id);
    if (finding.suppressed) out_ += fmt::format(" (suppressed: {})", printable(finding.suppression_reason));
    out_ += '\n';
  }
  void add_advice(const Site& site) {
    std::set<std::string_view> given;
    for (const ReportedFinding* each : site) {
      const std::string& advice = each->finding->rule->advice;
      if (advice.empty() || !given.insert(advice).second) continue;
      out_ += palette_.advice(fmt::format("   = {}", printable(advice))) + "\n";
    }
  }
  void add_related(const Site& site) {
    std::set<Related> all;
    for (const ReportedFinding* each : site) all.insert(each->finding->related.begin(), each->finding->related.end());
    for (const Related& related : all) {
      const SourceFile* file = files_.find(related.location.path);
      const std::string head =
          file != nullptr ? place(*file, related.location.range.begin) : printable(related.location.path) + ":";
      out_ += fmt::format("{} {} {}\n", palette_.place(head), palette_.severity(Severity::note, "note:"),
                          printable(related.message));
      if (file != nullptr) out_ += code_frame(*file, related.location.range, Severity::note, palette_);
    }
  }

  FileIndex files_;
  Palette palette_;
  std::string out_;
};

}  // namespace

std::string render_text(const Run& run, bool colour) {
  const std::vector<ReportedFinding> findings = reported_findings(run);
  TextReport report(run, colour);
  for (const Site& site : sites_of(findings)) report.add(site);
  return report.take() + summary_line(run) + "\n";
}

std::string render_notices(const Run& run, bool colour) {
  const Palette palette(colour);
  std::string out;
  for (const RunNotice& notice : run.notices) {
    const Severity severity = notice.level == Notice::Level::error ? Severity::error : Severity::note;
    out += fmt::format("procsafe: {} ", palette.severity(severity, fmt::format("{}:", level_name(notice.level))));
    if (!notice.path.empty()) {
      out += printable(notice.path);
      if (notice.position.line != 0) out += fmt::format(":{}:{}", notice.position.line, notice.position.column);
      out += ": ";
    }
    out += printable(notice.message) + "\n";
  }
  return out;
}

std::string summary_line(const Run& run) {
  std::size_t found = 0;
  std::size_t suppressed = 0;
  std::size_t files = 0;
  for (const FileResult& result : run.files) {
    const auto hidden = static_cast<std::size_t>(std::count_if(
        result.findings.begin(), result.findings.end(), [](const Finding& finding) { return finding.suppressed; }));
    suppressed += hidden;
    found += result.findings.size() - hidden;
    if (hidden < result.findings.size()) ++files;
  }
  const auto errors =
      static_cast<std::size_t>(std::count_if(run.notices.begin(), run.notices.end(), [](const RunNotice& notice) {
        return notice.level == Notice::Level::error;
      }));
  std::string out = found == 0 ? "no findings" : plural(found, "finding") + " in " + plural(files, "file");
  out += fmt::format(" ({} checked", plural(run.files_checked, "file"));
  if (suppressed != 0) out += fmt::format(", {} suppressed", suppressed);
  if (errors != 0) out += ", " + plural(errors, "error");
  return out + ")";
}

std::string render_statistics(const Run& run) {
  std::map<std::string_view, std::size_t> counts;
  for (const ReportedFinding& reported : reported_findings(run)) ++counts[reported.finding->rule->id];
  std::vector<std::pair<std::string_view, std::size_t>> rows(counts.begin(), counts.end());
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string out;
  for (const auto& [rule, count] : rows) out += fmt::format("{:>7}  {}\n", count, rule);
  return out;
}

}  // namespace procsafe
