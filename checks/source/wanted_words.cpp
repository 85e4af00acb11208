#include "source/wanted_words.h"

namespace procsafe {
namespace {

constexpr std::string_view kBlanks = " \t\f";
constexpr std::string_view kBlanksAndJoints = " \t\f\\\r\n";  // a backslash may part `def` from the name

bool ends_with_word(std::string_view text, std::string_view word) {
  if (!text.ends_with(word)) return false;
  text.remove_suffix(word.size());
  return text.empty() || !WordSet::is_word_byte(text.back());
}

}  // namespace

Mention mention_by_reader(const Slot& slot) {
  return slot.kind == Slot::Kind::parameter ? Mention::binding : Mention::any;
}

Mention mention_by_writer(const Slot& slot) {
  switch (slot.kind) {
    case Slot::Kind::parameter:
    case Slot::Kind::name: return Mention::any;
    case Slot::Kind::result:
    case Slot::Kind::field:
    case Slot::Kind::global:
    case Slot::Kind::carrier: break;
  }
  return Mention::binding;
}

bool may_bind(std::string_view text, std::string_view word) {
  const auto begin = static_cast<std::size_t>(word.data() - text.data());
  const std::size_t next = text.find_first_not_of(kBlanks, begin + word.size());
  if (next == std::string_view::npos || text[next] != '(') return true;
  const std::size_t last = text.find_last_not_of(kBlanksAndJoints, begin == 0 ? std::string_view::npos : begin - 1);
  if (begin == 0 || last == std::string_view::npos) return false;
  const std::string_view before = text.substr(0, last + 1);
  return ends_with_word(before, "def") || ends_with_word(before, "class");
}

bool WantedWords::add(std::string_view word, Mention mention) {
  if (mention == Mention::any) return any_.add(word);
  return !any_.contains(word) && bound_.add(word);
}

bool WantedWords::found_in(std::string_view text) const {
  return any_.found_in(text) || bound_.any_in(text, [&](std::string_view word) { return may_bind(text, word); });
}

}  // namespace procsafe
