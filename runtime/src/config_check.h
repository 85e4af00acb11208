#pragma once

#include <procsafe/process_manager.h>

namespace procsafe {

/// Ten years. Beyond it the computation of a deadline would overflow some day.
inline constexpr milliseconds max_time{std::chrono::hours{24 * 3653}};

/// Config::from_environment(), where `settings` ("NAME=value") win over the environment.
Config config_from(const std::vector<std::string>& settings);

/// All that is wrong with a configuration; empty when nothing is.
std::vector<std::string> config_faults(const Config& config);

/// The effective configuration as JSON, for the config event.
std::string config_json(const Config& config);

}  // namespace procsafe
