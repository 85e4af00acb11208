#include <procsafe/process_manager.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "config_check.h"
#include "json.h"

namespace procsafe {
namespace {

/// Guard and cells keep fixed tables (guard/cells.h).
constexpr std::size_t max_processes_limit = 4000;

constexpr std::array<std::pair<std::string_view, Containment>, 5> containments{{{"auto", Containment::automatic},
                                                                                {"guard", Containment::guard},
                                                                                {"cgroup", Containment::cgroup},
                                                                                {"strict", Containment::strict},
                                                                                {"trace", Containment::trace}}};

constexpr std::array<std::pair<std::string_view, CgroupVersion>, 3> cgroup_versions{
    {{"auto", CgroupVersion::any}, {"v1", CgroupVersion::v1}, {"v2", CgroupVersion::v2}}};

/// Reads PM_ variables, from "NAME=value" settings before the environment, and collects what is wrong with them.
class EnvironmentReader {
 public:
  explicit EnvironmentReader(const std::vector<std::string>& settings) : settings_(settings) {}

  /// With the environment's only where the program was not started with more rights than its caller has.
  const char* look_up(const char* name, bool only_secure = false) const {
    const std::string start = std::string(name) + "=";
    for (auto setting = settings_.rbegin(); setting != settings_.rend(); ++setting)
      if (setting->starts_with(start)) return setting->c_str() + start.size();
    return only_secure ? secure_getenv(name) : std::getenv(name);
  }

  void read(const char* name, milliseconds& time) {
    const char* text = look_up(name);
    if (text == nullptr) return;
    if (std::string_view(text) == "none") {
      time = no_timeout;
      return;
    }
    double seconds = 0;
    if (!parse(text, seconds) || !std::isfinite(seconds) || seconds < 0 || seconds > 315'619'200)
      return fault(name, text, "a number of seconds, 0 to 315619200, or 'none'");
    time = milliseconds(static_cast<std::int64_t>(std::llround(seconds * 1000)));
  }

  void read(const char* name, std::size_t& number) {
    const char* text = look_up(name);
    if (text != nullptr && !parse(text, number)) fault(name, text, "a whole number");
  }

  void read(const char* name, bool& flag) {
    const char* text = look_up(name);
    if (text == nullptr) return;
    const std::string_view value(text);
    if (value != "0" && value != "1") return fault(name, text, "0 or 1");
    flag = value == "1";
  }

  template <typename Value, std::size_t count>
  void read(const char* name, const std::array<std::pair<std::string_view, Value>, count>& words, Value& chosen) {
    const char* text = look_up(name);
    if (text == nullptr) return;
    std::string allowed;
    for (const auto& [word, value] : words) {
      if (word == text) {
        chosen = value;
        return;
      }
      allowed.append(allowed.empty() ? "" : ", ").append(word);
    }
    fault(name, text, ("one of " + allowed).c_str());
  }

  void read(const char* name, std::string& value) {
    if (const char* text = look_up(name)) value = text;
  }

  void read(const char* name, std::vector<std::string>& list) {
    const char* text = look_up(name);
    for (std::string_view rest = text == nullptr ? "" : text; !rest.empty();) {
      const std::size_t comma = rest.find(',');
      if (comma != 0) list.emplace_back(rest.substr(0, comma));
      rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
    }
  }

  std::vector<std::string> faults;

 private:
  template <typename Number>
  static bool parse(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
  }

  void fault(const char* name, const char* text, const char* wanted) {
    faults.push_back(std::string(name) + "='" + text + "' must be " + wanted);
  }

  const std::vector<std::string>& settings_;
};

std::string json_time(milliseconds time) { return time == no_timeout ? "null" : std::to_string(time.count()); }

}  // namespace

std::vector<std::string> config_faults(const Config& config) {
  std::vector<std::string> faults;
  const auto check = [&](bool good, const char* what) {
    if (!good) faults.emplace_back(what);
  };
  const auto is_time = [](milliseconds time, bool may_be_none) {
    return time >= milliseconds::zero() && (time <= max_time || (may_be_none && time == no_timeout));
  };
  check(config.max_processes >= 1 && config.max_processes <= max_processes_limit,
        "max_processes (PM_MAX_PROCESSES) must be 1 to 4000");
  check(is_time(config.default_timeout, true) && config.default_timeout > milliseconds::zero(),
        "default_timeout (PM_DEFAULT_TIMEOUT) must be greater than 0");
  check(is_time(config.graceful_timeout, false), "graceful_timeout (PM_GRACEFUL_TIMEOUT) must be 0 or more");
  check(is_time(config.stop.grace, false), "stop.grace (PM_TERM_WAIT) must be 0 or more");
  check(is_time(config.stop.kill_wait, false), "stop.kill_wait (PM_KILL_WAIT) must be 0 or more");
  check(config.stop.soft_signal >= 1 && config.stop.soft_signal <= 64, "stop.soft_signal must be 1 to 64");
  check(is_time(config.cleanup_interval, false), "cleanup_interval (PM_CLEANUP_INTERVAL) must be 0 or more");
  return faults;
}

std::string config_json(const Config& config) {
  std::string_view containment;
  for (const auto& [word, value] : containments)
    if (value == config.containment) containment = word;
  return JsonObject()
      .add("max_processes", config.max_processes)
      .raw("default_timeout_ms", json_time(config.default_timeout))
      .raw("graceful_timeout_ms", json_time(config.graceful_timeout))
      .raw("term_wait_ms", json_time(config.stop.grace))
      .raw("kill_wait_ms", json_time(config.stop.kill_wait))
      .raw("cleanup_interval_ms", json_time(config.cleanup_interval))
      .add("containment", containment)
      .add("handlers", config.handlers)
      .add("guard", config.guard.string())
      .add("alert_active", config.alert_active)
      .text();
}

Config config_from(const std::vector<std::string>& settings) {
  Config config;
  EnvironmentReader reader(settings);
  reader.read("PM_MAX_PROCESSES", config.max_processes);
  reader.read("PM_DEFAULT_TIMEOUT", config.default_timeout);
  reader.read("PM_GRACEFUL_TIMEOUT", config.graceful_timeout);
  reader.read("PM_TERM_WAIT", config.stop.grace);
  reader.read("PM_KILL_WAIT", config.stop.kill_wait);
  reader.read("PM_CLEANUP_INTERVAL", config.cleanup_interval);
  reader.read("PM_CONTAINMENT", containments, config.containment);
  reader.read("PM_CGROUP", cgroup_versions, config.cgroup);
  reader.read("PM_HANDLERS", config.handlers);
  reader.read("PM_EVENTS", config.events);
  reader.read("PM_REDACT", config.redact);
  reader.read("PM_ALERT_ACTIVE", config.alert_active);
  reader.read("PM_COMPONENT", config.component);
  if (const char* directory = reader.look_up("PM_RUN_DIR", true)) config.run_directory = directory;
  // A set-user-ID program must not be told by its caller which guard to run.
  if (const char* guard = reader.look_up("PM_GUARD", true)) config.guard = guard;
  std::vector<std::string> faults = std::move(reader.faults);
  for (std::string& fault : config_faults(config)) faults.push_back(std::move(fault));
  if (!faults.empty()) throw ConfigError(std::move(faults));
  return config;
}

inline namespace v0 {

Config Config::from_environment() { return config_from({}); }

}  // namespace v0
}  // namespace procsafe
