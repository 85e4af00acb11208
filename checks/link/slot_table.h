// The solution of all flows: which values reach which slot.
#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include "facts/file_facts.h"

namespace procsafe {

/// Does a value say what something is: an API, a process, a pid whose origin is known?
[[nodiscard]] bool tells(const Value& value);

/// Least solution of the set constraints `slot ⊇ values` of all files, where a value may be another
/// slot. Slots in values are followed, so what `find` gives holds none.
class SlotTable {
 public:
  SlotTable() = default;
  explicit SlotTable(std::span<const FileFacts> files);

  [[nodiscard]] const ValueSet& find(const Slot& slot) const;
  /// Slots whose content differs between two solutions in a way that can change a lowering. What callers hand to a
  /// parameter counts only where it says what the parameter is: an API, a pid, a handle.
  [[nodiscard]] static std::set<Slot> changed(const SlotTable& before, const SlotTable& after);

 private:
  std::map<Slot, ValueSet> content_;
};

/// A view of the table for one lowering, which remembers what was read.
class RecordingNames : public Names {
 public:
  explicit RecordingNames(const SlotTable& table) : table_(table) {}
  [[nodiscard]] const ValueSet& find(const Slot& slot) override;
  [[nodiscard]] std::vector<Slot> reads() const { return {reads_.begin(), reads_.end()}; }

 private:
  const SlotTable& table_;
  std::set<Slot> reads_;
};

}  // namespace procsafe
