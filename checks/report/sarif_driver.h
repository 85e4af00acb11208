// The part of a SARIF log that describes the tool and its rules.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "catalog/catalog.h"

namespace procsafe {

/// The project's own pages.
[[nodiscard]] std::string_view homepage();

/// Where the rule's document can be read.
[[nodiscard]] std::string rule_uri(const Rule& rule);

/// "process-hunt" as "ProcessHunt": SARIF wants names of rules in Pascal case.
[[nodiscard]] std::string pascal_case(std::string_view id);

/// A `toolComponent`: rules in the catalogue's order, so that a rule's index there is its `ruleIndex`.
[[nodiscard]] nlohmann::ordered_json sarif_driver(const Catalog& catalog, const std::string& version);

}  // namespace procsafe
