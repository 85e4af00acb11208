#include "source/glob.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

namespace procsafe {
namespace {

bool in_class(std::string_view name, char byte) {
  static constexpr std::array<std::pair<std::string_view, int (*)(int)>, 12> kClasses{{{"alnum", std::isalnum},
                                                                                       {"alpha", std::isalpha},
                                                                                       {"blank", std::isblank},
                                                                                       {"cntrl", std::iscntrl},
                                                                                       {"digit", std::isdigit},
                                                                                       {"graph", std::isgraph},
                                                                                       {"lower", std::islower},
                                                                                       {"print", std::isprint},
                                                                                       {"punct", std::ispunct},
                                                                                       {"space", std::isspace},
                                                                                       {"upper", std::isupper},
                                                                                       {"xdigit", std::isxdigit}}};
  for (const auto& [known, test] : kClasses) {
    if (known == name) return test(static_cast<unsigned char>(byte)) != 0;
  }
  return false;
}

/// What a bracket expression says about one byte, and where it ends.
struct Bracket {
  bool matches = false;
  std::size_t end = 0;  ///< behind the closing bracket
};

/// One member of a bracket expression at `at`, which moves behind it.
bool member_matches(std::string_view pattern, std::size_t& at, char byte) {
  if (pattern.substr(at).starts_with("[:")) {
    const std::size_t close = pattern.find(":]", at + 2);
    if (close != std::string_view::npos) {
      const std::string_view name = pattern.substr(at + 2, close - at - 2);
      at = close + 2;
      return in_class(name, byte);
    }
  }
  const auto take = [&] {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
    return static_cast<unsigned char>(pattern[at++]);
  };
  const auto value = static_cast<unsigned char>(byte);
  const unsigned char low = take();
  if (at + 1 >= pattern.size() || pattern[at] != '-' || pattern[at + 1] == ']') return value == low;
  ++at;
  return low <= value && value <= take();
}

/// Nothing: the bracket is not closed, and the pattern matches nothing.
std::optional<Bracket> match_bracket(std::string_view pattern, std::size_t at, char byte) {
  ++at;
  const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) ++at;
  bool matched = false;
  for (bool first = true; at < pattern.size(); first = false) {
    if (pattern[at] == ']' && !first) return Bracket{matched != negated, at + 1};
    if (member_matches(pattern, at, byte)) matched = true;
  }
  return std::nullopt;
}

/// One pattern element at `at` against one byte; the place behind the element, or nothing.
std::optional<std::size_t> match_one(std::string_view pattern, std::size_t at, char byte) {
  switch (pattern[at]) {
    case '?': return at + 1;
    case '[': {
      const std::optional<Bracket> bracket = match_bracket(pattern, at, byte);
      return bracket && bracket->matches ? std::optional(bracket->end) : std::nullopt;
    }
    case '\\':
      if (at + 1 < pattern.size()) ++at;
      [[fallthrough]];
    default: return pattern[at] == byte ? std::optional(at + 1) : std::nullopt;
  }
}

/// `*` needs to remember only its last occurrence: what stood before is matched for good.
bool match_component(std::string_view pattern, std::string_view name) {
  std::size_t at = 0;
  std::size_t in = 0;
  std::optional<std::size_t> star;
  std::size_t star_in = 0;
  while (in < name.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = ++at;
      star_in = in;
      continue;
    }
    const auto next = at < pattern.size() ? match_one(pattern, at, name[in]) : std::nullopt;
    if (next) {
      at = *next;
      ++in;
    } else if (star) {
      at = *star;
      in = ++star_in;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    parts.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

}  // namespace

Glob::Component Glob::component(std::string_view text) {
  constexpr std::string_view kSpecial = "*?[\\";
  if (text == "**") return {Component::Kind::any_depth, {}};
  if (text.find_first_of(kSpecial) == std::string_view::npos) return {Component::Kind::literal, std::string(text)};
  if (text.starts_with('*') && text.find_first_of(kSpecial, 1) == std::string_view::npos)
    return {Component::Kind::suffix, std::string(text.substr(1))};
  return {Component::Kind::general, std::string(text)};
}

bool Glob::Component::matches(std::string_view name) const {
  switch (kind) {
    case Kind::literal: return name == text;
    case Kind::suffix: return name.ends_with(text);
    case Kind::general: return match_component(text, name);
    case Kind::any_depth: return true;
  }
  return false;
}

Glob::Glob(std::string_view pattern) {
  for (const std::string_view part : split(pattern)) components_.push_back(component(part));
  // A trailing "/**" is everything inside, not the folder itself.
  if (components_.size() > 1 && components_.back().kind == Component::Kind::any_depth)
    components_.insert(components_.end() - 1, Component{Component::Kind::suffix, {}});
}

bool Glob::matches(std::string_view path) const {
  const std::vector<std::string_view> parts = split(path);
  std::size_t at = 0;
  std::size_t in = 0;
  std::optional<std::size_t> deep;
  std::size_t deep_in = 0;
  while (in < parts.size()) {
    if (at < components_.size() && components_[at].kind == Component::Kind::any_depth) {
      deep = ++at;
      deep_in = in;
    } else if (at < components_.size() && components_[at].matches(parts[in])) {
      ++at;
      ++in;
    } else if (deep) {
      at = *deep;
      in = ++deep_in;
    } else {
      return false;
    }
  }
  while (at < components_.size() && components_[at].kind == Component::Kind::any_depth) ++at;
  return at == components_.size();
}

}  // namespace procsafe
