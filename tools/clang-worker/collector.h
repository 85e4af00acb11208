// Walks the project's part of a unit and writes down the answers.
#pragma once

#include <clang/AST/ASTContext.h>

#include <map>
#include <string>
#include <vector>

#include "interest.h"
#include "lower/cpp/semantics.h"
#include "source_map.h"

namespace procsafe::worker {

/// By canonical path; not normalised.
using Answers = std::map<std::string, CppSemantics>;

/// Adds the calls, references, variables and classes found below `declarations`.
void collect_answers(const std::vector<clang::Decl*>& declarations, clang::ASTContext& context, const SourceMap& map,
                     const Interest& interest, Answers& answers);

}  // namespace procsafe::worker
