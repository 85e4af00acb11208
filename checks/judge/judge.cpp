#include "judge/judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "judge/suppression.h"

namespace procsafe {
namespace {

constexpr std::string_view kInvalid = "invalid-suppression";
constexpr std::string_view kUnused = "unused-suppression";
constexpr std::string_view kExpired = "expired-suppression";

bool enabled(const Rule& rule, const JudgeOptions& options) {
  if (!options.only.empty()) return std::find(options.only.begin(), options.only.end(), rule.id) != options.only.end();
  return rule.preset == Preset::recommended || options.preset == Preset::strict;
}

/// Replaces `{what}` and `{attribute}` in a rule's message.
std::string expand(std::string_view message, const OperationFact& fact) {
  std::string text;
  while (!message.empty()) {
    const std::size_t open = message.find('{');
    text += message.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = message.find('}', open);
    if (close == std::string_view::npos) {
      text += message.substr(open);
      break;
    }
    const std::string_view name = message.substr(open + 1, close - open - 1);
    if (name == "what") {
      text += fact.what;
    } else if (const AttributeInfo* info = find_attribute(name)) {
      text += info->values[fact.attributes.get_raw(info->attribute)];
    } else {
      text += message.substr(open, close - open + 1);
    }
    message.remove_prefix(close + 1);
  }
  return text;
}

Finding make_finding(const Rule& rule, const FileFacts& facts, const OperationFact& fact) {
  Finding finding;
  finding.rule = &rule;
  finding.path = facts.path;
  finding.range = fact.range;
  finding.message = expand(rule.message, fact);
  finding.symbol = fact.symbol;
  finding.tier = fact.tier;
  finding.confidence = fact.assumed ? Confidence::medium : Confidence::high;
  finding.related = fact.related;
  std::sort(finding.related.begin(), finding.related.end());
  finding.related.erase(std::unique(finding.related.begin(), finding.related.end()), finding.related.end());
  return finding;
}

void apply_suppressions(std::vector<Suppression>& suppressions, const SourceFile& file, const JudgeOptions& options,
                        std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    const std::uint32_t first = file.position(finding.range.begin).line;
    const std::uint32_t last = finding.range.empty() ? first : file.position(finding.range.end - 1).line;
    for (Suppression& suppression : suppressions) {
      if (!suppression.problem.empty() || (suppression.until && *suppression.until < options.today)) continue;
      if (!suppression.whole_file && (suppression.line < first || suppression.line > last)) continue;
      if (std::find(suppression.rules.begin(), suppression.rules.end(), finding.rule->id) == suppression.rules.end())
        continue;
      suppression.used = true;
      finding.suppressed = true;
      finding.suppression_reason = suppression.reason;
    }
  }
}

/// A rule that did not run makes no suppression unused.
bool all_ran(const Suppression& suppression, const Catalog& catalog, const JudgeOptions& options) {
  return std::all_of(suppression.rules.begin(), suppression.rules.end(), [&](const std::string& id) {
    const Rule* rule = catalog.find_rule(id);
    return rule != nullptr && enabled(*rule, options);
  });
}

void report_suppressions(const std::vector<Suppression>& suppressions, const FileFacts& facts, const Catalog& catalog,
                         const JudgeOptions& options, std::vector<Finding>& findings) {
  const auto report = [&](std::string_view id, const Suppression& suppression, std::string message) {
    const Rule* rule = catalog.find_rule(id);
    if (rule == nullptr) return;
    Finding finding;
    finding.rule = rule;
    finding.path = facts.path;
    finding.range = suppression.range;
    finding.message = std::move(message);
    findings.push_back(std::move(finding));
  };
  for (const Suppression& suppression : suppressions) {
    const std::string rules = fmt::format("{}", fmt::join(suppression.rules, ", "));
    if (!suppression.problem.empty()) {
      report(kInvalid, suppression, fmt::format("this comment suppresses nothing: {}", suppression.problem));
    } else if (suppression.until && *suppression.until < options.today) {
      report(kExpired, suppression,
             fmt::format("the suppression of {} ended on {:04}-{:02}-{:02}", rules, int(suppression.until->year()),
                         unsigned(suppression.until->month()), unsigned(suppression.until->day())));
    } else if (!suppression.used && all_ran(suppression, catalog, options)) {
      report(kUnused, suppression, fmt::format("nothing here is reported by {}; remove the comment", rules));
    }
  }
}

}  // namespace

std::vector<Finding> judge(const FileFacts& facts, const SourceFile& file, const Catalog& catalog,
                           const JudgeOptions& options) {
  std::vector<Finding> findings;
  for (const OperationFact& fact : facts.operations) {
    AttributeSet attributes = fact.attributes;
    if (options.sanctioned) attributes.set(Attribute::sanctioned, true);
    for (const Rule& rule : catalog.rules()) {
      if (enabled(rule, options) && rule.matches(attributes)) findings.push_back(make_finding(rule, facts, fact));
    }
  }
  std::vector<Suppression> suppressions = parse_suppressions(facts, file, catalog);
  apply_suppressions(suppressions, file, options, findings);
  report_suppressions(suppressions, facts, catalog, options, findings);
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.range.begin, a.range.end, a.rule->id) < std::tie(b.range.begin, b.range.end, b.rule->id);
  });
  // One rule speaks once about one place, however many facts say so.
  findings.erase(std::unique(findings.begin(), findings.end(),
                             [](const Finding& a, const Finding& b) { return a.rule == b.rule && a.range == b.range; }),
                 findings.end());
  return findings;
}

}  // namespace procsafe
