// Spawn functions handed over as values (S2).
#pragma once

#include "facts/file_facts.h"
#include "lower/cpp/analysis.h"

namespace procsafe::cpp {

/// Appends a spawn of form `reference` for every spawn function that is passed, returned, stored in a field or put
/// into a table. What only gives a variable its value is no reference: the calls through it count.
void find_references(const Analysis& analysis, FileFacts& facts);

/// Adds a fact for every class that takes the name of the sanctioned manager.
void find_local_managers(const Analysis& analysis, FileFacts& facts);

}  // namespace procsafe::cpp
