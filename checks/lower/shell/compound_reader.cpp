#include <cctype>

#include "lower/shell/reader.h"

namespace procsafe::shell {
namespace {

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

}  // namespace

std::unique_ptr<Statement> Reader::read_compound(std::string_view word) {
  if (peek() == '(') {
    if (peek(1) == '(' && arithmetic_end(at_ + 2) != std::string_view::npos) return read_arithmetic_command();
    if (dialect_ == Dialect::zsh && peek(1) == ')') return read_function(false);
    return read_subshell();
  }
  if (word == "{") return read_group();
  if (word == "if") return read_if();
  if (word == "while" || word == "until") return read_loop();
  if (word == "for" || word == "select" || (word == "foreach" && dialect_ == Dialect::zsh)) return read_for();
  if (word == "case") return read_case();
  if (word == "[[") return read_test();
  if (word == "function") return read_function(true);
  if (word == "coproc") return read_coprocess();
  if (word == "@test") return read_bats_test();
  if (at_function()) return read_function(false);
  return nullptr;
}

std::unique_ptr<Statement> Reader::read_group() {
  std::unique_ptr<Statement> group = start(Statement::Kind::group);
  const std::size_t open = at_++;
  read_list(group->children);
  if (!take_keyword("}") && !take("}")) fail(open, open + 1);
  skip_blanks();
  if (dialect_ == Dialect::zsh && at_keyword("always")) {
    at_ += 6;
    skip_blanks();
    if (peek() == '{') group->children.push_back(read_group());
  }
  finish(*group, at_);
  return group;
}

std::unique_ptr<Statement> Reader::read_subshell() {
  std::unique_ptr<Statement> subshell = start(Statement::Kind::subshell);
  const std::size_t open = at_++;
  read_list(subshell->children);
  if (!take(")")) fail(open, open + 1);
  finish(*subshell, at_);
  return subshell;
}

std::unique_ptr<Statement> Reader::read_if() {
  std::unique_ptr<Statement> statement = start(Statement::Kind::conditional);
  const std::size_t open = at_;
  at_ += 2;
  for (bool more = true; more;) {
    Branch branch;
    read_list(branch.condition, true);
    if (take_keyword("then")) {
      read_list(branch.body);
    } else if (dialect_ == Dialect::zsh && peek() == '{') {
      branch.body.push_back(read_group());
      skip_blanks();
    } else {
      fail(open, open + 2);
      return statement;
    }
    statement->branches.push_back(std::move(branch));
    more = take_keyword("elif");
  }
  if (take_keyword("else")) {
    Branch otherwise;
    skip_newlines();
    if (dialect_ == Dialect::zsh && peek() == '{') {
      otherwise.body.push_back(read_group());
      skip_blanks();
    }
    read_list(otherwise.body);
    statement->branches.push_back(std::move(otherwise));
  }
  const bool braced = dialect_ == Dialect::zsh && in_[at_ - 1] == '}';
  if (!take_keyword("fi") && !braced) fail(open, open + 2);
  finish(*statement, at_);
  return statement;
}

std::unique_ptr<Statement> Reader::read_loop() {
  std::unique_ptr<Statement> loop = start(Statement::Kind::loop);
  loop->until = peek() == 'u';
  at_ += 5;
  Branch& branch = loop->branches.emplace_back();
  read_list(branch.condition, true);
  loop->head = span(loop->span.begin, branch.condition.empty() ? at_ : branch.condition.back()->span.end);
  read_body(branch.body);
  finish(*loop, at_);
  return loop;
}

void Reader::read_body(List& body) {
  const std::size_t open = at_;
  skip_newlines();
  if (peek() == ';') ++at_;
  skip_newlines();
  if (take_keyword("do")) {
    read_list(body);
    if (!take_keyword("done")) fail(open, std::min(open + 2, end_));
  } else if (peek() == '{') {
    body.push_back(read_group());
  } else if (dialect_ == Dialect::zsh && !at_end() && !at_closer()) {
    body.push_back(read_and_or());
  } else {
    fail(open, std::min(open + 1, end_));
  }
}

std::unique_ptr<Statement> Reader::read_for() {
  std::unique_ptr<Statement> loop = start(Statement::Kind::for_each);
  const bool zsh_foreach = at_keyword("foreach");
  at_ += keyword().size();
  skip_blanks();
  if (looking_at("((")) {
    loop->kind = Statement::Kind::for_arithmetic;
    const std::size_t close = arithmetic_end(at_ + 2);
    if (close == std::string_view::npos) {
      fail(at_, at_ + 2);
      return loop;
    }
    at_ = close;
    finish(*loop, at_);
    loop->head = loop->span;
    read_body(loop->branches.emplace_back().body);
    finish(*loop, at_);
    return loop;
  }
  while (is_name(peek())) loop->name += in_[at_++];
  read_for_items(*loop);
  loop->head = span(loop->span.begin, loop->words.empty() ? at_ : loop->words.back().span.end);
  List& body = loop->branches.emplace_back().body;
  if (zsh_foreach) {
    ++foreach_;
    read_list(body);
    --foreach_;
    if (!take_keyword("end")) fail(loop->span.begin, loop->head.end);
  } else {
    read_body(body);
  }
  finish(*loop, at_);
  return loop;
}

void Reader::read_for_items(Statement& loop) {
  skip_newlines();
  const bool parenthesised = dialect_ == Dialect::zsh && peek() == '(';
  if (parenthesised) {
    ++at_;
  } else {
    while (dialect_ == Dialect::zsh && !at_keyword("in") && is_name(peek()) && !at_keyword("do")) {
      at_ += keyword().size();  // several variables
      skip_blanks();
    }
    if (!take_keyword("in")) return;
  }
  loop.has_items = true;
  for (;;) {
    if (parenthesised) {
      skip_newlines();
    } else {
      skip_blanks();
    }
    const bool process = (peek() == '<' || peek() == '>') && peek(1) == '(';
    if (at_end() || (ends_word(Mode::bare) && !process)) break;
    loop.words.push_back(read_word(Mode::bare));
  }
  if (parenthesised) take(")");
}

std::unique_ptr<Statement> Reader::read_case() {
  std::unique_ptr<Statement> statement = start(Statement::Kind::case_of);
  const std::size_t open = at_;
  at_ += 4;
  skip_newlines();
  statement->words.push_back(read_word(Mode::bare));
  skip_newlines();
  if (!take_keyword("in")) {
    fail(open, open + 4);
    return statement;
  }
  for (;;) {
    skip_newlines();
    if (take_keyword("esac")) break;
    if (at_end()) {
      fail(open, open + 4);
      break;
    }
    const std::size_t before = at_;
    read_case_item(*statement);
    if (at_ == before) {
      fail(at_, at_ + 1);
      break;
    }
  }
  finish(*statement, at_);
  return statement;
}

void Reader::read_case_item(Statement& statement) {
  Branch& item = statement.branches.emplace_back();
  take("(");
  for (;;) {
    skip_blanks();
    if (peek() == '(' && dialect_ == Dialect::zsh) {
      Word& word = item.patterns.emplace_back();
      const std::size_t begin = at_;
      read_balanced_literal(word);
      read_parts(word, Mode::pattern);
      word.span = span(begin, at_);
    } else {
      item.patterns.push_back(read_word(Mode::pattern));
    }
    skip_blanks();
    if (peek() != '|') break;
    ++at_;
  }
  if (!take(")")) {
    fail(at_, std::min(at_ + 1, end_));
    return;
  }
  read_list(item.body);
  if (!take(";;&") && !take(";;") && !take(";&")) take(";|");
}

std::unique_ptr<Statement> Reader::read_arithmetic_command() {
  std::unique_ptr<Statement> statement = start(Statement::Kind::arithmetic);
  at_ = arithmetic_end(at_ + 2);
  finish(*statement, at_);
  return statement;
}

std::unique_ptr<Statement> Reader::read_test() {
  std::unique_ptr<Statement> test = start(Statement::Kind::simple);
  const std::size_t open = at_;
  const auto add_operator = [&](std::size_t size) {
    Word word;
    add_literal(word, at_, at_ + size, false);
    word.span = span(at_, at_ + size);
    test->words.push_back(std::move(word));
    at_ += size;
  };
  add_operator(2);
  for (;;) {
    skip_newlines();
    if (at_end()) break;
    if (take_keyword("]]")) {
      finish(*test, at_);
      return test;
    }
    const bool behind_operator =
        test->words.back().is_bare("==") || test->words.back().is_bare("=") || test->words.back().is_bare("!=");
    if (looking_at("&&") || looking_at("||")) {
      add_operator(2);
    } else if (test->words.back().is_bare("=~")) {
      test->words.push_back(read_word(Mode::regex));
    } else if (peek() == '(' && behind_operator) {
      Word word;
      const std::size_t begin = at_;
      read_balanced_literal(word);
      read_parts(word, Mode::test);
      word.span = span(begin, at_);
      test->words.push_back(std::move(word));
    } else if (ends_word(Mode::test)) {
      add_operator(1);
    } else {
      test->words.push_back(read_word(Mode::test));
    }
    if (test->words.back().is_bare("]]")) {
      finish(*test, at_);
      return test;
    }
  }
  fail(open, open + 2);
  finish(*test, at_);
  return test;
}

bool Reader::at_function() const {
  std::size_t i = at_;
  while (i < end_ && (is_name(in_[i]) || in_[i] == '-' || in_[i] == '.' || in_[i] == ':' || in_[i] == '/' ||
                      in_[i] == '+' || in_[i] == '@' || in_[i] == '!' || in_[i] == '?'))
    ++i;
  if (i == at_) return false;
  while (i < end_ && (in_[i] == ' ' || in_[i] == '\t')) ++i;
  if (i >= end_ || in_[i] != '(') return false;
  ++i;
  while (i < end_ && (in_[i] == ' ' || in_[i] == '\t')) ++i;
  return i < end_ && in_[i] == ')';
}

std::unique_ptr<Statement> Reader::read_function(bool with_keyword) {
  std::unique_ptr<Statement> function = start(Statement::Kind::function);
  if (with_keyword) {
    at_ += 8;
    skip_blanks();
  }
  const std::string_view name = keyword();
  if (!name.starts_with('(') && name != "{") {
    function->name = name;
    at_ += name.size();
  }
  skip_blanks();
  if (take("(")) {
    skip_blanks();
    if (!take(")")) fail(at_, std::min(at_ + 1, end_));
  }
  skip_newlines();
  if (at_end() || at_closer()) {
    fail(function->span.begin, at_);
    finish(*function, at_);
    return function;
  }
  function->children.push_back(read_command());
  finish(*function, at_);
  return function;
}

std::unique_ptr<Statement> Reader::read_bats_test() {
  std::unique_ptr<Statement> test = start(Statement::Kind::function);
  at_ += 5;
  skip_blanks();
  const Word title = read_word(Mode::bare);
  test->name = title.literal_text();
  skip_newlines();
  if (peek() == '{') {
    test->children.push_back(read_group());
  } else {
    fail(test->span.begin, at_);
  }
  finish(*test, at_);
  return test;
}

std::unique_ptr<Statement> Reader::read_coprocess() {
  std::unique_ptr<Statement> coprocess = start(Statement::Kind::coprocess);
  at_ += 6;
  skip_blanks();
  // A name is there only before a compound command.
  const std::size_t begin = at_;
  const std::string_view name = keyword();
  at_ += name.size();
  skip_blanks();
  if (!name.empty() && (peek() == '{' || peek() == '(')) {
    coprocess->name = name;
  } else {
    at_ = begin;
  }
  if (coprocess->name.empty()) coprocess->name = "COPROC";
  coprocess->children.push_back(read_command());
  finish(*coprocess, at_);
  return coprocess;
}

}  // namespace procsafe::shell
