// What a file tells the others: its macros, classes and declarations, and the values that flow out of it.
#pragma once

#include "facts/file_facts.h"
#include "lower/cpp/analysis.h"

namespace procsafe::cpp {

/// Publishes macros that hide an operation, classes with the methods and bases that matter to names, fields that
/// hold processes, and functions of the project that have a name of the catalogue.
void export_declarations(const Analysis& analysis, FileFacts& facts);

}  // namespace procsafe::cpp
