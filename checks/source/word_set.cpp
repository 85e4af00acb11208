#include "source/word_set.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace procsafe {
namespace {

constexpr std::array<bool, 256> kWordBytes = [] {
  std::array<bool, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    table[byte] =
        (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '_';
  }
  return table;
}();

bool is_word_byte(char byte) { return kWordBytes[static_cast<unsigned char>(byte)]; }

std::size_t beginning(char first, char second) {
  return static_cast<std::size_t>(static_cast<unsigned char>(first)) << 8U | static_cast<unsigned char>(second);
}

std::string_view last_word(std::string_view text) {
  const auto is_word = [](char byte) { return is_word_byte(byte); };
  const auto end = std::find_if(text.rbegin(), text.rend(), is_word);
  const auto begin = std::find_if_not(end, text.rend(), is_word);
  return text.substr(static_cast<std::size_t>(text.rend() - begin), static_cast<std::size_t>(begin - end));
}

}  // namespace

bool WordSet::add(std::string_view text) {
  const std::string_view word = last_word(text);
  if (word.empty()) {
    const bool grew = !matches_all_;
    matches_all_ = true;
    return grew;
  }
  if (!words_.emplace(word).second) return false;
  longest_ = std::max(longest_, word.size());
  if (word.size() > 1) {
    beginnings_.set(beginning(word[0], word[1]));
  } else {
    for (std::size_t second = 0; second < 256; ++second) beginnings_.set(beginning(word[0], static_cast<char>(second)));
  }
  return true;
}

bool WordSet::found_in(std::string_view text) const {
  if (matches_all_) return true;
  if (words_.empty()) return false;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_word_byte(text[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < text.size() && is_word_byte(text[at])) ++at;
    const char second = begin + 1 < text.size() ? text[begin + 1] : '\0';
    if (at - begin <= longest_ && beginnings_.test(beginning(text[begin], second)) &&
        contains(text.substr(begin, at - begin)))
      return true;
  }
  return false;
}

}  // namespace procsafe
