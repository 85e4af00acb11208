#include "catalog/rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "catalog/toml_reader.h"

namespace procsafe {
namespace {

constexpr std::string_view kFence = "+++";

struct Document {
  std::string_view front_matter;
  std::string_view body;
  std::uint32_t body_line = 1;
};

Document split_front_matter(std::string_view text, std::string_view source) {
  if (!text.starts_with("+++\n"))
    throw CatalogError(fmt::format("{}:1: a rule document begins with a line '+++' and TOML front matter", source));
  const std::size_t end = text.find("\n+++\n", kFence.size());
  if (end == std::string_view::npos)
    throw CatalogError(fmt::format("{}:1: the front matter is not closed by a line '+++'", source));
  Document document;
  document.front_matter = text.substr(4, end - 3);
  document.body = text.substr(end + 5);
  document.body_line = 1 + static_cast<std::uint32_t>(
                               std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end) + 5, '\n'));
  return document;
}

Condition parse_condition(TomlReader& reader, std::string_view key) {
  const AttributeInfo* info = find_attribute(key);
  if (info == nullptr) {
    std::vector<std::string> known;
    for (const AttributeInfo& each : attributes()) known.emplace_back(each.name);
    reader.fail(key, fmt::format("is no attribute of an operation; known are: {}", fmt::join(known, ", ")));
  }
  Condition condition{info->attribute, 0};
  for (const std::string& name : reader.strings(key)) {
    const auto value = find_value(*info, name);
    if (!value) reader.fail(key, fmt::format("has no value '{}'; known are: {}", name, fmt::join(info->values, ", ")));
    condition.values |= std::uint64_t{1} << *value;
  }
  if (condition.values == 0) reader.fail(key, "names no value");
  return condition;
}

Clause parse_clause(const toml::table& table, std::string_view source) {
  TomlReader reader(table, source);
  Clause clause;
  for (const auto& [key, value] : table) clause.push_back(parse_condition(reader, key.str()));
  return clause;
}

template <class E, std::size_t size>
E parse_word(TomlReader& reader, std::string_view key, const std::array<std::pair<std::string_view, E>, size>& words) {
  const std::string text = reader.required_string(key);
  for (const auto& [name, value] : words) {
    if (name == text) return value;
  }
  std::vector<std::string_view> known;
  for (const auto& [name, value] : words) known.push_back(name);
  reader.fail(key, fmt::format("must be one of: {}", fmt::join(known, ", ")));
}

constexpr std::array<std::pair<std::string_view, Severity>, 3> kSeverities{
    {{"note", Severity::note}, {"warning", Severity::warning}, {"error", Severity::error}}};
constexpr std::array<std::pair<std::string_view, Preset>, 2> kPresets{
    {{"recommended", Preset::recommended}, {"strict", Preset::strict}}};

void parse_front_matter(std::string_view text, std::string_view source, Rule& rule) {
  const toml::table table = parse_toml(text, source);
  TomlReader reader(table, source);
  rule.id = reader.required_string("id");
  rule.severity = parse_word(reader, "severity", kSeverities);
  rule.preset = parse_word(reader, "preset", kPresets);
  rule.summary = reader.required_string("summary");
  rule.message = reader.required_string("message");
  rule.advice = reader.string("advice");
  rule.languages = reader.strings("languages");
  rule.tags = reader.strings("tags");
  for (const std::int64_t number : reader.integers("cwe")) rule.cwe.push_back(static_cast<std::uint32_t>(number));
  rule.security_severity = reader.string("security-severity");
  for (const toml::table* clause : reader.tables("when")) rule.when.push_back(parse_clause(*clause, source));
  reader.finish();
}

/// `python file=pkg/a.py` behind the backticks.
void parse_info_string(std::string_view info, RuleCase& out) {
  const std::size_t space = info.find(' ');
  out.language = std::string(info.substr(0, space));
  const std::size_t file = info.find("file=");
  if (file == std::string_view::npos) return;
  const std::string_view name = info.substr(file + 5);
  out.file = std::string(name.substr(0, name.find(' ')));
}

}  // namespace

std::vector<RuleCase> parse_blocks(std::string_view markdown, std::uint32_t line) {
  std::vector<RuleCase> blocks;
  bool in_code = false;
  std::string heading;
  for (std::string_view rest = markdown; !rest.empty(); ++line) {
    const std::size_t end = rest.find('\n');
    const std::string_view text = rest.substr(0, end);
    if (in_code && text == "```") {
      in_code = false;
    } else if (in_code) {
      blocks.back().code += std::string(text) + "\n";
    } else if (text.starts_with("```")) {
      in_code = true;
      RuleCase& block = blocks.emplace_back();
      parse_info_string(text.substr(3), block);
      block.heading = heading;
      block.line = line + 1;
    } else if (text.starts_with("### ")) {
      heading = std::string(text.substr(4));
    }
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return blocks;
}

bool Rule::matches(const AttributeSet& attributes) const {
  return std::any_of(when.begin(), when.end(), [&](const Clause& clause) {
    return std::all_of(clause.begin(), clause.end(), [&](const Condition& condition) {
      return ((condition.values >> attributes.get_raw(condition.attribute)) & 1U) != 0;
    });
  });
}

std::string_view Rule::section(std::string_view heading) const {
  const std::string_view body = document;
  const std::string title = "\n## " + std::string(heading) + "\n";
  const std::size_t begin = body.find(title);
  if (begin == std::string_view::npos) return {};
  const std::size_t start = begin + title.size();
  const std::size_t end = body.find("\n## ", start - 1);
  return body.substr(start, end == std::string_view::npos ? std::string_view::npos : end - start);
}

Rule parse_rule(std::string_view text, std::string_view source) {
  const Document document = split_front_matter(text, source);
  Rule rule;
  parse_front_matter(document.front_matter, source, rule);
  rule.document = std::string(document.body);
  const std::string_view cases = rule.section("Cases");
  const auto before = cases.empty() ? 0 : std::count(std::as_const(rule.document).data(), cases.data(), '\n');
  rule.cases = parse_blocks(cases, document.body_line + static_cast<std::uint32_t>(before));
  return rule;
}

}  // namespace procsafe
