// `procsafe rules` and `procsafe explain`.
#pragma once

#include <string>

#include "catalog/catalog.h"

namespace procsafe {

/// Prints a table of all rules, or a JSON list of them.
[[nodiscard]] int run_rules(bool json);

/// Prints the document of a rule.
[[nodiscard]] int run_explain(const std::string& id);

/// The error message for a rule id that does not exist, with a suggestion.
[[nodiscard]] std::string unknown_rule(const std::string& id, const Catalog& catalog);

}  // namespace procsafe
