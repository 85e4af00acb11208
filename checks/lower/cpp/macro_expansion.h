// The preprocessor's part of the work: expands the macros that hide an operation, and no others.
#pragma once

#include <string_view>

#include "catalog/api.h"
#include "facts/value.h"
#include "lower/cpp/macros.h"
#include "lower/cpp/source_map.h"

namespace procsafe::cpp {

/// Does the macro's body name an operation of the catalogue, itself or through other macros? A macro that has
/// the name of an operation and means something else counts too: a use of it is not the operation.
[[nodiscard]] bool hides_operation(const Macro& macro, const MacroTable& macros, const ApiCatalog& apis);

/// The text of a file with those macros expanded. Macros that other files define are looked up in `names` and
/// added to `macros`.
[[nodiscard]] SourceMap expand_macros(std::string_view text, MacroTable& macros, const ApiCatalog& apis, Names& names);

}  // namespace procsafe::cpp
