#include "link/slot_table.h"

#include <algorithm>
#include <deque>

namespace procsafe {
namespace {

/// Do two sets agree on the values that say what something is?
bool same_where_it_tells(const ValueSet& a, const ValueSet& b) {
  ValueSet left;
  ValueSet right;
  for (const Value& value : a) {
    if (tells(value)) left.insert(value);
  }
  for (const Value& value : b) {
    if (tells(value)) right.insert(value);
  }
  return left == right;
}

}  // namespace

SlotTable::SlotTable(std::span<const FileFacts> files, std::span<const Flow> more) {
  // Everything in the order of the flows: where a set widens, the order decides what it holds.
  std::unordered_map<Slot, std::vector<const Slot*>, SlotHash> readers;  // slot → slots into which its content flows
  std::deque<const Slot*> work;
  std::unordered_set<const Slot*> waiting;
  const auto add = [&](const Flow& flow) {
    const auto [cell, added] = content_.try_emplace(flow.slot);
    const Slot* slot = &cell->first;
    for (const Value& value : flow.values) {
      if (value.kind == Value::Kind::slot) {
        readers[*value.slot].push_back(slot);
      } else {
        cell->second.insert(value);
      }
    }
    if (waiting.insert(slot).second) work.push_back(slot);
  };
  for (const FileFacts& file : files) {
    for (const Flow& flow : file.flows) add(flow);
  }
  for (const Flow& flow : more) add(flow);
  while (!work.empty()) {
    const Slot* slot = work.front();
    work.pop_front();
    waiting.erase(slot);
    const auto targets = readers.find(*slot);
    if (targets == readers.end()) continue;
    const ValueSet& content = content_.find(*slot)->second;
    for (const Slot* target : targets->second) {
      if (target != slot && content_.find(*target)->second.merge(content) && waiting.insert(target).second)
        work.push_back(target);
    }
  }
}

const ValueSet& SlotTable::find(const Slot& slot) const {
  static const ValueSet nothing;
  const auto found = content_.find(slot);
  return found == content_.end() ? nothing : found->second;
}

bool tells(const Value& value) {
  switch (value.kind) {
    case Value::Kind::api:
    case Value::Kind::process: return true;
    case Value::Kind::pid: return value.origin != Origin::unknown && value.origin != Origin::parameter;
    default: return false;
  }
}

SlotSet SlotTable::changed(const SlotTable& before, const SlotTable& after) {
  SlotSet slots;
  const auto compare = [&slots](const SlotTable& one, const SlotTable& other) {
    for (const auto& [slot, values] : one.content_) {
      const ValueSet& others = other.find(slot);
      const bool differs =
          slot.kind == Slot::Kind::parameter ? !same_where_it_tells(values, others) : !(values == others);
      if (differs) slots.insert(slot);
    }
  };
  compare(after, before);
  compare(before, after);
  return slots;
}

const ValueSet& RecordingNames::find(const Slot& slot) {
  reads_.insert(slot);
  return table_.find(slot);
}

std::vector<Slot> RecordingNames::reads() const {
  std::vector<Slot> sorted(reads_.begin(), reads_.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

}  // namespace procsafe
