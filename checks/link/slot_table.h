// The solution of all flows: which values reach which slot.
#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include "facts/file_facts.h"

namespace procsafe {

/// Least solution of the set constraints `slot ⊇ values` of all files, where a value may be another
/// slot. Slots in values are followed, so what `find` gives holds none.
class SlotTable {
 public:
  SlotTable() = default;
  explicit SlotTable(std::span<const FileFacts> files);

  [[nodiscard]] const ValueSet& find(const Slot& slot) const;
  /// Slots whose content differs between two solutions.
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
