#include "source/word_set.h"

#include <algorithm>

namespace procsafe {
namespace {

std::string_view last_word(std::string_view text) {
  const auto is_word = [](char byte) { return detail::word_bytes[static_cast<unsigned char>(byte)]; };
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

}  // namespace procsafe
