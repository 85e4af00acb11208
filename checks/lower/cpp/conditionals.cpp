#include "lower/cpp/conditionals.h"

#include <algorithm>
#include <string>
#include <utility>

#include "source/cpp_lexer.h"

namespace procsafe::cpp {
namespace {

struct Group {
  std::vector<SourceRange> directives;  // #if, #else …, #endif
  bool zero = false;                    // #if 0
};

std::string_view keyword(std::string_view line) {
  const std::size_t begin = line.find_first_not_of("# \t");
  if (begin == std::string_view::npos) return {};
  return next_lexeme(line, begin).of(line);
}

/// The end of the range that holds `at`, or `at` itself.
std::size_t behind(const std::vector<SourceRange>& ranges, std::size_t at) {
  for (const SourceRange& range : ranges) {
    if (range.begin <= at && at < range.end) return range.end;
  }
  return at;
}

/// Are all braces and parentheses of [begin, end) closed in it, and none closed that it did not open?
bool balanced(std::string_view text, SourceRange branch, const std::vector<SourceRange>& left_out) {
  int braces = 0;
  int parentheses = 0;
  std::vector<SourceRange> inside;
  for (const SourceRange& range : left_out) {
    if (branch.contains(range)) inside.push_back(range);
  }
  for (std::size_t at = branch.begin; at < branch.end;) {
    if (const std::size_t next = behind(inside, at); next != at) {
      at = next;
      continue;
    }
    // Directives of whole groups inside (`#if`) and definitions are no code.
    if (text[at] == '#') {
      const std::size_t end = text.find('\n', at);
      at = end == std::string_view::npos ? branch.end : end;
      continue;
    }
    const Lexeme lexeme = next_lexeme(text, at);
    if (lexeme.kind == Lexeme::Kind::other) {
      if (text[at] == '{') ++braces;
      if (text[at] == '}') --braces;
      if (text[at] == '(') ++parentheses;
      if (text[at] == ')') --parentheses;
      if (braces < 0 || parentheses < 0) return false;
    }
    at = std::max(lexeme.end, at + 1);
  }
  return braces == 0 && parentheses == 0;
}

void leave_out(std::string_view text, const Group& group, std::vector<SourceRange>& left_out) {
  std::vector<SourceRange> branches;
  for (std::size_t i = 0; i + 1 < group.directives.size(); ++i)
    branches.push_back({group.directives[i].end, group.directives[i + 1].begin});
  const bool whole = std::all_of(branches.begin(), branches.end(),
                                 [&](SourceRange branch) { return balanced(text, branch, left_out); });
  if (whole) return;
  const std::size_t kept = group.zero && branches.size() > 1 ? 1 : 0;
  for (const SourceRange& directive : group.directives) left_out.push_back(directive);
  for (std::size_t i = 0; i < branches.size(); ++i) {
    if (i != kept) left_out.push_back(branches[i]);
  }
}

}  // namespace

std::vector<SourceRange> joined(std::vector<SourceRange> ranges) {
  std::sort(ranges.begin(), ranges.end());
  std::vector<SourceRange> merged;
  for (const SourceRange& range : ranges) {
    if (range.empty()) continue;
    if (!merged.empty() && range.begin <= merged.back().end) {
      merged.back().end = std::max(merged.back().end, range.end);
    } else {
      merged.push_back(range);
    }
  }
  return merged;
}

std::vector<SourceRange> parts_to_leave_out(std::string_view text, const std::vector<SourceRange>& directives) {
  std::vector<SourceRange> left_out;
  std::vector<Group> open;
  for (const SourceRange& directive : directives) {
    const std::string_view line = text.substr(directive.begin, directive.end - directive.begin);
    const std::string_view word = keyword(line);
    if (word == "if" || word == "ifdef" || word == "ifndef") {
      open.push_back({{directive}, line.ends_with(" 0")});
    } else if (!open.empty() && (word == "else" || word == "elif" || word == "elifdef" || word == "elifndef")) {
      open.back().directives.push_back(directive);
    } else if (!open.empty() && word == "endif") {
      open.back().directives.push_back(directive);
      leave_out(text, open.back(), left_out);
      open.pop_back();
    }
  }
  return joined(std::move(left_out));
}

}  // namespace procsafe::cpp
