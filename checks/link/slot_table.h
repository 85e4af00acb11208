// The solution of all flows: which values reach which slot.
#pragma once

#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "facts/file_facts.h"

namespace procsafe {

using SlotSet = std::unordered_set<Slot, SlotHash>;

/// Does a value say what something is: an API, a process, a pid whose origin is known?
[[nodiscard]] bool tells(const Value& value);

/// Least solution of the set constraints `slot ⊇ values` of all files, where a value may be another
/// slot. Slots in values are followed, so what `find` gives holds none.
class SlotTable {
 public:
  SlotTable() = default;
  /// The flows of the files, and some that belong to none.
  explicit SlotTable(std::span<const FileFacts> files, std::span<const Flow> more = {});

  [[nodiscard]] const ValueSet& find(const Slot& slot) const;
  /// Slots whose content differs between two solutions in a way that can change a lowering. What callers hand to a
  /// parameter counts only where it says what the parameter is: an API, a pid, a handle.
  [[nodiscard]] static SlotSet changed(const SlotTable& before, const SlotTable& after);

 private:
  std::unordered_map<Slot, ValueSet, SlotHash> content_;
};

/// A view of the table for one lowering, which remembers what was read.
class RecordingNames : public Names {
 public:
  explicit RecordingNames(const SlotTable& table) : table_(table) {}
  [[nodiscard]] const ValueSet& find(const Slot& slot) override;
  /// Sorted.
  [[nodiscard]] std::vector<Slot> reads() const;

 private:
  const SlotTable& table_;
  SlotSet reads_;
};

}  // namespace procsafe
