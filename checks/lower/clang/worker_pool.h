// Many units through Clang workers, some at a time.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lower/clang/protocol.h"
#include "lower/clang/worker_process.h"

namespace procsafe {

/// What became of one unit: a reply, or the reason why there is none.
struct UnitOutcome {
  std::optional<UnitReply> reply;
  std::string problem;  ///< for people: "Clang crashed on this unit (Segmentation fault)"
};

class WorkerPool {
 public:
  WorkerPool(std::filesystem::path worker, WorkerLimits limits, unsigned threads)
      : worker_(std::move(worker)), limits_(limits), threads_(threads) {}

  /// One worker process a unit; whatever happens to it concerns no other. The outcomes stand in the order of
  /// the requests and do not depend on the number of threads.
  [[nodiscard]] std::vector<UnitOutcome> run(const std::vector<UnitRequest>& requests) const;

 private:
  [[nodiscard]] UnitOutcome run_one(const UnitRequest& request) const;

  std::filesystem::path worker_;
  WorkerLimits limits_;
  unsigned threads_;
};

}  // namespace procsafe
