#include "link/link.h"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <thread>

namespace procsafe {
namespace {

/// Rounds after which the solution is taken as it is. A chain of helpers needs one round a link; real
/// programs settle in three or four.
constexpr int kMaxRounds = 8;

void lower_files(const std::vector<std::size_t>& which, const LowerFile& lower, const SlotTable& table,
                 unsigned threads, std::vector<FileFacts>& facts) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < which.size(); i = next++) {
      RecordingNames names(table);
      FileFacts lowered = lower(which[i], names);
      lowered.reads = names.reads();
      facts[which[i]] = std::move(lowered);
    }
  };
  const std::size_t helpers = std::min<std::size_t>(threads == 0 ? 1 : threads, which.size());
  std::vector<std::jthread> pool;
  for (std::size_t i = 1; i < helpers; ++i) pool.emplace_back(work);
  work();
}

std::vector<std::size_t> readers_of(const SlotSet& changed, const std::vector<FileFacts>& facts) {
  std::vector<std::size_t> files;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const std::vector<Slot>& reads = facts[i].reads;
    if (std::any_of(reads.begin(), reads.end(), [&](const Slot& slot) { return changed.contains(slot); }))
      files.push_back(i);
  }
  return files;
}

void resolve_origins(FileFacts& facts, const SlotTable& table) {
  RecordingNames names(table);
  for (OperationFact& fact : facts.operations) {
    if (fact.attributes.get<Operation>() != Operation::signal ||
        fact.attributes.get<Origin>() != Origin::not_applicable || fact.target.empty())
      continue;
    const ValueSet resolved = resolve(fact.target, names);
    fact.attributes.set(target_origin(resolved));
    for (const Value& value : resolved) {
      if (value.from) fact.related.push_back({*value.from, "the process comes from here"});
    }
  }
}

}  // namespace

std::vector<FileFacts> link(std::size_t count, const LowerFile& lower, unsigned threads, std::span<const Flow> promised,
                            const Extend& extend) {
  std::vector<FileFacts> facts(count);
  std::vector<std::size_t> which(count);
  std::iota(which.begin(), which.end(), std::size_t{0});
  SlotTable table({}, promised);
  for (int rounds = 0; !which.empty();) {
    lower_files(which, lower, table, threads, facts);
    SlotTable solution(facts, promised);
    which = readers_of(SlotTable::changed(table, solution), facts);
    table = std::move(solution);
    if (++rounds >= kMaxRounds) which.clear();
    if (which.empty() && extend) {
      which = extend(facts, table);
      rounds = 0;
    }
  }
  for (FileFacts& file : facts) resolve_origins(file, table);
  return facts;
}

}  // namespace procsafe
