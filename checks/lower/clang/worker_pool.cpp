#include "lower/clang/worker_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string_view>
#include <thread>

namespace procsafe {
namespace {

/// The first line of what a worker wrote to its standard error, for a message.
std::string first_line(const std::string& errors) {
  std::string line = errors.substr(0, errors.find('\n'));
  std::replace_if(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return line.substr(0, 200);
}

bool out_of_memory(const std::string& errors) {
  return errors.find("out of memory") != std::string::npos || errors.find("bad_alloc") != std::string::npos ||
         errors.find("llocation failed") != std::string::npos;
}

std::string problem_of(const WorkerResult& result, const WorkerLimits& limits) {
  const bool failed =
      result.end == WorkerResult::End::signalled || (result.end == WorkerResult::End::exited && result.code != 0);
  if (failed && out_of_memory(result.errors))
    return fmt::format("Clang needed more than {} MiB of memory for this unit", limits.memory >> 20U);
  switch (result.end) {
    case WorkerResult::End::exited:
      if (result.code == 0) return {};
      return fmt::format("the Clang worker failed with status {}: {}", result.code, first_line(result.errors));
    case WorkerResult::End::signalled:
      return fmt::format("Clang crashed on this unit (signal {}, {})", result.code, ::strsignal(result.code));
    case WorkerResult::End::timed_out:
      return fmt::format("Clang did not finish this unit within {} s",
                         std::chrono::duration<double>(limits.time).count());
    case WorkerResult::End::overflowed: return fmt::format("the Clang worker wrote more than {} bytes", limits.output);
    case WorkerResult::End::not_started:
      return fmt::format("the Clang worker could not be started: {}", first_line(result.errors));
  }
  return {};
}

}  // namespace

UnitOutcome WorkerPool::run_one(const UnitRequest& request) const {
  UnitOutcome outcome;
  const WorkerResult result = run_worker(worker_, write_request(request), limits_);
  outcome.problem = problem_of(result, limits_);
  if (!outcome.problem.empty()) return outcome;
  try {
    UnitReply reply = read_reply(result.output);
    if (reply.failure.empty()) {
      outcome.reply = std::move(reply);
    } else {
      outcome.problem = fmt::format("Clang could not read this unit: {}", first_line(reply.failure));
    }
  } catch (const ProtocolError& error) {
    outcome.problem = fmt::format("the Clang worker answered nonsense: {}", error.what());
  }
  return outcome;
}

std::vector<UnitOutcome> WorkerPool::run(const std::vector<UnitRequest>& requests) const {
  std::vector<UnitOutcome> outcomes(requests.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < requests.size(); i = next++) outcomes[i] = run_one(requests[i]);
  };
  const std::size_t helpers = std::min<std::size_t>(std::max(threads_, 1U), requests.size());
  std::vector<std::jthread> pool;
  for (std::size_t i = 1; i < helpers; ++i) pool.emplace_back(work);
  work();
  pool.clear();
  return outcomes;
}

}  // namespace procsafe
