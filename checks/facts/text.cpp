#include "facts/text.h"

#include <algorithm>
#include <charconv>

namespace procsafe {
namespace {

constexpr std::string_view kOpen = "${";

std::string placeholder(std::size_t number) {
  return std::string(kOpen) + std::string(Text::hole_prefix) + std::to_string(number) + "}";
}

struct FoundHole {
  std::size_t begin = std::string::npos;
  std::size_t end = 0;
  std::size_t number = 0;
};

/// The first placeholder in `bytes` at or behind `from`.
FoundHole next_hole(const std::string& bytes, std::size_t from) {
  const std::string start = std::string(kOpen) + std::string(Text::hole_prefix);
  FoundHole hole;
  hole.begin = bytes.find(start, from);
  if (hole.begin == std::string::npos) return hole;
  const char* digits = bytes.data() + hole.begin + start.size();
  const auto [stop, error] = std::from_chars(digits, bytes.data() + bytes.size(), hole.number);
  if (error != std::errc{} || stop == bytes.data() + bytes.size() || *stop != '}')
    return next_hole(bytes, hole.begin + 1);
  hole.end = static_cast<std::size_t>(stop - bytes.data()) + 1;
  return hole;
}

}  // namespace

void Text::append(char byte, Offset source) {
  bytes_.push_back(byte);
  sources_.push_back(source);
}

void Text::append_verbatim(std::string_view bytes, Offset source) {
  for (const char byte : bytes) append(byte, source++);
}

void Text::append_synthetic(std::string_view bytes, Offset source) {
  for (const char byte : bytes) append(byte, source);
}

void Text::append_hole(ValueSet values, SourceRange source) {
  append_synthetic(placeholder(holes_.size()), source.begin);
  holes_.push_back({std::move(values), source});
}

void Text::append(const Text& other) {
  if (other.holes_.empty()) {
    bytes_ += other.bytes_;
    sources_.insert(sources_.end(), other.sources_.begin(), other.sources_.end());
    return;
  }
  std::size_t at = 0;
  while (at < other.bytes_.size()) {
    const FoundHole hole = next_hole(other.bytes_, at);
    const std::size_t stop = std::min(hole.begin, other.bytes_.size());
    for (; at < stop; ++at) append(other.bytes_[at], other.sources_[at]);
    if (at == other.bytes_.size()) break;
    const Hole& found = other.holes_[hole.number];
    append_hole(found.values, found.source);
    at = hole.end;
  }
}

bool Text::is_hole() const {
  if (holes_.empty()) return false;
  const FoundHole hole = next_hole(bytes_, 0);
  return hole.begin == 0 && hole.end == bytes_.size();
}

const Text::Hole* Text::hole_named(std::string_view name) const {
  if (!name.starts_with(hole_prefix)) return nullptr;
  name.remove_prefix(hole_prefix.size());
  std::size_t number = 0;
  const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc{} || stop != name.data() + name.size() || number >= holes_.size()) return nullptr;
  return &holes_[number];
}

bool Text::names_only_holes() const {
  for (std::size_t at = 0; at < bytes_.size(); ++at) {
    const FoundHole hole = next_hole(bytes_, at);
    const std::size_t stop = std::min(hole.begin, bytes_.size());
    if (bytes_.find_first_not_of(" \t\n,-", at) < stop) return false;
    if (hole.begin == std::string::npos) break;
    at = hole.end - 1;
  }
  return true;
}

Text Text::placed_at(SourceRange place) const {
  Text placed = *this;
  std::fill(placed.sources_.begin(), placed.sources_.end(), place.begin);
  for (Hole& hole : placed.holes_) hole.source = place;
  return placed;
}

Text Text::substr(std::size_t begin, std::size_t end) const {
  end = std::min(end, bytes_.size());
  Text part;
  if (begin >= end) return part;
  if (holes_.empty()) {
    part.bytes_ = bytes_.substr(begin, end - begin);
    part.sources_.assign(sources_.begin() + static_cast<std::ptrdiff_t>(begin),
                         sources_.begin() + static_cast<std::ptrdiff_t>(end));
    return part;
  }
  std::size_t at = begin;
  while (at < end) {
    const FoundHole hole = next_hole(bytes_, at);
    const std::size_t stop = std::min(hole.begin, end);
    for (; at < stop; ++at) part.append(bytes_[at], sources_[at]);
    if (at >= end) break;
    part.append_hole(holes_[hole.number].values, holes_[hole.number].source);
    at = hole.end;
  }
  return part;
}

SourceRange Text::source_range(std::size_t begin, std::size_t end) const {
  if (sources_.empty()) return {};
  begin = std::min(begin, sources_.size() - 1);
  end = std::clamp(end, begin + 1, sources_.size());
  // A hole at the end covers its whole source expression; text between is monotone within one literal,
  // but concatenation may go back, so take the extremes.
  const auto [low, high] = std::minmax_element(sources_.begin() + static_cast<std::ptrdiff_t>(begin),
                                               sources_.begin() + static_cast<std::ptrdiff_t>(end));
  SourceRange range{*low, *high + 1};
  for (const Hole& hole : holes_) {
    if (range.contains(hole.source.begin)) range.end = std::max(range.end, hole.source.end);
  }
  return range;
}

bool operator==(const Text& a, const Text& b) {
  if (a.bytes_ != b.bytes_ || a.sources_ != b.sources_ || a.holes_.size() != b.holes_.size()) return false;
  return std::equal(a.holes_.begin(), a.holes_.end(), b.holes_.begin(),
                    [](const Text::Hole& left, const Text::Hole& right) {
                      return left.source == right.source && left.values == right.values;
                    });
}

}  // namespace procsafe
