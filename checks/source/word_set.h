// Searching text for whole words.
#pragma once

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
  [[nodiscard]] bool found_in(std::string_view text) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_set<std::string, Hash, std::equal_to<>> words_;
  std::bitset<65536> beginnings_;  ///< first two bytes of the words; one-letter words count with any second
  std::size_t longest_ = 0;
  bool matches_all_ = false;
};

}  // namespace procsafe
