// One Python file between the rounds of the link stage: what was read stays read, and only what depends on something
// new is walked again.
#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "lower/lowering.h"
#include "lower/python/interpreter.h"
#include "lower/python/journal.h"
#include "lower/python/names.h"
#include "lower/python/object.h"
#include "lower/python/program.h"
#include "lower/python/slots.h"
#include "lower/python/syntax.h"
#include "source/wanted_words.h"

namespace procsafe::python {

/// Asks whatever the link stage offers in this round.
class CurrentNames : public Names {
 public:
  void set(Names& names) { names_ = &names; }
  [[nodiscard]] const ValueSet& find(const Slot& slot) override { return names_->find(slot); }

 private:
  Names* names_ = nullptr;
};

/// The module's own statements are always walked. A function is left asleep until it holds a word that matters: one
/// of the catalogue, or a name by which what is awake, here or in another file, can reach it or be reached.
class Analysis : public FileLowering {
 public:
  /// `notices`: what was said of the file when it was parsed.
  Analysis(const LowerInput& input, Syntax syntax, std::vector<Notice> notices);

  [[nodiscard]] FileFacts run(Names& names) override;
  [[nodiscard]] bool wake(const WantedWords& words) override;

 private:
  struct Unit {
    std::vector<Function*> functions;  // none: the module's own statements
    SourceRange range;
    Journal journal;
    bool awake = false;
    bool woken = false;  // by a name, not by a word of the catalogue
    int walks = 0;       // in this round
  };
  void divide();
  [[nodiscard]] bool is_meant(const Unit& unit, const WantedWords& words) const;
  void settle();
  void walk_stale();
  void walk(UnitId id);
  void mark_all_stale();
  [[nodiscard]] WantedWords fresh_words();
  [[nodiscard]] bool acts(UnitId id) const;
  [[nodiscard]] std::set<std::string> foreign_ancestors();
  [[nodiscard]] std::vector<Slot> foreign_questions();
  void add_acting_functions(WantedWords& fresh);
  void learn(std::string_view word, Mention mention, WantedWords& fresh);
  [[nodiscard]] bool matters(Ref value);
  [[nodiscard]] FileFacts facts();

  CurrentNames current_;
  LowerInput input_;
  Syntax syntax_;
  Program program_;
  ObjectPool pool_;
  SlotStore slots_;
  NameTable names_;
  Journal journal_;  ///< of the unit that is walked
  Interpreter interpreter_;
  std::vector<Notice> notices_;
  std::vector<Unit> units_;
  WantedWords known_words_;
  std::unordered_map<Ref, bool> matters_;
  bool first_ = true;
  bool changed_ = true;  ///< since `facts_` were made
  FileFacts facts_;
};

}  // namespace procsafe::python
