#include "lower/cpp/decorations.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "source/cpp_lexer.h"

namespace procsafe::cpp {
namespace {

/// An identifier or one byte of punctuation.
struct Token {
  std::string_view text;
  Offset begin = 0;
  bool word = false;
  bool literal = false;
  [[nodiscard]] Offset end() const { return begin + static_cast<Offset>(text.size()); }
  [[nodiscard]] bool is(std::string_view other) const { return text == other; }
};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Words that begin a type that cannot be anything else.
bool begins_type(std::string_view word) {
  static constexpr std::array<std::string_view, 15> kWords{"void",   "int",   "char",  "unsigned", "signed",
                                                           "long",   "short", "float", "double",   "bool",
                                                           "struct", "enum",  "union", "static",   "extern"};
  return is_one_of(word, kWords);
}

/// Words behind which a type may still come: what follows is not an attribute because of them.
bool is_specifier(std::string_view word) {
  static constexpr std::array<std::string_view, 32> kWords{
      "static",   "extern",    "const",    "inline",   "volatile", "register", "typedef",   "virtual",
      "struct",   "union",     "enum",     "class",    "return",   "else",     "goto",      "case",
      "new",      "delete",    "throw",    "do",       "operator", "using",    "namespace", "friend",
      "explicit", "constexpr", "typename", "template", "sizeof",   "mutable",  "co_return", "co_yield"};
  return is_one_of(word, kWords);
}

bool is_class_key(std::string_view word) { return word == "class" || word == "struct" || word == "union"; }

/// `FAST_FUNC`, `__init`: how attribute macros are spelled.
bool looks_like_attribute(const Token& token) {
  if (!token.word || token.text.size() < 3) return false;
  if (token.text.starts_with("__"))
    return !token.is("__attribute__") && !token.is("__attribute") && !token.is("__declspec") &&
           !token.is("__extension__") && !token.is("__asm__") && !token.is("__typeof__") && !token.is("__block");
  int letters = 0;
  for (const char byte : token.text) {
    if (byte >= 'a' && byte <= 'z') return false;
    if (byte >= 'A' && byte <= 'Z') ++letters;
  }
  return letters >= 2;
}

class DecorationReader {
 public:
  DecorationReader(std::string_view text, const std::vector<SourceRange>& directives) : text_(text) {
    read_tokens(directives);
  }

  std::vector<SourceRange> run();

 private:
  void read_tokens(const std::vector<SourceRange>& directives);
  [[nodiscard]] const Token& at(std::size_t index) const {
    static const Token nothing;
    return index < tokens_.size() ? tokens_[index] : nothing;
  }
  [[nodiscard]] bool decorates(std::size_t index) const;
  [[nodiscard]] std::size_t declared_type_end(std::size_t index) const;
  [[nodiscard]] bool opens_scope(std::size_t brace) const;
  void leave_out(const Token& token) { left_out_.push_back({token.begin, token.end()}); }

  std::string_view text_;
  std::vector<Token> tokens_;
  std::vector<SourceRange> left_out_;
};

void DecorationReader::read_tokens(const std::vector<SourceRange>& directives) {
  auto directive = directives.begin();
  for (std::size_t at = 0; at < text_.size();) {
    while (directive != directives.end() && directive->end <= at) ++directive;
    if (directive != directives.end() && directive->begin <= at) {
      at = directive->end;
      continue;
    }
    const Lexeme lexeme = next_lexeme(text_, at);
    if (lexeme.end <= at) break;
    at = lexeme.end;
    if (lexeme.kind == Lexeme::Kind::space || lexeme.kind == Lexeme::Kind::comment) continue;
    tokens_.push_back({lexeme.of(text_), static_cast<Offset>(lexeme.begin), lexeme.kind == Lexeme::Kind::identifier,
                       lexeme.kind == Lexeme::Kind::literal});
  }
}

/// Is the word at `index` an attribute between the parts of a declaration?
bool DecorationReader::decorates(std::size_t index) const {
  const Token& next = at(index + 1);
  const Token& third = at(index + 2);
  if (!looks_like_attribute(at(index)) || !next.word) return false;
  static const Token nothing;
  const Token& before = index > 0 ? at(index - 1) : nothing;
  if (is_class_key(before.text)) return third.is("{") || third.is("final") || (third.is(":") && !at(index + 3).is(":"));
  if (before.is("enum") || before.is(".") || before.is("#")) return false;
  if (begins_type(next.text)) return true;
  if (is_specifier(next.text) || next.is("volatile")) return false;
  // Two words that follow each other are a type and a name; with more behind them the first is no type.
  const bool longer =
      third.is("*") || third.is("&") || (third.word && !looks_like_attribute(third) && !is_specifier(third.text));
  if (longer && !looks_like_attribute(next)) return true;
  const bool behind_type = (before.word && !is_specifier(before.text)) || before.is("*") || before.is("&");
  return behind_type && third.is("(") && !before.literal;
}

/// Behind `(type)`, when what stands in the parentheses at `index` is one and the name of a function follows; else 0.
std::size_t DecorationReader::declared_type_end(std::size_t index) const {
  if (!at(index).is("(")) return 0;
  std::size_t close = index + 1;
  while (at(close).word || at(close).is("*")) ++close;
  if (close == index + 1 || !at(close).is(")")) return 0;
  const bool apart = at(close + 1).begin > at(close).end();
  return apart && at(close + 1).word && at(close + 2).is("(") && !is_specifier(at(close + 1).text) ? close : 0;
}

/// Does the brace belong to a namespace or a linkage specification, so that declarations stand behind it?
bool DecorationReader::opens_scope(std::size_t brace) const {
  for (std::size_t i = brace; i-- > 0;) {
    if (at(i).is("namespace")) return true;
    if (at(i).literal) return i > 0 && at(i - 1).is("extern");
    if (!at(i).word && !at(i).is(":")) return false;
  }
  return false;
}

std::vector<SourceRange> DecorationReader::run() {
  int depth = 0;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const Token& token = tokens_[i];
    if (token.is("{") && !opens_scope(i)) ++depth;
    if (token.is("}") && depth > 0) --depth;
    if (!token.word) continue;
    if (decorates(i)) {
      leave_out(token);
    } else if (depth == 0 && looks_like_attribute(token) && (i == 0 || !at(i - 1).is("="))) {
      if (const std::size_t close = declared_type_end(i + 1); close != 0) {
        leave_out(token);
        leave_out(at(i + 1));
        leave_out(at(close));
      }
    }
  }
  std::sort(left_out_.begin(), left_out_.end());
  return std::move(left_out_);
}

}  // namespace

std::vector<SourceRange> decorations(std::string_view text, const std::vector<SourceRange>& directives) {
  return DecorationReader(text, directives).run();
}

}  // namespace procsafe::cpp
