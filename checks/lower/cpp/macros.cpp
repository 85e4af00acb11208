#include "lower/cpp/macros.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "facts/text.h"
#include "lower/cpp/spelling.h"
#include "source/cpp_lexer.h"

extern "C" const TSLanguage* tree_sitter_cpp();

namespace procsafe::cpp {
namespace {

/// Bodies longer than this are no wrappers around one operation.
constexpr std::size_t kMaxBody = 4096;

/// The directive line that begins at `at`, with its continuations, without the last line end.
SourceRange directive_line(std::string_view text, std::size_t at) {
  std::size_t end = at;
  for (;;) {
    end = std::min(text.find('\n', end), text.size());
    if (end == text.size()) break;
    std::size_t last = end;
    if (last > at && text[last - 1] == '\r') --last;
    if (last == at || text[last - 1] != '\\') break;
    ++end;
  }
  return {static_cast<Offset>(at), static_cast<Offset>(end)};
}

std::string splice_lines(std::string_view text) {
  std::string spliced;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '\n' || text[at + 1] == '\r')) {
      const bool two_bytes = text[at + 1] == '\r' && at + 2 < text.size() && text[at + 2] == '\n';
      at += two_bytes ? 2U : 1U;
      spliced += ' ';
      continue;
    }
    spliced += text[at];
  }
  return spliced;
}

/// The body without its comments and the blanks behind it.
std::string strip_comments(std::string_view text) {
  std::string body;
  for (std::size_t at = 0; at < text.size();) {
    const Lexeme lexeme = next_lexeme(text, at);
    if (lexeme.kind == Lexeme::Kind::comment) {
      body += ' ';
    } else {
      body += lexeme.of(text);
    }
    at = lexeme.end;
  }
  while (!body.empty() && (body.back() == ' ' || body.back() == '\t' || body.back() == '\r')) body.pop_back();
  return body;
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  return at;
}

/// Reads `(a, b, ...)` at `at`; returns the offset behind it, or nothing when it is broken.
std::optional<std::size_t> read_parameters(std::string_view line, std::size_t at, Macro& macro) {
  const std::size_t close = line.find(')', at);
  if (close == std::string_view::npos) return std::nullopt;
  std::string word;
  for (const char byte : line.substr(at + 1, close - at - 1)) {
    if (byte == ',') {
      macro.parameters.push_back(std::exchange(word, {}));
    } else if (byte != ' ' && byte != '\t') {
      word += byte;
    }
  }
  if (!word.empty()) macro.parameters.push_back(std::move(word));
  if (!macro.parameters.empty() && macro.parameters.back().ends_with("...")) {
    macro.variadic = true;
    std::string& last = macro.parameters.back();
    last.erase(last.size() - 3);
    if (last.empty()) last = "__VA_ARGS__";
  }
  return close + 1;
}

}  // namespace

Slot macro_slot(std::string_view name) { return {Slot::Kind::name, "macro:" + std::string(name), 0}; }

Value encode_macro(const Macro& macro) {
  std::string line = macro.name;
  if (macro.function_like) {
    line += '(';
    for (std::size_t i = 0; i < macro.parameters.size(); ++i) {
      if (i > 0) line += ',';
      line += macro.parameters[i];
      if (macro.variadic && i + 1 == macro.parameters.size()) line += "...";
    }
    line += ')';
  }
  line += ' ' + macro.body;
  Text text;
  text.append_synthetic(line, macro.definition.range.begin);
  Value value = Value::of_text(std::move(text));
  value.from = macro.definition;
  return value;
}

std::optional<Macro> decode_macro(const Value& value) {
  if (value.kind != Value::Kind::text || !value.text) return std::nullopt;
  const std::string& line = value.text->bytes();
  const MacroTable table("", "#define " + line);
  if (table.all().empty()) return std::nullopt;
  Macro macro = table.all().front();
  macro.body_offset.reset();
  macro.definition = value.from.value_or(Location{});
  macro.from = 0;
  return macro;
}

MacroTable::MacroTable(std::string_view path, std::string_view text) {
  bool line_start = true;
  for (std::size_t at = 0; at < text.size();) {
    if (line_start) {
      const std::size_t first = skip_blanks(text, at);
      if (first < text.size() && text[first] == '#') {
        const SourceRange line = directive_line(text, first);
        directives_.push_back(line);
        read_directive(path, text, line);
        at = line.end;
        continue;
      }
    }
    const Lexeme lexeme = next_lexeme(text, at);
    if (lexeme.kind == Lexeme::Kind::space) {
      // Stop behind the first line end: the next line may begin with a directive.
      const std::size_t newline = text.find('\n', at);
      line_start = newline < lexeme.end;
      at = line_start ? newline + 1 : lexeme.end;
      continue;
    }
    line_start = false;
    at = lexeme.end;
  }
}

void MacroTable::read_directive(std::string_view path, std::string_view text, SourceRange range) {
  const std::string_view line = text.substr(range.begin, range.end - range.begin);
  std::size_t at = skip_blanks(line, 1);
  const Lexeme word = next_lexeme(line, at);
  const std::string_view name = word.of(line);
  at = skip_blanks(line, word.end);
  if (name == "if" || name == "ifdef" || name == "ifndef") {
    // `#ifndef X_H` as the first directive guards the file, and chooses nothing.
    const bool guard = name == "ifndef" && macros_.empty() && conditions_.empty();
    conditions_.push_back(!guard);
  } else if (name == "endif") {
    if (!conditions_.empty()) conditions_.pop_back();
  } else if (name == "include" && at < line.size()) {
    const char close = line[at] == '<' ? '>' : '"';
    const std::size_t end = line.find(close, at + 1);
    const bool always = std::find(conditions_.begin(), conditions_.end(), true) == conditions_.end();
    if (always && end != std::string_view::npos) includes_.emplace_back(line.substr(at + 1, end - at - 1));
  } else if (name == "define") {
    define(path, text, range, at);
  } else if (name == "undef") {
    const std::string undefined(next_lexeme(line, at).of(line));
    for (const std::size_t index : by_name_[undefined])
      macros_[index].until = std::min(macros_[index].until, range.begin);
  }
}

void MacroTable::define(std::string_view path, std::string_view text, SourceRange range, std::size_t at) {
  const std::string_view line = text.substr(range.begin, range.end - range.begin);
  const Lexeme word = next_lexeme(line, at);
  if (word.kind != Lexeme::Kind::identifier) return;
  Macro macro;
  macro.name = std::string(word.of(line));
  at = word.end;
  if (at < line.size() && line[at] == '(') {
    macro.function_like = true;
    const auto behind = read_parameters(line, at, macro);
    if (!behind) return;
    at = *behind;
  }
  at = std::min(skip_blanks(line, at), line.size());
  const std::string_view raw = line.substr(at);
  if (raw.size() > kMaxBody) return;
  macro.body = strip_comments(splice_lines(raw));
  // A body that stands in the file as it is keeps its place, so that text in it can be pointed at.
  if (raw.starts_with(macro.body)) macro.body_offset = range.begin + static_cast<Offset>(at);
  macro.definition = {std::string(path), {range.begin, range.begin + static_cast<Offset>(line.size())}};
  macro.conditional = std::find(conditions_.begin(), conditions_.end(), true) != conditions_.end();
  macro.from = range.end;
  by_name_[macro.name].push_back(macros_.size());
  macros_.push_back(std::move(macro));
}

void MacroTable::import(Macro macro) {
  by_name_[macro.name].push_back(macros_.size());
  macros_.push_back(std::move(macro));
}

const Macro* MacroTable::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return nullptr;
  const Macro* best = nullptr;
  for (const std::size_t index : found->second) {
    if (best == nullptr || best->conditional || !macros_[index].conditional) best = &macros_[index];
  }
  return best;
}

const Macro* MacroTable::find(std::string_view name, Offset at, const std::function<bool(const Macro&)>& prefer) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return nullptr;
  const Macro* best = nullptr;
  for (const std::size_t index : found->second) {
    const Macro& macro = macros_[index];
    if (at < macro.from || at >= macro.until) continue;
    if (best == nullptr || !prefer(*best) || (prefer(macro) && best->conditional)) best = &macro;
  }
  return best;
}

const SyntaxTree* MacroTable::expression(const Macro& macro) const {
  auto [entry, fresh] = parsed_.try_emplace(macro.name + ' ' + macro.body);
  Parsed& parsed = entry->second;
  if (fresh) {
    parsed.text = "v = " + macro.body + ";";
    parsed.tree = std::make_unique<SyntaxTree>(tree_sitter_cpp(), parsed.text);
  }
  return parsed.tree->empty() || !parsed.tree->errors().empty() ? nullptr : parsed.tree.get();
}

Syntax macro_value(const SyntaxTree& tree) {
  for (NodeId id = 0; id < tree.size(); ++id) {
    if (tree.at(id).is(Kind::assignment)) return tree.at(id).field(Role::right);
  }
  return {};
}

}  // namespace procsafe::cpp
