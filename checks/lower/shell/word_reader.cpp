#include <array>
#include <cctype>
#include <cstring>

#include "lower/shell/reader.h"

namespace procsafe::shell {
namespace {

bool is_name_start(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_special_parameter(char c) { return c != '\0' && std::strchr("@*#?-$!", c) != nullptr; }
bool is_extended_glob(char c) { return c != '\0' && std::strchr("@!?*+", c) != nullptr; }

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

}  // namespace

Word Reader::read_word(Mode mode) {
  Word word;
  const std::size_t begin = at_;
  read_parts(word, mode);
  word.span = span(begin, at_);
  return word;
}

bool Reader::ends_word(Mode mode) const {
  const char c = peek();
  switch (mode) {
    case Mode::double_quotes: return c == '"';
    case Mode::here_document: return false;
    case Mode::braces:
    case Mode::quoted_braces: return c == '}';
    case Mode::regex: return is_blank(c) || c == '\n' || c == '\r';
    case Mode::test:
      if (c == ';') return false;
      [[fallthrough]];
    case Mode::bare:
    case Mode::pattern: break;
  }
  if (c == '\r') return peek(1) == '\n' || at_ + 1 >= end_;
  return is_blank(c) || c == '\n' || c == ';' || c == '&' || c == '|' || c == '(' || c == ')' || c == '<' || c == '>';
}

void Reader::read_parts(Word& word, Mode mode) {
  const Depth depth(*this);
  if (depth.exceeded()) {
    syntax_.too_deep = true;
    at_ = end_;
    return;
  }
  const bool quoted = mode == Mode::double_quotes || mode == Mode::here_document || mode == Mode::quoted_braces;
  const std::size_t begin = at_;
  while (!at_end()) {
    const char c = peek();
    const bool angle = (c == '<' || c == '>') && peek(1) == '(';
    const bool zsh_file = dialect_ == Dialect::zsh && c == '=' && peek(1) == '(' && at_ == begin && mode == Mode::bare;
    if ((angle && (mode == Mode::bare || mode == Mode::pattern)) || zsh_file) {
      read_process_substitution(word);
    } else if (c == '(' && !quoted && at_ > begin &&
               (is_extended_glob(in_[at_ - 1]) || mode == Mode::test || mode == Mode::regex ||
                dialect_ == Dialect::zsh)) {
      read_balanced_literal(word);
    } else if (c == '(' && mode == Mode::regex) {
      read_balanced_literal(word);
    } else if (ends_word(mode)) {
      break;
    } else if (c == '\\') {
      read_escape(word, mode);
    } else if (c == '\'' && !quoted) {
      read_single_quotes(word);
    } else if (c == '"' && mode != Mode::double_quotes && mode != Mode::here_document) {
      read_double_quotes(word);
    } else if (c == '$') {
      read_dollar(word, mode);
    } else if (c == '`') {
      read_backquotes(word, quoted);
    } else {
      std::size_t run = at_ + 1;
      while (run < end_ && (is_name(in_[run]) || in_[run] == '.' || in_[run] == '/' || in_[run] == ',')) ++run;
      add_literal(word, at_, run, quoted);
      at_ = run;
    }
  }
}

void Reader::read_escape(Word& word, Mode mode) {
  if (at_ + 1 >= end_) {
    add_literal(word, at_, at_ + 1, true);
    ++at_;
    return;
  }
  const char next = peek(1);
  if (next == '\n') {
    at_ += 2;
    return;
  }
  if (next == '\r' && peek(2) == '\n') {
    at_ += 3;
    return;
  }
  const bool quoted = mode == Mode::double_quotes || mode == Mode::here_document || mode == Mode::quoted_braces;
  // Between double quotes a backslash stays, except before the characters that are special there.
  const bool kept = quoted && std::strchr(mode == Mode::here_document ? "$`\\" : "$`\"\\}", next) == nullptr;
  if (kept) add_byte(word, '\\', at_, true);
  add_byte(word, next, at_, true);
  at_ += 2;
}

void Reader::read_single_quotes(Word& word) {
  const std::size_t open = at_;
  std::size_t close = in_.substr(0, end_).find('\'', open + 1);
  if (close == std::string_view::npos) {
    fail(open, open + 1);
    close = end_;
  }
  if (close == open + 1) add_part(word, Part::Kind::literal, true, open).span = span(open, close + 1);
  add_literal(word, open + 1, close, true);
  at_ = std::min(close + 1, end_);
}

void Reader::read_ansi_quotes(Word& word) {
  static constexpr std::string_view kNames = "abeEfnrtv";
  static constexpr std::string_view kBytes = "\a\b\033\033\f\n\r\t\v";
  const std::size_t open = at_;
  at_ += 2;
  add_part(word, Part::Kind::literal, true, open);
  while (!at_end() && peek() != '\'') {
    if (peek() != '\\' || at_ + 1 >= end_) {
      add_byte(word, peek(), at_, true);
      ++at_;
      continue;
    }
    const std::size_t escape = at_;
    const char kind = peek(1);
    at_ += 2;
    const std::size_t name = kNames.find(kind);
    const bool hex = kind == 'x';
    if (name != std::string_view::npos) {
      add_byte(word, kBytes[name], escape, true);
    } else if (hex || (kind >= '0' && kind <= '7')) {
      int value = hex ? 0 : kind - '0';
      const int base = hex ? 16 : 8;
      for (int digits = 0; digits < 2 && !at_end() && digit_value(peek()) < base; ++digits, ++at_)
        value = value * base + digit_value(peek());
      add_byte(word, static_cast<char>(value), escape, true);
    } else {
      if (kind != '\\' && kind != '\'' && kind != '"' && kind != '?') add_byte(word, '\\', escape, true);
      add_byte(word, kind, escape, true);
    }
  }
  if (at_end()) fail(open, open + 2);
  if (!at_end()) ++at_;
}

void Reader::read_double_quotes(Word& word) {
  const std::size_t open = at_++;
  // An empty string is a word all the same.
  if (peek() == '"') add_part(word, Part::Kind::literal, true, open).span = span(open, open + 2);
  read_parts(word, Mode::double_quotes);
  if (at_end()) {
    fail(open, open + 1);
  } else {
    ++at_;
  }
}

void Reader::read_dollar(Word& word, Mode mode) {
  const bool quoted = mode == Mode::double_quotes || mode == Mode::here_document || mode == Mode::quoted_braces;
  const char next = peek(1);
  if (next == '(') {
    const Offset begin = static_cast<Offset>(at_);
    if (peek(2) == '(') {
      const std::size_t close = arithmetic_end(at_ + 3);
      if (close != std::string_view::npos) {
        read_arithmetic(word, quoted, begin, close);
        return;
      }
    }
    read_command_substitution(word, quoted);
  } else if (next == '{') {
    read_braced_parameter(word, quoted);
  } else if (next == '\'' && !quoted) {
    read_ansi_quotes(word);
  } else if (next == '"' && !quoted) {
    ++at_;
    read_double_quotes(word);
  } else if (is_name(next) || is_special_parameter(next)) {
    read_simple_parameter(word, quoted);
  } else {
    add_literal(word, at_, at_ + 1, quoted);
    ++at_;
  }
}

void Reader::read_simple_parameter(Word& word, bool quoted) {
  const std::size_t begin = at_++;
  std::size_t stop = at_ + 1;
  if (is_name_start(peek())) {
    while (stop < end_ && is_name(in_[stop])) ++stop;
  }
  Part& part = add_part(word, Part::Kind::parameter, quoted, begin);
  part.name = in_.substr(at_, stop - at_);
  at_ = stop;
  if (dialect_ == Dialect::zsh && peek() == '[' && is_name_start(part.name.front())) read_subscript(part.subscript);
  part.span = span(begin, at_);
}

void Reader::read_subscript(std::string& subscript) {
  const std::size_t open = at_;
  int depth = 0;
  std::size_t stop = at_;
  for (; stop < end_ && in_[stop] != '\n'; ++stop) {
    if (in_[stop] == '[') ++depth;
    if (in_[stop] == ']' && --depth == 0) break;
  }
  if (stop >= end_ || in_[stop] != ']') return;
  subscript = in_.substr(open + 1, stop - open - 1);
  at_ = stop + 1;
}

void Reader::read_braced_parameter(Word& word, bool quoted) {
  const std::size_t begin = at_;
  at_ += 2;
  Part& part = add_part(word, Part::Kind::parameter, quoted, begin);
  if (dialect_ == Dialect::zsh && peek() == '(') {  // expansion flags: ${(f)…}
    while (!at_end() && peek() != ')' && peek() != '\n') ++at_;
    take(")");
  }
  if (dialect_ == Dialect::zsh) {
    while (peek() == '=' || peek() == '^' || peek() == '~') ++at_;
  }
  if (peek() == '#' && (is_name(peek(1)) || is_special_parameter(peek(1))) && peek(1) != '#') {
    part.op = "length";
    ++at_;
  } else if (peek() == '!' && is_name(peek(1))) {
    part.op = "indirect";
    ++at_;
  }
  std::size_t stop = at_;
  while (stop < end_ && is_name(in_[stop])) ++stop;
  if (stop == at_ && is_special_parameter(peek())) ++stop;
  part.name = in_.substr(at_, stop - at_);
  part.hole = text_.hole_named(part.name);
  at_ = stop;
  if (peek() == '[') read_subscript(part.subscript);
  if (peek() != '}') read_parameter_operator(part);
  if (peek() == '}') {
    ++at_;
  } else {
    fail(begin, begin + 2);
  }
  part.span = span(begin, at_);
}

void Reader::read_parameter_operator(Part& part) {
  static constexpr std::array<std::string_view, 22> kOperators{":-", ":=", ":?", ":+", "##", "%%", "//", "/#",
                                                               "/%", "^^", ",,", "-",  "=",  "?",  "+",  "#",
                                                               "%",  "/",  "^",  ",",  "@",  ":"};
  for (const std::string_view op : kOperators) {
    if (!looking_at(op)) continue;
    if (part.op.empty()) part.op = op;
    at_ += op.size();
    break;
  }
  auto operand = std::make_unique<Word>();
  const std::size_t begin = at_;
  read_parts(*operand, part.quoted ? Mode::quoted_braces : Mode::braces);
  operand->span = span(begin, at_);
  part.operand = std::move(operand);
}

std::size_t Reader::arithmetic_end(std::size_t from) const {
  int depth = 0;
  for (std::size_t i = from; i < end_; ++i) {
    const char c = in_[i];
    if (c == '(') ++depth;
    if (c == ')') {
      if (depth == 0) return i + 1 < end_ && in_[i + 1] == ')' ? i + 2 : std::string_view::npos;
      --depth;
    }
    if (c == '\\') ++i;
  }
  return std::string_view::npos;
}

void Reader::read_arithmetic(Word& word, bool quoted, Offset begin, std::size_t close) {
  add_part(word, Part::Kind::arithmetic, quoted, begin).span = span(begin, close);
  at_ = close;
}

void Reader::read_command_substitution(Word& word, bool quoted) {
  const std::size_t begin = at_;
  at_ += 2;
  List body;
  read_list(body);
  if (!take(")")) fail(begin, begin + 2);
  Part& part = add_part(word, Part::Kind::command, quoted, begin);
  part.body = std::move(body);
  part.span = span(begin, at_);
}

void Reader::read_backquotes(Word& word, bool quoted) {
  const std::size_t begin = at_++;
  auto inner = std::make_unique<Text>();
  while (!at_end() && peek() != '`') {
    const char next = peek(1);
    if (peek() == '\\' && (next == '`' || next == '\\' || next == '$' || (quoted && next == '"'))) {
      inner->append(text_.substr(at_ + 1, at_ + 2));
      at_ += 2;
      continue;
    }
    std::size_t run = at_ + 1;
    while (run < end_ && in_[run] != '`' && in_[run] != '\\') ++run;
    inner->append(text_.substr(at_, run));
    at_ = run;
  }
  if (at_end()) {
    fail(begin, begin + 1);
  } else {
    ++at_;
  }
  syntax_.inner.push_back(std::move(inner));
  Reader reader(syntax_, *syntax_.inner.back(), dialect_, depth_);
  Part& part = add_part(word, Part::Kind::command, quoted, begin);
  part.body = reader.read_all();
  part.span = span(begin, at_);
}

void Reader::read_process_substitution(Word& word) {
  const std::size_t begin = at_;
  const bool output = peek() == '>';
  at_ += 2;
  List body;
  read_list(body);
  if (!take(")")) fail(begin, begin + 2);
  Part& part = add_part(word, Part::Kind::process, false, begin);
  part.body = std::move(body);
  part.output = output;
  part.span = span(begin, at_);
}

void Reader::read_balanced_literal(Word& word) {
  const std::size_t open = at_;
  int depth = 0;
  for (std::size_t i = at_; i < end_ && in_[i] != '\n'; ++i) {
    const char c = in_[i];
    if (c == '\\') {
      ++i;
      continue;
    }
    if (c == '(') ++depth;
    if (c == ')' && --depth == 0) {
      add_literal(word, open, i + 1, false);
      at_ = i + 1;
      return;
    }
  }
  fail(open, open + 1);
  add_literal(word, open, open + 1, false);
  at_ = open + 1;
}

Part& Reader::add_part(Word& word, Part::Kind kind, bool quoted, std::size_t begin) {
  Part& part = word.parts.emplace_back();
  part.kind = kind;
  part.quoted = quoted;
  part.span = span(begin, begin);
  return part;
}

void Reader::add_literal(Word& word, std::size_t begin, std::size_t end, bool quoted) {
  if (begin >= end) return;
  if (word.parts.empty() || word.parts.back().kind != Part::Kind::literal || word.parts.back().quoted != quoted)
    add_part(word, Part::Kind::literal, quoted, begin);
  Part& part = word.parts.back();
  part.text.append(text_.substr(begin, end));
  part.span.end = static_cast<Offset>(end);
}

void Reader::add_byte(Word& word, char byte, std::size_t source, bool quoted) {
  if (word.parts.empty() || word.parts.back().kind != Part::Kind::literal || word.parts.back().quoted != quoted)
    add_part(word, Part::Kind::literal, quoted, source);
  Part& part = word.parts.back();
  part.text.append(byte, text_.source_range(source, source + 1).begin);
  part.span.end = static_cast<Offset>(source + 1);
}

}  // namespace procsafe::shell
