#include "link/link.h"

#include <algorithm>
#include <numeric>

#include "source/parallel.h"

namespace procsafe {
namespace {

/// Rounds after which the solution is taken as it is. A chain of helpers needs one round a link; real
/// programs settle in three or four.
constexpr int kMaxRounds = 8;

void lower_files(const std::vector<std::size_t>& which, const LowerFile& lower, SlotTable& table, unsigned threads,
                 std::vector<FileFacts>& facts) {
  std::vector<FileFacts> lowered(which.size());
  parallel_for(which.size(), threads, [&](std::size_t i) {
    RecordingNames names(table);
    lowered[i] = lower(which[i], names);
    lowered[i].reads = names.reads();
  });
  for (std::size_t i = 0; i < which.size(); ++i) {
    table.exchange(which[i], facts[which[i]].flows, lowered[i].flows);
    facts[which[i]] = std::move(lowered[i]);  // the flows stay where they are in memory
  }
}

std::vector<std::size_t> readers_of(const SlotSet& changed, const std::vector<FileFacts>& facts) {
  std::vector<std::size_t> files;
  if (changed.empty()) return files;
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
  SlotTable table;
  table.exchange(count, {}, promised);
  static_cast<void>(table.solve());
  for (int rounds = 0; !which.empty();) {
    lower_files(which, lower, table, threads, facts);
    which = readers_of(table.solve(), facts);
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
