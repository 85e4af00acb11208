// CppSemantics as JSON: what passes between the Clang worker and the linter.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <stdexcept>

#include "lower/cpp/semantics.h"

namespace procsafe {

/// Thrown by semantics_from_json: what is wrong, and where.
struct SemanticsJsonError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Empty members are left out. Texts that are not ASCII become arrays of bytes: JSON cannot hold every string
/// constant that C can.
[[nodiscard]] nlohmann::json semantics_to_json(const CppSemantics& semantics);

/// The inverse. Strict: unknown keys, values of the wrong type and ranges that end before they begin are
/// errors. Throws SemanticsJsonError.
[[nodiscard]] CppSemantics semantics_from_json(const nlohmann::json& json);

}  // namespace procsafe
