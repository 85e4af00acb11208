#include "lower/clang/merge.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace procsafe {
namespace {

/// Does the use of a macro stand for one call of several? Then all of one range count.
bool is_of_macro(const CppSemantics::Call& call) { return !call.macro.empty(); }

/// Calls of one range are tried in this order: known before unknown, API before project, then by name.
auto rank(const CppSemantics::Call& call) {
  return std::tuple(call.range, call.callee.empty(), call.project, std::string_view(call.callee),
                    std::string_view(call.receiver_type));
}

void drop_differences(CppSemantics::Call& kept, const CppSemantics::Call& other) {
  if (kept.callee != other.callee) return;
  if (kept.receiver_type != other.receiver_type) kept.receiver_type.clear();
  const std::size_t count = std::min(kept.arguments.size(), other.arguments.size());
  for (std::size_t i = 0; i < count; ++i) {
    CppSemantics::Argument& argument = kept.arguments[i];
    if (argument.number != other.arguments[i].number) argument.number.reset();
    if (argument.text != other.arguments[i].text) argument.text.reset();
    if (argument.type != other.arguments[i].type) argument.type.clear();
  }
}

template <class T, class Key>
void sort_unique(std::vector<T>& elements, Key key) {
  std::sort(elements.begin(), elements.end(), [&](const T& a, const T& b) { return key(a) < key(b); });
  elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
}

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// Sorted, and none inside another.
void keep_outermost(std::vector<SourceRange>& ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](SourceRange a, SourceRange b) { return std::tuple(a.begin, b.end) < std::tuple(b.begin, a.end); });
  std::vector<SourceRange> outermost;
  for (const SourceRange range : ranges) {
    if (outermost.empty() || !outermost.back().contains(range)) outermost.push_back(range);
  }
  ranges = std::move(outermost);
}

bool lies_in(SourceRange range, const std::vector<SourceRange>& parts) {
  return std::any_of(parts.begin(), parts.end(), [&](SourceRange part) { return part.contains(range); });
}

/// A unit that left a part out says nothing about it; what the other could not understand there is moot only
/// if some unit understood it.
std::vector<SourceRange> unknown_in_both(const CppSemantics& a, const CppSemantics& b) {
  std::vector<SourceRange> unknown;
  const auto add = [&](const CppSemantics& from, const CppSemantics& other) {
    for (const SourceRange range : from.unknown) {
      const bool other_understood = !lies_in(range, other.inactive) && !lies_in(range, other.unknown);
      if (!other_understood) unknown.push_back(range);
    }
  };
  add(a, b);
  add(b, a);
  return unknown;
}

}  // namespace

void normalise_calls(std::vector<CppSemantics::Call>& calls) {
  std::stable_sort(calls.begin(), calls.end(),
                   [](const CppSemantics::Call& a, const CppSemantics::Call& b) { return rank(a) < rank(b); });
  std::vector<CppSemantics::Call> kept;
  for (CppSemantics::Call& call : calls) {
    const auto same_range =
        std::find_if(kept.rbegin(), kept.rend(), [&](const auto& other) { return other.range != call.range; }).base();
    if (is_of_macro(call) && std::find(same_range, kept.end(), call) != kept.end()) continue;
    if (!kept.empty() && kept.back().range == call.range && !is_of_macro(call)) {
      drop_differences(kept.back(), call);
    } else {
      kept.push_back(std::move(call));
    }
  }
  calls = std::move(kept);
}

void normalise(CppSemantics& semantics) {
  normalise_calls(semantics.calls);
  sort_unique(semantics.references, [](const auto& reference) { return std::tie(reference.range, reference.name); });
  sort_unique(semantics.variables, [](const auto& variable) { return std::tie(variable.declaration, variable.type); });
  sort_unique(semantics.derivations, [](const auto& derivation) { return std::tie(derivation.type, derivation.base); });
  keep_outermost(semantics.inactive);
  keep_outermost(semantics.unknown);
}

CppSemantics merge(CppSemantics a, CppSemantics b) {
  CppSemantics both;
  both.inactive = intersect(a.inactive, b.inactive);
  both.unknown = unknown_in_both(a, b);
  both.calls = std::move(a.calls);
  append(both.calls, std::move(b.calls));
  both.references = std::move(a.references);
  append(both.references, std::move(b.references));
  both.variables = std::move(a.variables);
  append(both.variables, std::move(b.variables));
  both.derivations = std::move(a.derivations);
  append(both.derivations, std::move(b.derivations));
  normalise(both);
  return both;
}

std::vector<SourceRange> intersect(const std::vector<SourceRange>& a, const std::vector<SourceRange>& b) {
  std::vector<SourceRange> common;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const SourceRange part{std::max(a[i].begin, b[j].begin), std::min(a[i].end, b[j].end)};
    if (!part.empty()) common.push_back(part);
    (a[i].end < b[j].end ? i : j)++;
  }
  return common;
}

}  // namespace procsafe
