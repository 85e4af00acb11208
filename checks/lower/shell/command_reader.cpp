#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>

#include "lower/shell/reader.h"

namespace procsafe::shell {
namespace {

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_meta(char c) { return is_blank(c) || (c != '\0' && std::strchr("\n\r;&|()<>", c) != nullptr); }

/// Errors kept; the first tell enough.
constexpr std::size_t kMaxErrors = 8;

}  // namespace

std::unique_ptr<Syntax> read_script(Text text, Dialect dialect) {
  auto syntax = std::make_unique<Syntax>();
  syntax->text = std::move(text);
  Reader reader(*syntax, syntax->text, dialect, 0);
  syntax->statements = reader.read_all();
  return syntax;
}

Reader::Reader(Syntax& syntax, const Text& text, Dialect dialect, int depth)
    : syntax_(syntax), text_(text), in_(text.bytes()), end_(in_.size()), dialect_(dialect), depth_(depth) {}

List Reader::read_all() {
  List list;
  read_list(list);
  while (!at_end()) {  // a closer nothing opened: say so and go on behind it
    const std::size_t begin = at_;
    const std::string_view word = keyword();
    at_ += word.empty() ? std::size_t{1} : word.size();
    fail(begin, at_);
    read_list(list);
  }
  return list;
}

void Reader::fail(std::size_t begin, std::size_t end) {
  if (syntax_.errors.size() < kMaxErrors) syntax_.errors.push_back(span(begin, end).range());
}

std::unique_ptr<Statement> Reader::start(Statement::Kind kind) const {
  auto statement = std::make_unique<Statement>();
  statement->kind = kind;
  statement->span = span(at_, at_);
  return statement;
}

void Reader::finish(Statement& statement, std::size_t stop) const {
  while (stop > statement.span.begin && (is_blank(in_[stop - 1]) || in_[stop - 1] == '\n' || in_[stop - 1] == '\r'))
    --stop;
  statement.span.end = static_cast<Offset>(stop);
}

bool Reader::take(std::string_view text) {
  if (at_ + text.size() > end_ || !looking_at(text)) return false;
  at_ += text.size();
  return true;
}

void Reader::skip_blanks() {
  while (!at_end()) {
    if (is_blank(peek()) || (peek() == '\r' && peek(1) == '\n')) {
      ++at_;
    } else if (peek() == '\\' && peek(1) == '\n') {
      at_ += 2;
    } else if (peek() == '\\' && peek(1) == '\r' && peek(2) == '\n') {
      at_ += 3;
    } else if (peek() == '#' && (at_ == 0 || is_meta(in_[at_ - 1]) || in_[at_ - 1] == '`')) {
      const std::size_t stop = line_end(at_);
      syntax_.comments.push_back(span(at_, stop).range());
      at_ = stop;
    } else {
      return;
    }
  }
}

void Reader::skip_newlines() {
  for (;;) {
    skip_blanks();
    if (at_end() || peek() != '\n') return;
    read_newline();
  }
}

void Reader::read_newline() {
  ++at_;
  if (!pending_.empty()) read_pending_here_documents();
}

std::size_t Reader::line_end(std::size_t from) const { return std::min(in_.substr(0, end_).find('\n', from), end_); }

void Reader::read_pending_here_documents() {
  const std::vector<PendingHere> pending = std::move(pending_);
  pending_.clear();
  for (const PendingHere& here : pending) read_here_document(here);
}

void Reader::read_here_document(const PendingHere& pending) {
  const std::size_t begin = at_;
  std::size_t body_end = end_;
  std::size_t next = end_;
  bool closed = false;
  for (std::size_t line = at_; line < end_ && !closed;) {
    const std::size_t stop = line_end(line);
    std::string_view content = in_.substr(line, stop - line);
    if (pending.strip_tabs) content.remove_prefix(std::min(content.find_first_not_of('\t'), content.size()));
    if (content.ends_with('\r')) content.remove_suffix(1);
    closed = content == pending.delimiter;
    if (closed) body_end = line;
    line = std::min(stop + 1, end_);
    if (closed) next = stop < end_ ? stop + 1 : end_;
  }
  if (!closed && begin < end_) fail(begin, line_end(begin));
  pending.body->span = span(begin, body_end);
  if (pending.expand) {
    const std::size_t outer_end = end_;
    end_ = body_end;
    read_parts(*pending.body, Mode::here_document);
    end_ = outer_end;
  } else {
    add_literal(*pending.body, begin, body_end, true);
  }
  at_ = next;
}

std::string_view Reader::keyword() const {
  std::size_t stop = at_;
  while (stop < end_ && !is_meta(in_[stop])) ++stop;
  return in_.substr(at_, stop - at_);
}

bool Reader::take_keyword(std::string_view word) {
  if (keyword() != word) return false;
  at_ += word.size();
  return true;
}

bool Reader::at_closer() const {
  static constexpr std::array<std::string_view, 8> kClosers{"then", "else", "elif", "fi", "do", "done", "esac", "}"};
  if (peek() == ')') return true;
  if (peek() == ';' && (peek(1) == ';' || peek(1) == '&' || peek(1) == '|')) return true;
  const std::string_view word = keyword();
  if (foreach_ > 0 && word == "end") return true;
  return std::find(kClosers.begin(), kClosers.end(), word) != kClosers.end();
}

void Reader::read_list(List& list, bool condition) {
  const Depth depth(*this);
  if (depth.exceeded()) {
    syntax_.too_deep = true;
    at_ = end_;
    return;
  }
  for (;;) {
    skip_newlines();
    while (peek() == ';' && !at_closer()) {
      ++at_;
      skip_newlines();
    }
    if (at_end() || at_closer()) return;
    const std::size_t before = at_;
    std::unique_ptr<Statement> statement = read_and_or();
    skip_blanks();
    if (peek() == '&' && (peek(1) == '!' || peek(1) == '|') && dialect_ == Dialect::zsh) {
      statement->background = statement->disowned = true;
      at_ += 2;
    } else if (peek() == '&' && peek(1) != '&') {
      statement->background = true;
      ++at_;
    } else if (peek() == ';' && !at_closer()) {
      ++at_;
    } else if (condition && dialect_ == Dialect::zsh && peek() == '{') {
      list.push_back(std::move(statement));
      return;
    }
    list.push_back(std::move(statement));
    if (at_ == before) {  // nothing was read: an operator that starts no command
      fail(at_, at_ + 1);
      ++at_;
    }
  }
}

std::unique_ptr<Statement> Reader::read_and_or() {
  std::unique_ptr<Statement> chain = start(Statement::Kind::and_or);
  chain->children.push_back(read_pipeline());
  for (;;) {
    skip_blanks();
    const bool both = looking_at("&&");
    if (!both && !looking_at("||")) break;
    at_ += 2;
    skip_newlines();
    chain->joins.push_back(both ? Statement::Join::both : Statement::Join::either);
    chain->children.push_back(read_pipeline());
  }
  if (chain->joins.empty()) return std::move(chain->children.front());
  finish(*chain, chain->children.back()->span.end);
  return chain;
}

std::unique_ptr<Statement> Reader::read_pipeline() {
  std::unique_ptr<Statement> pipeline = start(Statement::Kind::pipeline);
  bool negated = false;
  while (at_keyword("!")) {
    negated = !negated;
    ++at_;
    skip_blanks();
  }
  if (peek() == '!' && peek(1) == '(') {
    negated = !negated;
    ++at_;
  }
  pipeline->children.push_back(read_command());
  for (;;) {
    skip_blanks();
    if (peek() != '|' || peek(1) == '|') break;
    at_ += peek(1) == '&' ? std::size_t{2} : std::size_t{1};
    skip_newlines();
    pipeline->children.push_back(read_command());
  }
  if (pipeline->children.size() == 1) {
    std::unique_ptr<Statement> only = std::move(pipeline->children.front());
    only->negated = negated;
    return only;
  }
  pipeline->negated = negated;
  finish(*pipeline, pipeline->children.back()->span.end);
  return pipeline;
}

std::unique_ptr<Statement> Reader::read_command() {
  const Depth depth(*this);
  skip_blanks();
  if (depth.exceeded()) {
    syntax_.too_deep = true;
    at_ = end_;
    return start(Statement::Kind::simple);
  }
  std::unique_ptr<Statement> statement = read_compound(keyword());
  if (!statement) return read_simple();
  std::size_t stop = statement->span.end;
  for (skip_blanks(); read_redirect(*statement); skip_blanks()) stop = at_;
  finish(*statement, stop);
  return statement;
}

std::unique_ptr<Statement> Reader::read_simple() {
  std::unique_ptr<Statement> command = start(Statement::Kind::simple);
  for (;;) {
    // Blanks and a comment behind the last item do not belong to the command.
    const std::size_t stop = at_;
    skip_blanks();
    const std::size_t before = at_;
    if (at_end() || !read_simple_item(*command) || at_ == before) {
      finish(*command, stop);
      return command;
    }
  }
}

bool Reader::read_simple_item(Statement& command) {
  if (read_redirect(command)) return true;
  if (dialect_ == Dialect::zsh && at_keyword("}")) return false;
  if (ends_word(Mode::bare) && !(peek() == '<' && peek(1) == '(') && !(peek() == '>' && peek(1) == '(')) return false;
  if (at_assignment() && (command.words.empty() || declares(command))) {
    (command.words.empty() ? command.assignments : command.declared).push_back(read_assignment());
    return true;
  }
  command.words.push_back(read_word(Mode::bare));
  return true;
}

bool Reader::declares(const Statement& command) const {
  static constexpr std::array<std::string_view, 7> kDeclaring{"export",  "local",   "declare", "readonly",
                                                              "typeset", "integer", "float"};
  const std::string name = command.words.front().literal_text();
  return command.words.front().literal() && std::find(kDeclaring.begin(), kDeclaring.end(), name) != kDeclaring.end();
}

bool Reader::at_assignment() const {
  std::size_t i = at_;
  if (i >= end_ || !is_name(in_[i]) || is_digit(in_[i])) return false;
  while (i < end_ && is_name(in_[i])) ++i;
  if (i < end_ && in_[i] == '[') {
    int depth = 0;
    for (; i < end_ && in_[i] != '\n'; ++i) {
      if (in_[i] == '[') ++depth;
      if (in_[i] == ']' && --depth == 0) break;
    }
    if (i >= end_ || in_[i] != ']') return false;
    ++i;
  }
  if (i < end_ && in_[i] == '+') ++i;
  return i < end_ && in_[i] == '=';
}

Assignment Reader::read_assignment() {
  Assignment assignment;
  const std::size_t begin = at_;
  while (is_name(peek())) ++at_;
  assignment.name = in_.substr(begin, at_ - begin);
  if (peek() == '[') read_subscript(assignment.subscript);
  assignment.append = take("+");
  take("=");
  if (peek() == '(') {
    read_array(assignment);
  } else {
    assignment.value = read_word(Mode::bare);
  }
  assignment.span = span(begin, at_);
  return assignment;
}

void Reader::read_array(Assignment& assignment) {
  assignment.array = true;
  const std::size_t open = at_++;
  for (;;) {
    skip_newlines();
    if (at_end() || peek() == ')') break;
    const std::size_t before = at_;
    if (peek() == '[' && in_.substr(0, end_).find("]=", at_) < line_end(at_)) {  // [key]=value
      std::string key;
      read_subscript(key);
      take("=");
    }
    assignment.elements.push_back(read_word(Mode::bare));
    if (at_ == before) {
      fail(at_, at_ + 1);
      ++at_;
    }
  }
  if (!take(")")) fail(open, open + 1);
}

bool Reader::read_redirect(Statement& command) {
  static constexpr std::array<std::pair<std::string_view, Redirect::Kind>, 13> kOperators{{
      {"<<<", Redirect::Kind::here_string},
      {"<<-", Redirect::Kind::here_document},
      {"<<", Redirect::Kind::here_document},
      {"&>>", Redirect::Kind::append},
      {"&>", Redirect::Kind::output},
      {">>", Redirect::Kind::append},
      {">&", Redirect::Kind::duplicate},
      {"<&", Redirect::Kind::duplicate},
      {"<>", Redirect::Kind::read_write},
      {">|", Redirect::Kind::output},
      {">!", Redirect::Kind::output},
      {">", Redirect::Kind::output},
      {"<", Redirect::Kind::input},
  }};
  const std::size_t begin = at_;
  std::size_t operator_at = at_;
  while (operator_at < end_ && is_digit(in_[operator_at])) ++operator_at;
  if (operator_at == at_ && peek() == '{') {  // {name}>file
    while (operator_at < end_ && (is_name(in_[operator_at]) || in_[operator_at] == '{')) ++operator_at;
    if (operator_at >= end_ || in_[operator_at] != '}') return false;
    ++operator_at;
  }
  if (operator_at >= end_ || (in_[operator_at] != '<' && in_[operator_at] != '>' && in_[operator_at] != '&'))
    return false;
  if (in_[operator_at] != '&' && operator_at + 1 < end_ && in_[operator_at + 1] == '(') return false;
  at_ = operator_at;
  for (const auto& [op, kind] : kOperators) {
    if (!looking_at(op) || (op == ">!" && dialect_ != Dialect::zsh)) continue;
    if (op.front() == '&' && operator_at != begin) break;
    Redirect redirect;
    redirect.kind = kind;
    if (operator_at > begin && is_digit(in_[begin])) redirect.descriptor = in_[begin] - '0';
    redirect.both = op.front() == '&';
    at_ += op.size();
    skip_blanks();
    redirect.target = read_word(Mode::bare);
    if (kind == Redirect::Kind::here_document) {
      redirect.body = std::make_unique<Word>();
      const bool quoted = std::any_of(redirect.target.parts.begin(), redirect.target.parts.end(),
                                      [](const Part& part) { return part.quoted; });
      std::string delimiter;
      for (const Part& part : redirect.target.parts)
        delimiter += part.kind == Part::Kind::literal ? part.text.bytes() : std::string(part.span.source());
      pending_.push_back({redirect.body.get(), std::move(delimiter), !quoted, op == "<<-"});
    }
    command.redirects.push_back(std::move(redirect));
    return true;
  }
  at_ = begin;
  return false;
}

}  // namespace procsafe::shell
