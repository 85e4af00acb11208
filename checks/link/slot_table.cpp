#include "link/slot_table.h"

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

SlotTable::SlotTable(std::span<const FileFacts> files) {
  std::map<Slot, std::set<Slot>> readers;  // slot → slots into which its content flows
  std::set<Slot> dirty;
  for (const FileFacts& file : files) {
    for (const Flow& flow : file.flows) {
      ValueSet& content = content_[flow.slot];
      for (const Value& value : flow.values) {
        if (value.kind == Value::Kind::slot) {
          readers[*value.slot].insert(flow.slot);
        } else {
          content.insert(value);
        }
      }
      dirty.insert(flow.slot);
    }
  }
  std::deque<Slot> work(dirty.begin(), dirty.end());
  while (!work.empty()) {
    const Slot slot = std::move(work.front());
    work.pop_front();
    dirty.erase(slot);
    const auto targets = readers.find(slot);
    if (targets == readers.end()) continue;
    for (const Slot& target : targets->second) {
      if (target != slot && content_[target].merge(content_[slot]) && dirty.insert(target).second)
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

std::set<Slot> SlotTable::changed(const SlotTable& before, const SlotTable& after) {
  std::set<Slot> slots;
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

}  // namespace procsafe
