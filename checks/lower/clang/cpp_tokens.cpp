#include "lower/clang/cpp_tokens.h"

#include <array>

namespace procsafe {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80U;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Splitter {
 public:
  Splitter(std::string_view text, std::vector<CppToken>& tokens) : text_(text), tokens_(tokens) {}

  void run() {
    while (at_ < text_.size()) step();
    end_directive();
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void add(CppToken::Kind kind, std::size_t length) {
    tokens_.push_back({kind, text_.substr(at_, length)});
    at_ += length;
    line_start_ = false;
  }

  void end_directive() {
    if (in_directive_) tokens_.push_back({CppToken::Kind::line_end, text_.substr(at_, 0)});
    in_directive_ = false;
  }

  void step() {
    const char c = peek();
    if (c == '\n') {
      end_directive();
      line_start_ = true;
      ++at_;
    } else if (c == '\\' && (peek(1) == '\n' || peek(1) == '\r')) {
      at_ += peek(1) == '\r' && peek(2) == '\n' ? 3U : 2U;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
      ++at_;
    } else if (c == '/' && (peek(1) == '/' || peek(1) == '*')) {
      skip_comment();
    } else if (c == '"' || c == '\'') {
      quoted(c);
    } else if (is_word(c)) {
      word();
    } else {
      punctuation(c);
    }
  }

  void skip_comment() {
    const std::string_view end = peek(1) == '/' ? "\n" : "*/";
    std::size_t found = text_.find(end, at_ + 2);
    // A line comment goes on behind a backslash; its line end belongs to the directive it may stand in.
    while (end == "\n" && found != std::string_view::npos && text_[found - 1] == '\\')
      found = text_.find(end, found + 1);
    at_ = found == std::string_view::npos ? text_.size() : found + (end == "\n" ? 0 : end.size());
  }

  void quoted(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') end += text_[end] == '\\' ? 2U : 1U;
    if (end > text_.size()) end = text_.size();
    tokens_.push_back({CppToken::Kind::literal, text_.substr(at_ + 1, end - at_ - 1)});
    at_ = end < text_.size() && text_[end] == quote ? end + 1 : end;
    line_start_ = false;
  }

  /// `R"end( … )end"`, with `at_` on its quote.
  void raw_string() {
    const std::size_t open = text_.find('(', at_);
    if (open == std::string_view::npos || open - at_ > 17) return quoted('"');
    std::array<char, 19> closing{')'};
    const std::size_t length = text_.copy(closing.data() + 1, open - at_ - 1, at_ + 1) + 1;
    closing[length] = '"';
    const std::size_t close = text_.find(std::string_view(closing.data(), length + 1), open);
    const std::size_t end = close == std::string_view::npos ? text_.size() : close;
    tokens_.push_back({CppToken::Kind::literal, text_.substr(open + 1, end - open - 1)});
    at_ = close == std::string_view::npos ? end : close + length + 1;
  }

  void word() {
    std::size_t length = 1;
    const bool number = is_digit(peek());
    while (is_word(peek(length)) ||
           (number && (peek(length) == '.' || (peek(length) == '\'' && is_word(peek(length + 1))))))
      ++length;
    const std::string_view name = text_.substr(at_, length);
    if (peek(length) == '"' && (name == "R" || name == "LR" || name == "u8R" || name == "uR" || name == "UR")) {
      at_ += length;
      line_start_ = false;
      return raw_string();
    }
    add(number ? CppToken::Kind::literal : CppToken::Kind::identifier, length);
  }

  void punctuation(char c) {
    if (c == '#' && line_start_) {
      in_directive_ = true;
      return add(CppToken::Kind::directive, 1);
    }
    const bool pair = (c == ':' && peek(1) == ':') || (c == '-' && peek(1) == '>');
    add(CppToken::Kind::punctuation, pair ? 2 : 1);
  }

  std::string_view text_;
  std::vector<CppToken>& tokens_;
  std::size_t at_ = 0;
  bool line_start_ = true;
  bool in_directive_ = false;
};

}  // namespace

void split_cpp_tokens(std::string_view text, std::vector<CppToken>& tokens) {
  tokens.clear();
  Splitter(text, tokens).run();
}

}  // namespace procsafe
