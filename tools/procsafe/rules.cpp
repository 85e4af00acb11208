#include "rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "catalog/nearest.h"
#include "options.h"
#include "output.h"
#include "report/run.h"

namespace procsafe {
namespace {

std::string_view preset_name(Preset preset) { return preset == Preset::strict ? "strict" : "recommended"; }

std::string rules_json(const Catalog& catalog) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const Rule& rule : catalog.rules()) {
    list.push_back({{"id", rule.id},
                    {"severity", severity_name(rule.severity)},
                    {"preset", preset_name(rule.preset)},
                    {"summary", rule.summary},
                    {"advice", rule.advice},
                    {"languages", rule.languages},
                    {"tags", rule.tags},
                    {"cwe", rule.cwe}});
  }
  return list.dump(1) + "\n";
}

std::string rules_table(const Catalog& catalog) {
  std::size_t width = 0;
  for (const Rule& rule : catalog.rules()) width = std::max(width, rule.id.size());
  std::string out = fmt::format("{:<{}}  {:<8}  {:<11}  {}\n", "RULE", width, "SEVERITY", "PRESET", "WHAT IT FINDS");
  for (const Rule& rule : catalog.rules()) {
    out += fmt::format("{:<{}}  {:<8}  {:<11}  {}\n", rule.id, width, severity_name(rule.severity),
                       preset_name(rule.preset), rule.summary);
  }
  return out;
}

int print(const std::string& text) {
  const std::string error = write_standard_output(text);
  if (error.empty()) return exit_clean;
  fmt::print(stderr, "procsafe: error: {}\n", error);
  return exit_failed;
}

}  // namespace

std::string unknown_rule(const std::string& id, const Catalog& catalog) {
  std::vector<std::string> known;
  for (const Rule& rule : catalog.rules()) known.push_back(rule.id);
  const std::string near = nearest(id, known);
  return fmt::format("there is no rule '{}'{}; 'procsafe rules' lists them", id,
                     near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
}

int run_rules(bool json) {
  const Catalog catalog = Catalog::load();
  return print(json ? rules_json(catalog) : rules_table(catalog));
}

int run_explain(const std::string& id) {
  const Catalog catalog = Catalog::load();
  const Rule* rule = catalog.find_rule(id);
  if (rule == nullptr) {
    fmt::print(stderr, "procsafe: error: {}\n", unknown_rule(id, catalog));
    return exit_failed;
  }
  return print(rule->document);
}

}  // namespace procsafe
