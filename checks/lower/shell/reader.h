// Recursive descent over shell text. Used by read_script only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lower/shell/syntax.h"

namespace procsafe::shell {

class Reader {
 public:
  Reader(Syntax& syntax, const Text& text, Dialect dialect, int depth);

  /// Everything up to the end of the text.
  [[nodiscard]] List read_all();

 private:
  /// Where a word stands: decides what ends it and what quotes mean in it.
  enum class Mode : std::uint8_t {
    bare,           ///< argument of a command
    pattern,        ///< of a case item
    test,           ///< inside [[ ]]
    regex,          ///< behind =~
    braces,         ///< operand of ${x…}
    quoted_braces,  ///< the same between double quotes
    double_quotes,
    here_document,
  };
  struct PendingHere {
    Word* body;
    std::string delimiter;
    bool expand;
    bool strip_tabs;
  };
  class Depth;

  // words: word_reader.cpp
  [[nodiscard]] Word read_word(Mode mode);
  void read_parts(Word& word, Mode mode);
  [[nodiscard]] bool ends_word(Mode mode) const;
  void read_escape(Word& word, Mode mode);
  void read_single_quotes(Word& word);
  void read_ansi_quotes(Word& word);
  void read_double_quotes(Word& word);
  void read_dollar(Word& word, Mode mode);
  void read_braced_parameter(Word& word, bool quoted);
  void read_parameter_operator(Part& part);
  void read_subscript(std::string& subscript);
  void read_simple_parameter(Word& word, bool quoted);
  void read_arithmetic(Word& word, bool quoted, Offset begin, std::size_t close);
  void read_command_substitution(Word& word, bool quoted);
  void read_backquotes(Word& word, bool quoted);
  void read_process_substitution(Word& word);
  void read_balanced_literal(Word& word);
  void add_literal(Word& word, std::size_t begin, std::size_t end, bool quoted);
  void add_byte(Word& word, char byte, std::size_t source, bool quoted);
  Part& add_part(Word& word, Part::Kind kind, bool quoted, std::size_t begin);
  [[nodiscard]] std::size_t arithmetic_end(std::size_t from) const;

  // commands: command_reader.cpp
  void read_list(List& list, bool condition = false);
  [[nodiscard]] std::unique_ptr<Statement> read_and_or();
  [[nodiscard]] std::unique_ptr<Statement> read_pipeline();
  [[nodiscard]] std::unique_ptr<Statement> read_command();
  [[nodiscard]] std::unique_ptr<Statement> read_simple();
  [[nodiscard]] bool read_simple_item(Statement& command);
  [[nodiscard]] bool read_redirect(Statement& command);
  [[nodiscard]] bool at_assignment() const;
  [[nodiscard]] Assignment read_assignment();
  void read_array(Assignment& assignment);
  [[nodiscard]] bool declares(const Statement& command) const;

  // compound commands: compound_reader.cpp
  [[nodiscard]] std::unique_ptr<Statement> read_compound(std::string_view keyword);
  [[nodiscard]] std::unique_ptr<Statement> read_group();
  [[nodiscard]] std::unique_ptr<Statement> read_subshell();
  [[nodiscard]] std::unique_ptr<Statement> read_if();
  [[nodiscard]] std::unique_ptr<Statement> read_loop();
  [[nodiscard]] std::unique_ptr<Statement> read_for();
  void read_for_items(Statement& loop);
  void read_body(List& body);
  [[nodiscard]] std::unique_ptr<Statement> read_case();
  void read_case_item(Statement& statement);
  [[nodiscard]] std::unique_ptr<Statement> read_arithmetic_command();
  [[nodiscard]] std::unique_ptr<Statement> read_test();
  [[nodiscard]] std::unique_ptr<Statement> read_function(bool keyword);
  [[nodiscard]] std::unique_ptr<Statement> read_coprocess();
  [[nodiscard]] std::unique_ptr<Statement> read_bats_test();
  [[nodiscard]] bool at_function() const;

  // characters
  [[nodiscard]] bool at_end() const { return at_ >= end_; }
  [[nodiscard]] char peek(std::size_t ahead = 0) const { return at_ + ahead < end_ ? in_[at_ + ahead] : '\0'; }
  [[nodiscard]] bool looking_at(std::string_view text) const { return in_.substr(at_, text.size()) == text; }
  bool take(std::string_view text);
  void skip_blanks();
  void skip_newlines();
  void read_newline();
  void read_pending_here_documents();
  void read_here_document(const PendingHere& pending);
  [[nodiscard]] std::size_t line_end(std::size_t from) const;
  /// The unquoted word of letters at the current place, when a blank or operator ends it.
  [[nodiscard]] std::string_view keyword() const;
  [[nodiscard]] bool at_keyword(std::string_view word) const { return keyword() == word; }
  [[nodiscard]] bool take_keyword(std::string_view word);
  [[nodiscard]] bool at_closer() const;
  void fail(std::size_t begin, std::size_t end);
  [[nodiscard]] std::unique_ptr<Statement> start(Statement::Kind kind) const;
  void finish(Statement& statement, std::size_t stop) const;
  [[nodiscard]] Span span(std::size_t begin, std::size_t end) const {
    return {&text_, static_cast<Offset>(begin), static_cast<Offset>(end)};
  }

  Syntax& syntax_;
  const Text& text_;
  std::string_view in_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  Dialect dialect_;
  int depth_ = 0;
  int foreach_ = 0;  ///< zsh's foreach … end, around the current place
  std::vector<PendingHere> pending_;
};

/// Counts nesting; false when the limit is reached.
class Reader::Depth {
 public:
  explicit Depth(Reader& reader) : reader_(reader) { ++reader_.depth_; }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;
  ~Depth() { --reader_.depth_; }
  [[nodiscard]] bool exceeded() const { return reader_.depth_ > limit; }

  /// Frames of every level together stay far below the smallest usual thread stack (8 MiB; 512 KiB on
  /// macOS for secondary threads).
  static constexpr int limit = 300;

 private:
  Reader& reader_;
};

}  // namespace procsafe::shell
