#include "lower/clang/worker_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_worker.h"

namespace procsafe {
namespace {

using testing::HasSubstr;

constexpr const char* kReply = R"({"version":1,"files":{},"diagnostics":[],"errors":0,"failure":""})";

std::vector<UnitRequest> requests(std::size_t count) {
  std::vector<UnitRequest> units(count);
  for (std::size_t i = 0; i < count; ++i) units[i].file = "/unit" + std::to_string(i);
  return units;
}

std::vector<UnitOutcome> run(const std::string& script, std::size_t count = 1, WorkerLimits limits = {}) {
  const FakeWorker worker(script);
  return WorkerPool(worker.path(), limits, 3).run(requests(count));
}

std::string problem(const std::string& script, WorkerLimits limits = {}) {
  const UnitOutcome outcome = run(script, 1, limits).at(0);
  EXPECT_FALSE(outcome.reply);
  return outcome.problem;
}

TEST(WorkerPool, AnswersInTheOrderOfTheRequests) {
  const std::string echo = R"(
    input=$(cat); unit=${input##*/unit}; unit=${unit%%\"*}
    sleep 0.$((9 - unit))
    echo '{"version":1,"files":{"/unit'$unit'":{}},"diagnostics":[],"errors":0,"failure":""}')";
  const std::vector<UnitOutcome> outcomes = run(echo, 6);
  ASSERT_EQ(outcomes.size(), 6U);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    ASSERT_TRUE(outcomes[i].reply) << outcomes[i].problem;
    EXPECT_TRUE(outcomes[i].reply->files.contains("/unit" + std::to_string(i)));
  }
}

TEST(WorkerPool, OneBadUnitCostsNoOther) {
  const std::string script =
      std::string("input=$(cat); case $input in */unit1*) kill -SEGV $$;; esac; echo '") + kReply + "'";
  const std::vector<UnitOutcome> outcomes = run(script, 3);
  EXPECT_TRUE(outcomes[0].reply);
  EXPECT_FALSE(outcomes[1].reply);
  EXPECT_TRUE(outcomes[2].reply);
  EXPECT_THAT(outcomes[1].problem, HasSubstr("crashed on this unit (signal 11, Segmentation fault"));
}

TEST(WorkerPool, SaysWhatWentWrong) {
  WorkerLimits limits;
  limits.time = std::chrono::seconds(1);
  EXPECT_THAT(problem("exec sleep 60", limits), HasSubstr("did not finish this unit within 1 s"));
  EXPECT_THAT(problem("echo garbage"), HasSubstr("answered nonsense"));
  EXPECT_THAT(problem(""), HasSubstr("answered nonsense"));
  EXPECT_THAT(problem("echo 'no such thing' >&2; exit 2"), HasSubstr("failed with status 2: no such thing"));
  EXPECT_THAT(problem("echo 'LLVM ERROR: out of memory' >&2; kill -ABRT $$"), HasSubstr("more than"));
  EXPECT_THAT(problem(R"(echo '{"version":1,"files":{},"diagnostics":[],"errors":0,"failure":"no target"}')"),
              HasSubstr("could not read this unit: no target"));
}

TEST(WorkerPool, NothingToDoIsNothingDone) { EXPECT_TRUE(WorkerPool("/nonexistent", {}, 4).run({}).empty()); }

}  // namespace
}  // namespace procsafe
