// What flows between functions: within the file exactly, across files through the link stage.
#pragma once

#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "facts/file_facts.h"
#include "lower/python/object.h"
#include "lower/python/program.h"

namespace procsafe::python {

/// A part of a file that is walked as one: the module's own statements (unit 0), or an outermost function with what
/// is nested in it.
using UnitId = std::uint32_t;
inline constexpr UnitId no_unit = 0xffffffff;

/// What every unit wrote when it was walked last, and who read it: so that after a change only its readers are
/// walked again, until nothing that is read changes.
class SlotStore {
 public:
  SlotStore(ObjectPool& pool, Program& program, Names& names) : pool_(pool), program_(program), names_(names) {}

  /// From now on `unit` reads and writes.
  void enter(UnitId unit);
  /// What the unit wrote takes the place of what it wrote before; units that read what changes become stale.
  void leave();
  /// The units that must be walked again; the caller takes out what it walks.
  std::set<UnitId>& stale() { return stale_; }
  enum class Refreshed : std::uint8_t {
    nothing,
    something,
    shared,  ///< among it what `read_shared` gave
  };
  /// Asks the other files again; units that read what has changed become stale. What has changed?
  [[nodiscard]] Refreshed refresh();

  void flow(const Slot& slot, Ref value, SourceRange at);
  /// What flows into the slot, with slots resolved; the slot itself when nothing is known to.
  Ref read(Ref slot);
  /// What other files let flow into a slot; null: nothing.
  Ref read_linked(const Slot& slot);
  /// The same for a name, for answers that are kept for all units. That nothing is known of a name, and that it
  /// means what it says, is the same there.
  Ref read_shared(const Slot& slot);
  /// Does a text of another file flow into the slot? Asked behind `read_shared`.
  bool holds_text(const Slot& slot) { return linked(slot).holds_text; }
  /// Replaces every slot among the alternatives by what flows into it.
  Ref resolve(Ref object);
  /// The same for slots that are no parameters: what a parameter is depends on the caller.
  Ref resolve_fields(Ref object);

  /// The flows of all units, as other files may see them; sorted by slot.
  [[nodiscard]] std::vector<Flow> exported() const;
  /// Calls `use(slot, value, readers)` for every slot: what this file writes to it, or null, and the units that read
  /// it.
  template <class Use>
  void each(Use use) const {
    for (const auto& [slot, cell] : cells_) use(slot, cell.value, cell.readers);
  }
  /// An object as other files, the shell lowering and the link stage see it.
  [[nodiscard]] ValueSet to_values(Ref object) const;
  Ref from_values(const ValueSet& values);

 private:
  struct Part {
    UnitId unit = no_unit;
    Ref value = nullptr;
    SourceRange at;
  };
  struct Cell {
    std::vector<Part> parts;  // by unit
    Ref value = nullptr;      // of all parts
    std::vector<UnitId> readers;
    Ref linked = nullptr;  // from other files
    bool asked = false;    // is `linked` known?
    bool shared = false;
    bool holds_text = false;
  };
  void note_reader(Cell& cell) const;
  void set_part(Cell& cell, const Part* part);
  Cell& linked(const Slot& slot);
  Ref ask(const Slot& slot, Cell& cell);
  void mark_stale(const Cell& cell) { stale_.insert(cell.readers.begin(), cell.readers.end()); }
  Ref resolve_some(Ref object, bool parameters);
  void collect(Ref object, std::set<Ref, BySerial>& seen, std::vector<Ref>& found);
  void collect_slot(Ref slot, std::set<Ref, BySerial>& seen, std::vector<Ref>& found);
  using Seen = std::unordered_set<Ref>;
  void insert_values(Ref object, ValueSet& values, int depth, Seen& seen) const;
  static bool insert_parameter(Ref object, ValueSet& values);
  Ref from_value(const Value& value);
  [[nodiscard]] Text encode(Ref carried) const;
  Ref decode(const Text& text);

  ObjectPool& pool_;
  Program& program_;
  Names& names_;
  std::unordered_map<Slot, Cell, SlotHash> cells_;
  mutable std::unordered_map<Ref, ValueSet> values_;  // objects never change
  UnitId unit_ = no_unit;
  std::vector<std::pair<Cell*, Part>> written_;  // by the unit that is walked
  std::unordered_map<Cell*, std::size_t> written_index_;
  std::vector<std::vector<Cell*>> written_before_;  // by each unit when it was walked last
  std::set<UnitId> stale_;
};

}  // namespace procsafe::python
