#include "lower/cpp/source_map.h"

#include <algorithm>
#include <utility>

namespace procsafe::cpp {

void SourceMap::copy(std::string_view file, SourceRange range) {
  if (range.empty()) return;
  pieces_.push_back({static_cast<Offset>(text_.size()), range.begin, false, 0, false});
  text_ += file.substr(range.begin, range.end - range.begin);
}

void SourceMap::produce(std::string_view bytes, std::size_t expansion) {
  if (bytes.empty()) return;
  pieces_.push_back({static_cast<Offset>(text_.size()), expansions_[expansion].use.begin, true, expansion, true});
  text_ += bytes;
}

void SourceMap::copy_argument(std::string_view file, SourceRange range, std::size_t expansion) {
  if (range.empty()) return;
  pieces_.push_back({static_cast<Offset>(text_.size()), range.begin, false, expansion, true});
  text_ += file.substr(range.begin, range.end - range.begin);
}

std::size_t SourceMap::add_expansion(Expansion expansion) {
  expansions_.push_back(std::move(expansion));
  return expansions_.size() - 1;
}

const SourceMap::Piece* SourceMap::piece_at(Offset offset) const {
  const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                                      [](Offset at, const Piece& piece) { return at < piece.begin; });
  return after == pieces_.begin() ? nullptr : &*(after - 1);
}

Offset SourceMap::to_file(Offset offset) const {
  const Piece* piece = piece_at(offset);
  if (piece == nullptr) return offset;
  return piece->produced ? piece->source : piece->source + (offset - piece->begin);
}

SourceRange SourceMap::to_file(SourceRange range) const {
  const Piece* first = piece_at(range.begin);
  const Piece* last = piece_at(range.end > range.begin ? range.end - 1 : range.begin);
  if (first == nullptr || last == nullptr) return range;
  if (first->produced) {
    // An operation that a macro produced stands at the whole use of the macro.
    SourceRange place = expansions_[first->expansion].use;
    if (!last->in_expansion) place.end = std::max(place.end, to_file(range.end - 1) + 1);
    if (last->in_expansion) place.end = std::max(place.end, expansions_[last->expansion].use.end);
    return place;
  }
  const Offset begin = to_file(range.begin);
  const Offset end = last->produced ? expansions_[last->expansion].use.end : last->source + (range.end - last->begin);
  return {begin, std::max(begin, end)};
}

const Expansion* SourceMap::expansion_at(Offset offset) const {
  const Piece* piece = piece_at(offset);
  return piece != nullptr && piece->produced ? &expansions_[piece->expansion] : nullptr;
}

}  // namespace procsafe::cpp
