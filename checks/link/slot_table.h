// The solution of all flows: which values reach which slot.
#pragma once

#include <cstdint>
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
/// slot. Slots in values are followed, so what `find` gives holds none. When a file changes, only what its flows reach
/// is solved again; the solution does not depend on the order of changes. One thread changes it; `find` may be called
/// from many while nobody does.
class SlotTable {
 public:
  /// The flows `after` of the file with this number take the place of `before`, which it had. Flows are not copied:
  /// they must live until they are exchanged. `find` tells the old solution until `solve` is called.
  void exchange(std::size_t file, std::span<const Flow> before, std::span<const Flow> after);
  /// Solves what was exchanged. The slots whose content differs from before in a way that can change a lowering: what
  /// callers hand to a parameter counts only where it says what the parameter is, an API, a pid, a handle.
  SlotSet solve();

  [[nodiscard]] const ValueSet& find(const Slot& slot) const;

 private:
  using Number = std::uint32_t;  // of a slot
  struct Contribution {
    std::size_t file;
    const Flow* flow;
  };
  struct Cell {
    const Slot* slot = nullptr;
    std::vector<Contribution> contributions;  // by file
    std::vector<Number> targets;              // slots that its content flows into, one for each flow
    ValueSet content;
    bool dirty = false;
    bool affected = false;
  };
  using Flows = std::span<const Flow* const>;

  Number number_of(const Slot& slot);
  void replace(std::size_t file, const Slot& slot, Flows before, Flows after);
  void remove_edges(Number target, const Flow& flow);
  [[nodiscard]] std::vector<Number> reached_from_dirty();
  void fill(Number number);

  std::unordered_map<Slot, Number, SlotHash> numbers_;
  std::vector<Cell> cells_;
  std::vector<Number> dirty_;
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
