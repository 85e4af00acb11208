// Words that make a part of a file worth a look.
#pragma once

#include <cstdint>
#include <string_view>

#include "facts/value.h"
#include "source/word_set.h"

namespace procsafe {

/// Which mentions of a word count.
enum class Mention : std::uint8_t {
  any,
  /// Those by which a Python file can give the name a value: it is defined, assigned, imported, filled or handed on.
  /// Only to call it is none.
  binding,
};

/// Words, each with the mentions that count.
class WantedWords {
 public:
  /// True when more mentions count than before.
  bool add(std::string_view word, Mention mention);
  [[nodiscard]] bool empty() const { return any_.empty() && bound_.empty(); }
  [[nodiscard]] bool contains(std::string_view word) const { return any_.contains(word) || bound_.contains(word); }
  /// Does a mention that counts stand in `text`? Safe to call from many threads.
  [[nodiscard]] bool found_in(std::string_view text) const;

 private:
  WordSet any_;
  WordSet bound_;
};

/// How a Python file mentions a slot that reads it: its own parameters a function reads, everything else whoever
/// spells it.
[[nodiscard]] Mention mention_by_reader(const Slot& slot);
/// The same for who fills it: who calls a function spells it, what it returns only its definition tells.
[[nodiscard]] Mention mention_by_writer(const Slot& slot);

/// Can the mention `word` of a name, a part of the Python program `text`, give it a value?
[[nodiscard]] bool may_bind(std::string_view text, std::string_view word);

}  // namespace procsafe
