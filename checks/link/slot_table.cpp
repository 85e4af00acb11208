#include "link/slot_table.h"

#include <deque>

namespace procsafe {

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

std::set<Slot> SlotTable::changed(const SlotTable& before, const SlotTable& after) {
  std::set<Slot> slots;
  for (const auto& [slot, values] : after.content_) {
    if (!(before.find(slot) == values)) slots.insert(slot);
  }
  for (const auto& [slot, values] : before.content_) {
    if (!(after.find(slot) == values)) slots.insert(slot);
  }
  return slots;
}

const ValueSet& RecordingNames::find(const Slot& slot) {
  reads_.insert(slot);
  return table_.find(slot);
}

}  // namespace procsafe
