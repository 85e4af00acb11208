// Strings of Python as Text: literals with their source map, and what is built from them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "facts/text.h"
#include "lower/python/object.h"
#include "lower/python/slots.h"
#include "lower/python/syntax.h"

namespace procsafe::python {

/// Appends what a `string_content` node stands for, escapes decoded.
void append_content(Node content, bool raw, bool bytes, Text& text);

/// The letters before the quote of a string: `rb`, `f`.
[[nodiscard]] std::string_view string_prefix(Node string);

/// A text being put together from objects.
class TextBuilder {
 public:
  TextBuilder(ObjectPool& pool, const SlotStore& slots) : pool_(pool), slots_(slots) {}

  [[nodiscard]] Text& text() { return text_; }
  /// A text as it is, a constant number as its digits, anything else as a hole that stands at `place`.
  void append(Ref object, SourceRange place);
  /// The same, but a list is its words with blanks between: what `" ".join(words)` makes of it.
  void append_words(Ref object, SourceRange place);
  /// Part [begin, end) of a text object.
  void append_part(Ref text_object, std::size_t begin, std::size_t end);
  /// The text; the builder is empty afterwards.
  [[nodiscard]] Ref take();

 private:
  void append_hole(Ref object, SourceRange place);

  ObjectPool& pool_;
  const SlotStore& slots_;
  Text text_;
  std::vector<Ref> holes_;
};

/// The object as a text: itself, or one hole.
[[nodiscard]] Text text_of(Ref object, const SlotStore& slots, SourceRange place);

/// `text.split(separator)`; an empty separator splits at white space.
[[nodiscard]] Ref split(Ref text, std::string_view separator, bool lines, ObjectPool& pool, const SlotStore& slots);
/// Words as shlex.split or a shell without expansions would find them.
[[nodiscard]] Ref split_words(Ref text, ObjectPool& pool, const SlotStore& slots);

/// One field of a format string: [begin, end) of the bytes is replaced by the argument `name`, or by the next
/// one when `name` is empty.
struct FormatField {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view name;
  bool literal = false;  ///< `%%`, `{{`: one character
};
[[nodiscard]] std::vector<FormatField> percent_fields(std::string_view format);
[[nodiscard]] std::vector<FormatField> brace_fields(std::string_view format);

}  // namespace procsafe::python
