// What flows between functions: within the file exactly, across files through the link stage.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "facts/file_facts.h"
#include "lower/python/object.h"
#include "lower/python/program.h"

namespace procsafe::python {

/// Every pass over the file writes flows anew and reads what the pass before wrote, until nothing that is
/// read changes.
class SlotStore {
 public:
  SlotStore(ObjectPool& pool, Program& program, Names& names) : pool_(pool), program_(program), names_(names) {}

  void flow(const Slot& slot, Ref value, SourceRange at);
  /// What flows into the slot, with slots resolved; the slot itself when nothing is known to.
  Ref read(Ref slot);
  /// What other files let flow into a slot; null: nothing.
  Ref read_linked(const Slot& slot);
  /// Does a text of another file flow into the slot?
  bool holds_text(const Slot& slot) { return names_.find(slot).find(Value::Kind::text) != nullptr; }
  /// Replaces every slot among the alternatives by what flows into it.
  Ref resolve(Ref object);
  /// The same for slots that are no parameters: what a parameter is depends on the caller.
  Ref resolve_fields(Ref object);

  /// Ends a pass. True when something that was read changed, so that another pass is needed.
  bool end_pass();

  /// The flows of the last pass, as other files may see them.
  [[nodiscard]] std::vector<Flow> exported() const;
  /// An object as other files, the shell lowering and the link stage see it.
  [[nodiscard]] ValueSet to_values(Ref object) const;
  Ref from_values(const ValueSet& values);

 private:
  struct Content {
    Ref value = nullptr;
    SourceRange at;
  };
  Ref resolve_some(Ref object, bool parameters);
  void collect(Ref object, std::set<Ref, BySerial>& seen, std::vector<Ref>& found);
  void collect_slot(Ref slot, std::set<Ref, BySerial>& seen, std::vector<Ref>& found);
  void insert_values(Ref object, ValueSet& values, int depth) const;
  static bool insert_parameter(Ref object, ValueSet& values);
  Ref from_value(const Value& value);
  [[nodiscard]] Text encode(Ref carried) const;
  Ref decode(const Text& text);

  ObjectPool& pool_;
  Program& program_;
  Names& names_;
  std::map<Slot, Content> written_;
  std::map<Slot, Content> known_;
  std::set<Slot> read_;
  std::map<Slot, Ref> linked_;
};

}  // namespace procsafe::python
