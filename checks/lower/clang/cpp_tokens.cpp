#include "lower/clang/cpp_tokens.h"

#include "source/cpp_lexer.h"

namespace procsafe {
namespace {

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

/// What stands between the quotes of a string or character constant, without prefix; of a raw string, between its
/// parentheses.
std::string_view content(std::string_view literal) {
  const std::size_t quote = literal.find_first_of("\"'");
  const bool raw = quote != 0 && literal[quote - 1] == 'R';
  const std::size_t open = raw ? literal.find('(') : quote;
  if (open == std::string_view::npos) return literal.substr(literal.size());
  std::string_view inside = literal.substr(open + 1);
  const std::size_t ending = raw ? open - quote + 1 : 1;
  const bool closed = inside.size() >= ending && inside.back() == literal[quote];
  if (closed) inside.remove_suffix(ending);
  return inside;
}

class Splitter {
 public:
  Splitter(std::string_view text, std::vector<CppToken>& tokens) : text_(text), tokens_(tokens) {}

  void run() {
    using Kind = cpp::Lexeme::Kind;
    for (std::size_t at = 0;;) {
      const cpp::Lexeme lexeme = cpp::next_lexeme(text_, at);
      at = lexeme.end;
      switch (lexeme.kind) {
        case Kind::end: return end_directive(text_.size());
        case Kind::space: space(lexeme); break;
        case Kind::comment: break;
        case Kind::identifier: add(CppToken::Kind::identifier, lexeme.of(text_)); break;
        case Kind::literal: add(CppToken::Kind::literal, content(lexeme.of(text_))); break;
        case Kind::other: at = other(lexeme); break;
      }
    }
  }

 private:
  void add(CppToken::Kind kind, std::string_view text) {
    tokens_.push_back({kind, text});
    line_start_ = false;
    continued_ = false;
  }

  void end_directive(std::size_t at) {
    if (in_directive_) tokens_.push_back({CppToken::Kind::line_end, text_.substr(at, 0)});
    in_directive_ = false;
  }

  void space(const cpp::Lexeme& lexeme) {
    const std::string_view text = lexeme.of(text_);
    // The first line end after a backslash is none; a second one in the same white space is.
    std::size_t line_end = text.find('\n');
    if (continued_ && line_end != std::string_view::npos) line_end = text.find('\n', line_end + 1);
    continued_ = false;
    if (line_end == std::string_view::npos) return;
    end_directive(lexeme.begin + line_end);
    line_start_ = true;
  }

  /// A number, an operator, or a backslash; returns where to go on.
  std::size_t other(const cpp::Lexeme& lexeme) {
    const std::string_view text = lexeme.of(text_);
    if (is_digit(text.front())) {
      add(CppToken::Kind::literal, text);
    } else if (text == "\\") {
      continued_ = true;
    } else if (text == "#" && line_start_) {
      add(CppToken::Kind::directive, text);
      in_directive_ = true;
    } else {
      const std::string_view pair = text_.substr(lexeme.begin, 2);
      const bool joined = pair == "::" || pair == "->";
      add(CppToken::Kind::punctuation, joined ? pair : text);
      if (joined) return lexeme.end + 1;
    }
    return lexeme.end;
  }

  std::string_view text_;
  std::vector<CppToken>& tokens_;
  bool line_start_ = true;
  bool in_directive_ = false;
  bool continued_ = false;  ///< behind a backslash
};

}  // namespace

void split_cpp_tokens(std::string_view text, std::vector<CppToken>& tokens) {
  tokens.clear();
  Splitter(text, tokens).run();
}

}  // namespace procsafe
