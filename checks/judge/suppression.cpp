#include "judge/suppression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>

#include "catalog/nearest.h"

namespace procsafe {
namespace {

constexpr std::string_view kMarker = "procsafe:";

/// Reads the words of one comment from left to right.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  void skip_blanks() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\t' || text_.front() == ','))
      text_.remove_prefix(1);
  }
  bool take(std::string_view word) {
    skip_blanks();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  std::string_view take_until(std::string_view stops) {
    const std::size_t end = std::min(text_.find_first_of(stops), text_.size());
    const std::string_view word = text_.substr(0, end);
    text_.remove_prefix(end);
    return word;
  }
  [[nodiscard]] bool at_end() {
    skip_blanks();
    return text_.empty() || text_.starts_with("*/");
  }
  [[nodiscard]] std::string_view rest() const { return text_; }
  [[nodiscard]] char front() const { return text_.empty() ? '\0' : text_.front(); }
  void drop() {
    if (!text_.empty()) text_.remove_prefix(1);
  }

 private:
  std::string_view text_;
};

std::optional<std::chrono::year_month_day> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](std::size_t begin, std::size_t size) {
    int value = -1;
    const char* first = text.data() + begin;
    return std::from_chars(first, first + size, value).ptr == first + size ? value : -1;
  };
  const std::chrono::year_month_day date{std::chrono::year(number(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  return date.ok() ? std::optional(date) : std::nullopt;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return std::string(text);
}

void parse_rules(std::string_view list, const Catalog& catalog, Suppression& out) {
  while (true) {
    const std::size_t comma = list.find(',');
    const std::string id = trimmed(list.substr(0, comma));
    if (id.empty()) {
      out.problem = "it names no rule: write allow(rule-id)";
    } else if (catalog.find_rule(id) == nullptr) {
      std::vector<std::string> known;
      for (const Rule& rule : catalog.rules()) known.push_back(rule.id);
      const std::string near = nearest(id, known);
      out.problem =
          fmt::format("there is no rule '{}'{}", id, near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
    } else {
      out.rules.push_back(id);
    }
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

void parse_reason(Scanner& scanner, Suppression& out) {
  scanner.skip_blanks();
  const char quote = scanner.front();
  if (quote != '"' && quote != '\'') {
    out.problem = "the reason stands in quotes: reason=\"…\"";
    return;
  }
  scanner.drop();
  out.reason = trimmed(scanner.take_until(std::string_view(&quote, 1)));
  if (scanner.front() != quote) out.problem = "the quotes around the reason are not closed";
  scanner.drop();
}

Suppression parse(std::string_view text, const Catalog& catalog) {
  Suppression out;
  Scanner scanner(text);
  scanner.take(kMarker);
  if (scanner.take("allow-file(")) {
    out.whole_file = true;
  } else if (!scanner.take("allow(")) {
    out.problem = "it is no known comment: write 'procsafe: allow(rule-id) reason=\"…\"'";
    return out;
  }
  parse_rules(scanner.take_until(")"), catalog, out);
  if (scanner.front() != ')') {
    out.problem = "the list of rules is not closed by ')'";
    return out;
  }
  scanner.drop();
  while (out.problem.empty() && !scanner.at_end()) {
    if (scanner.take("reason=")) {
      parse_reason(scanner, out);
    } else if (scanner.take("until=")) {
      const std::string_view date = scanner.take_until(" \t");
      out.until = parse_date(date);
      if (!out.until) out.problem = fmt::format("'{}' is no date of the form YYYY-MM-DD", date);
    } else {
      out.problem = fmt::format("cannot read '{}'; known are reason=\"…\" and until=YYYY-MM-DD", scanner.rest());
    }
  }
  if (out.problem.empty() && out.reason.empty()) out.problem = "it gives no reason: add reason=\"…\"";
  return out;
}

}  // namespace

std::vector<Suppression> parse_suppressions(const FileFacts& facts, const SourceFile& file, const Catalog& catalog) {
  std::set<std::uint32_t> alone;
  for (const Directive& directive : facts.directives) {
    if (directive.alone) alone.insert(file.position(directive.range.begin).line);
  }
  std::vector<Suppression> suppressions;
  for (const Directive& directive : facts.directives) {
    Suppression suppression = parse(file.text_of(directive.range), catalog);
    suppression.range = directive.range;
    suppression.line = file.position(directive.range.begin).line;
    if (directive.alone) {
      // Several comments above one line all cover that line.
      ++suppression.line;
      while (alone.contains(suppression.line)) ++suppression.line;
    }
    suppressions.push_back(std::move(suppression));
  }
  return suppressions;
}

}  // namespace procsafe
