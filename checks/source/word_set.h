// Searching text for whole words.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>

namespace procsafe {

/// A set of words; a word is a longest run of letters, digits and underscores.
class WordSet {
 public:
  /// True when the set grew. Of text that is more than one word (`std::system`) the last word counts; text
  /// without any word makes the set match everything, so that no search misses what it stands for.
  bool add(std::string_view text);
  [[nodiscard]] bool contains(std::string_view word) const { return words_.find(word) != words_.end(); }
  [[nodiscard]] bool empty() const { return words_.empty() && !matches_all_; }
  /// Does one of the words stand in `text`? Safe to call from many threads.
  [[nodiscard]] bool found_in(std::string_view text) const {
    return matches_all_ || any_in(text, [](std::string_view) { return true; });
  }
  /// Is there a place in `text` where one of the words stands and `accept(word)` holds, the word a part of `text`?
  template <class Accept>
  bool any_in(std::string_view text, Accept accept) const;
  /// Calls `use(word)` for every place in `text` where one of the words stands.
  template <class Use>
  void each_in(std::string_view text, Use use) const {
    any_in(text, [&use](std::string_view word) {
      use(word);
      return false;
    });
  }

  static bool is_word_byte(char byte);

 private:
  static std::size_t beginning(char first, char second) {
    return static_cast<std::size_t>(static_cast<unsigned char>(first)) << 8U | static_cast<unsigned char>(second);
  }
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_set<std::string, Hash, std::equal_to<>> words_;
  std::bitset<65536> beginnings_;  ///< first two bytes of the words; one-letter words count with any second
  std::size_t longest_ = 0;
  bool matches_all_ = false;
};

namespace detail {
/// Letters, digits and the underscore.
inline constexpr std::array<bool, 256> word_bytes = [] {
  std::array<bool, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    table[byte] =
        (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '_';
  }
  return table;
}();
}  // namespace detail

inline bool WordSet::is_word_byte(char byte) { return detail::word_bytes[static_cast<unsigned char>(byte)]; }

template <class Accept>
bool WordSet::any_in(std::string_view text, Accept accept) const {
  if (words_.empty()) return false;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_word_byte(text[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < text.size() && is_word_byte(text[at])) ++at;
    const char second = begin + 1 < at ? text[begin + 1] : '\0';
    const std::string_view word = text.substr(begin, at - begin);
    if (word.size() <= longest_ && beginnings_.test(beginning(word.front(), second)) && contains(word) && accept(word))
      return true;
  }
  return false;
}

}  // namespace procsafe
