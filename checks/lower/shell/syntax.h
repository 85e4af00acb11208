// The syntax tree of shell text: POSIX sh, bash, ksh, and the parts of zsh that scripts use.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "facts/text.h"

namespace procsafe::shell {

/// A piece of the text that was read. Valid while the Syntax that owns the text lives.
struct Span {
  const Text* text = nullptr;
  Offset begin = 0;
  Offset end = 0;

  /// As written, quotes and all.
  [[nodiscard]] std::string_view source() const {
    return text == nullptr ? std::string_view{} : std::string_view(text->bytes()).substr(begin, end - begin);
  }
  /// The place in the outer file.
  [[nodiscard]] SourceRange range() const { return text == nullptr ? SourceRange{} : text->source_range(begin, end); }
};

struct Statement;
/// Commands one after another.
using List = std::vector<std::unique_ptr<Statement>>;

struct Word;

/// A stretch of a word of one kind.
struct Part {
  enum class Kind : std::uint8_t {
    literal,     ///< `text`, with quotes removed and escapes decoded
    parameter,   ///< `$name`, `${name[subscript]op operand}`
    command,     ///< `$(body)`, `` `body` ``
    arithmetic,  ///< `$((…))`; the expression is the span
    process,     ///< `<(body)`, `>(body)`
  };
  Kind kind = Kind::literal;
  bool quoted = false;
  Span span;
  Text text;
  /// Of a parameter: a variable, a positional parameter ("1"), or one of @ * # ? - $ ! 0 _.
  std::string name;
  std::string subscript;             ///< between the brackets: "@", "*" or an expression
  std::string op;                    ///< ":-", "#", "%%", "/" …; "length" for ${#x}, "indirect" for ${!x}
  std::unique_ptr<Word> operand;     ///< behind the operator
  const Text::Hole* hole = nullptr;  ///< set when the parameter is the placeholder of a hole
  List body;
  bool output = false;  ///< of a process substitution: `>(…)`
};

struct Word {
  std::vector<Part> parts;
  Span span;

  /// The text when the word is nothing but literals, or null.
  [[nodiscard]] bool literal() const;
  /// The literal parts joined; what is not literal is left out.
  [[nodiscard]] std::string literal_text() const;
  /// Is it exactly this literal, without quotes or escapes?
  [[nodiscard]] bool is_bare(std::string_view text) const { return span.source() == text; }
};

struct Assignment {
  std::string name;
  std::string subscript;
  bool append = false;  ///< +=
  bool array = false;   ///< name=(…): `elements` hold the value
  bool valued = true;   ///< false: `local name`
  Word value;
  std::vector<Word> elements;
  Span span;
};

struct Redirect {
  enum class Kind : std::uint8_t { input, output, append, read_write, duplicate, here_document, here_string };
  Kind kind = Kind::input;
  int descriptor = -1;         ///< as given, or -1: the default of the kind
  bool both = false;           ///< &> and &>>: standard error too
  Word target;                 ///< file, descriptor, here-string; of a here-document the delimiter
  std::unique_ptr<Word> body;  ///< of a here-document
};

/// A condition, or the patterns of a case item, and what runs under it.
struct Branch {
  List condition;              ///< empty for `else` and case items
  std::vector<Word> patterns;  ///< of a case item
  List body;
};

struct Statement {
  enum class Kind : std::uint8_t {
    simple,          ///< assignments, words, redirections; `[[ … ]]` too
    pipeline,        ///< children
    and_or,          ///< children, joined by `joins`
    subshell,        ///< ( children )
    group,           ///< { children }
    conditional,     ///< if: branches
    loop,            ///< while, until: branches.front()
    for_each,        ///< for name in words; select
    for_arithmetic,  ///< for ((…)); the expressions are `head`
    case_of,         ///< words.front() is the subject; branches
    function,        ///< name, children
    arithmetic,      ///< (( … ))
    coprocess,       ///< coproc: children
  };
  enum class Join : std::uint8_t { both, either };  // && and ||

  Kind kind = Kind::simple;
  Span span;
  Span head;  ///< of a loop: from its keyword to the end of the condition
  bool background = false;
  bool disowned = false;  ///< zsh `&!`, `&|`
  bool negated = false;
  bool until = false;
  bool has_items = false;  ///< for_each: `in` was given; otherwise it runs over "$@"
  std::vector<Assignment> assignments;
  std::vector<Word> words;
  std::vector<Assignment> declared;  ///< name=value arguments of export, local, declare …
  std::vector<Redirect> redirects;
  List children;
  std::vector<Join> joins;
  std::vector<Branch> branches;
  std::string name;
};

/// Which shell's grammar: they differ in a few places only.
enum class Dialect : std::uint8_t { posix, bash, zsh };

/// A text and its tree. Not copyable: the tree points into the text.
struct Syntax {
  Syntax() = default;
  Syntax(const Syntax&) = delete;
  Syntax& operator=(const Syntax&) = delete;

  Text text;
  List statements;
  std::vector<std::unique_ptr<Text>> inner;  ///< texts of backquoted commands
  std::vector<SourceRange> comments;
  std::vector<SourceRange> errors;  ///< what could not be read, at most a few
  bool too_deep = false;            ///< nesting beyond the limit was left out
};

/// Reads shell text. Never fails: what cannot be read is named in `errors`, and reading goes on behind it.
[[nodiscard]] std::unique_ptr<Syntax> read_script(Text text, Dialect dialect);

}  // namespace procsafe::shell
