#include "record.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

namespace procsafe::faults {
namespace {

struct Row {
  std::uint64_t trials = 0;
  std::uint64_t invalid = 0;
  std::uint64_t leaking = 0;
  std::vector<double> times;
};

double percentile(std::vector<double>& values, double part) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(std::ceil(part * static_cast<double>(values.size()))) - 1];
}

/// Upper end of the 95 % confidence interval for the share of leaking trials: exactly 3/n for none (the rule of
/// three; Hanley and Lippman-Hand, JAMA 1983), else the normal approximation.
double upper_bound(std::uint64_t leaking, std::uint64_t trials) {
  if (trials == 0) return 1;
  const double n = static_cast<double>(trials);
  const double share = static_cast<double>(leaking) / n;
  if (leaking == 0) return std::min(1.0, 3 / n);
  return std::min(1.0, share + 1.96 * std::max(0.5 / n, std::sqrt(share * (1 - share) / n)));
}

using Key = std::function<std::string(const Record&)>;

std::map<std::string, Row> group(const std::vector<Record>& records, const Key& key) {
  std::map<std::string, Row> rows;
  for (const Record& record : records) {
    Row& row = rows[key(record)];
    if (!record.valid) {
      ++row.invalid;
      continue;
    }
    ++row.trials;
    row.leaking += record.leaks > 0 ? 1 : 0;
    row.times.push_back(record.empty_ms);
  }
  return rows;
}

std::string format_row(const char* format, const std::string& name, Row& row) {
  char line[400];
  std::snprintf(line, sizeof line, format, name.c_str(), static_cast<unsigned long long>(row.trials),
                static_cast<unsigned long long>(row.leaking), 100 * upper_bound(row.leaking, row.trials),
                percentile(row.times, 0.5), percentile(row.times, 0.99), percentile(row.times, 1));
  return line;
}

std::string table(const std::vector<Record>& records, const std::string& title, const Key& key) {
  std::string text = "| " + title +
                     " | trials | with a leak | 95 % bound | empty after p50 | p99 | max |\n"
                     "|---|---:|---:|---:|---:|---:|---:|\n";
  for (auto& [name, row] : group(records, key))
    text += format_row("| %s | %llu | %llu | %.2f %% | %.0f ms | %.0f ms | %.0f ms |\n", name, row);
  return text + "\n";
}

}  // namespace

std::string to_json(const Record& record) {
  return nlohmann::json{{"trial", record.trial},  {"tier", record.tier},         {"fault", record.fault},
                        {"shape", record.shape},  {"user", record.user},         {"valid", record.valid},
                        {"leaks", record.leaks},  {"empty_ms", record.empty_ms}, {"note", record.note},
                        {"kernel", record.kernel}}
      .dump();
}

std::vector<Record> read_records(const std::string& path) {
  std::vector<Record> records;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto json = nlohmann::json::parse(line);
    records.push_back({json.at("trial"), json.at("tier"), json.at("fault"), json.at("shape"), json.at("user"),
                       json.at("valid"), json.at("leaks"), json.at("empty_ms"), json.at("note"), json.at("kernel")});
  }
  return records;
}

std::string summarise(const std::vector<Record>& records) {
  std::string text;
  for (auto& [name, row] : group(records, [](const Record& record) { return record.tier + ": " + record.fault; }))
    text += format_row("%-58s %6llu trials %4llu leaking (< %5.2f %%)  empty p50 %5.0f p99 %5.0f max %5.0f ms\n", name,
                       row);
  for (auto& [name, row] : group(records, [](const Record& record) { return record.tier; })) {
    text += format_row("%-58s %6llu trials %4llu leaking (< %5.2f %%)  empty p50 %5.0f p99 %5.0f max %5.0f ms\n", name,
                       row);
    if (row.invalid > 0) text += "  " + std::to_string(row.invalid) + " more did not come to their point\n";
  }
  return text;
}

std::string report(const std::vector<Record>& records) {
  std::string kernels;
  for (auto& [kernel, row] : group(records, [](const Record& record) { return record.kernel; }))
    kernels += (kernels.empty() ? "" : ", ") + kernel;
  std::string text = "Kernel " + kernels + ".";
  for (auto& [tier, row] : group(records, [](const Record& record) { return record.tier; }))
    if (row.invalid > 0) text += " Left out of " + tier + ": " + std::to_string(row.invalid) + ".";
  text += "\n\n";
  text += table(records, "tier", [](const Record& record) { return record.tier; });
  text += table(records, "tier and fault", [](const Record& record) { return record.tier + ": " + record.fault; });
  text += table(records, "tier and tree", [](const Record& record) { return record.tier + ": " + record.shape; });
  text += table(records, "tier and user", [](const Record& record) { return record.tier + ": " + record.user; });
  return text;
}

}  // namespace procsafe::faults
