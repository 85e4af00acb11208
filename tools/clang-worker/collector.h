// Walks the project's part of a unit and writes down the answers.
#pragma once

#include <clang/AST/ASTContext.h>

#include <map>
#include <string>
#include <vector>

#include "interest.h"
#include "lower/cpp/semantics.h"
#include "source_map.h"
#include "values.h"

namespace procsafe::worker {

/// By canonical path; not normalised.
using Answers = std::map<std::string, CppSemantics>;

/// What the walk needs to know of the unit.
struct UnitKnowledge {
  const SourceMap& map;
  const Interest& interest;
  const FunctionVariables& variables;
};

/// Adds the calls, references, variables and classes found below `declarations`.
void collect_answers(const std::vector<clang::Decl*>& declarations, clang::ASTContext& context,
                     const UnitKnowledge& unit, Answers& answers);

}  // namespace procsafe::worker
