#include "report/sarif_driver.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/run.h"

namespace procsafe {
namespace {

using Json = nlohmann::ordered_json;

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \n") + 1 - begin);
}

/// The document without its cases, which are the rule's tests.
std::string help_markdown(const Rule& rule) {
  const std::string_view document = rule.document;
  return std::string(trimmed(document.substr(0, document.find("\n## Cases\n"))));
}

/// First paragraph of a section, or the summary where the document has none.
std::string full_description(const Rule& rule) {
  const std::string_view text = trimmed(rule.section("What it finds"));
  std::string paragraph(text.substr(0, text.find("\n\n")));
  std::replace(paragraph.begin(), paragraph.end(), '\n', ' ');
  return paragraph.empty() ? rule.summary : paragraph;
}

Json properties(const Rule& rule) {
  Json tags = rule.tags;
  for (const std::uint32_t number : rule.cwe) tags.push_back(fmt::format("external/cwe/cwe-{:03}", number));
  Json object{{"tags", tags}, {"precision", "high"}};
  object["problem.severity"] = rule.severity == Severity::note ? "recommendation" : severity_name(rule.severity);
  if (!rule.security_severity.empty()) object["security-severity"] = rule.security_severity;
  return object;
}

Json descriptor(const Rule& rule) {
  const std::string help = help_markdown(rule);
  return {{"id", rule.id},
          {"name", pascal_case(rule.id)},
          {"shortDescription", {{"text", rule.summary}}},
          {"fullDescription", {{"text", full_description(rule)}}},
          {"helpUri", rule_uri(rule)},
          {"help", {{"text", help}, {"markdown", help}}},
          {"defaultConfiguration",
           {{"enabled", rule.preset == Preset::recommended}, {"level", severity_name(rule.severity)}}},
          {"properties", properties(rule)}};
}

}  // namespace

std::string_view homepage() { return PROCSAFE_HOMEPAGE; }

std::string rule_uri(const Rule& rule) { return fmt::format("{}/blob/main/rules/{}.md", homepage(), rule.id); }

std::string pascal_case(std::string_view id) {
  std::string out;
  bool upper = true;
  for (const char letter : id) {
    if (letter == '-') {
      upper = true;
      continue;
    }
    out += upper && letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
    upper = false;
  }
  return out;
}

Json sarif_driver(const Catalog& catalog, const std::string& version) {
  Json rules = Json::array();
  for (const Rule& rule : catalog.rules()) rules.push_back(descriptor(rule));
  return {{"name", "procsafe"},
          {"version", version},
          {"semanticVersion", version},
          {"informationUri", homepage()},
          {"rules", rules}};
}

}  // namespace procsafe
