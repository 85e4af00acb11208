// Everything a run knows about one file: the pipeline fills it, reports read it.
#pragma once

#include <vector>

#include "judge/judge.h"

namespace procsafe {

struct FileResult {
  SourceFile file;
  FileFacts facts;
  std::vector<Finding> findings;  ///< sorted by place, then rule
};

}  // namespace procsafe
