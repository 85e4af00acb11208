#include "lower/python/strings.h"

#include <charconv>

#include "lower/utf8.h"

namespace procsafe::python {
namespace {

std::uint32_t parse_digits(std::string_view digits, int base) {
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  return value;
}

/// An escape sequence of a Python string, with its backslash.
void append_escape(std::string_view escape, bool bytes, Offset source, Text& text) {
  if (escape.size() < 2) return;
  constexpr std::string_view kNames = "abfnrtv\\'\"";
  constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\'\"";
  const char kind = escape[1];
  if (kind == '\n' || kind == '\r') return;  // a continued line
  if (const std::size_t at = kNames.find(kind); at != std::string_view::npos) {
    text.append(kValues[at], source);
  } else if (kind == 'x') {
    const std::uint32_t code = parse_digits(escape.substr(2), 16);
    if (bytes) {
      text.append(static_cast<char>(code), source);
    } else {
      append_utf8(code, source, text);
    }
  } else if (kind == 'u' || kind == 'U') {
    append_utf8(parse_digits(escape.substr(2), 16), source, text);
  } else if (kind == 'N') {
    text.append('?', source);  // a character by name: none of them matters to a shell
  } else if (kind >= '0' && kind <= '7') {
    text.append(static_cast<char>(parse_digits(escape.substr(1), 8)), source);
  } else {
    text.append_verbatim(escape, source);
  }
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

void append_content(Node content, bool raw, bool bytes, Text& text) {
  Offset at = content.range().begin;
  const std::string_view all = content.text();
  const Offset base = content.range().begin;
  const auto verbatim = [&](Offset end) {
    if (end > at) text.append_verbatim(all.substr(at - base, end - at), at);
  };
  for (const Node part : content) {
    const SourceRange range = part.range();
    if (part.is(Kind::escape_sequence) && !raw) {
      verbatim(range.begin);
      append_escape(part.text(), bytes, range.begin, text);
      at = range.end;
    } else if (part.is(Kind::escape_interpolation)) {  // `{{` in an f-string
      verbatim(range.begin);
      text.append(part.text().front(), range.begin);
      at = range.end;
    }
  }
  verbatim(content.range().end);
}

std::string_view string_prefix(Node string) {
  const std::string_view start = string.child(Kind::string_start).text();
  return start.substr(0, start.find_first_of("'\""));
}

void TextBuilder::append(Ref object, SourceRange place) {
  if (object->is(Object::Kind::text)) {
    text_.append(*object->text);
    holes_.insert(holes_.end(), object->elements.begin(), object->elements.end());
  } else if (object->is(Object::Kind::number)) {
    text_.append_synthetic(std::to_string(object->number), place.begin);
  } else {
    append_hole(object, place);
  }
}

void TextBuilder::append_words(Ref object, SourceRange place) {
  if (!object->is(Object::Kind::sequence)) {
    append(object, place);
    return;
  }
  for (const Ref word : object->elements) {
    if (word != object->elements.front()) text_.append_synthetic(" ", place.begin);
    append(word, place);
  }
}

void TextBuilder::append_part(Ref text_object, std::size_t begin, std::size_t end) {
  const Text part = text_object->text->substr(begin, end);
  // The holes of the part are consecutive holes of the whole: those before it are counted off.
  const std::size_t skipped = text_object->text->substr(0, begin).holes().size();
  text_.append(part);
  for (std::size_t i = 0; i < part.holes().size(); ++i) {
    const std::size_t index = skipped + i;
    holes_.push_back(index < text_object->elements.size() ? text_object->elements[index] : pool_.unknown());
  }
}

void TextBuilder::append_hole(Ref object, SourceRange place) {
  text_.append_hole(slots_.to_values(object), place);
  holes_.push_back(object);
}

Ref TextBuilder::take() {
  const Ref taken = pool_.text(std::move(text_), holes_);
  text_ = Text();
  holes_.clear();
  return taken;
}

Text text_of(Ref object, const SlotStore& slots, SourceRange place) {
  if (object->is(Object::Kind::text)) return *object->text;
  Text text;
  if (object->is(Object::Kind::number)) {
    text.append_synthetic(std::to_string(object->number), place.begin);
  } else {
    text.append_hole(slots.to_values(object), place);
  }
  return text;
}

Ref split(Ref text, std::string_view separator, bool lines, ObjectPool& pool, const SlotStore& slots) {
  const std::string& bytes = text->text->bytes();
  std::vector<Ref> parts;
  const auto add = [&](std::size_t begin, std::size_t end) {
    TextBuilder part(pool, slots);
    part.append_part(text, begin, end);
    parts.push_back(part.take());
  };
  const std::string_view at_text = lines ? std::string_view("\n") : separator;
  std::size_t begin = 0;
  if (!at_text.empty()) {
    for (std::size_t at = bytes.find(at_text); at != std::string::npos; at = bytes.find(at_text, begin)) {
      add(begin, at);
      begin = at + at_text.size();
    }
    if (!lines || begin < bytes.size()) add(begin, bytes.size());
  } else {
    for (std::size_t at = 0; at <= bytes.size(); ++at) {
      if (at < bytes.size() && !is_space(bytes[at])) continue;
      if (at > begin) add(begin, at);
      begin = at + 1;
    }
  }
  return pool.sequence(std::move(parts), !text->text->constant());
}

Ref split_words(Ref text, ObjectPool& pool, const SlotStore& slots) {
  const std::string& bytes = text->text->bytes();
  std::vector<Ref> words;
  TextBuilder word(pool, slots);
  bool open = false;
  char quote = 0;
  std::size_t run = 0;
  const auto flush = [&](std::size_t end) {
    if (end > run) word.append_part(text, run, end);
  };
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const char c = bytes[at];
    if (quote != 0 ? c == quote : (c == '"' || c == '\'')) {
      flush(at);
      run = at + 1;
      quote = quote != 0 ? char(0) : c;
      open = true;
    } else if (c == '\\' && quote != '\'' && at + 1 < bytes.size()) {
      flush(at);
      run = ++at;
      open = true;
    } else if (quote == 0 && is_space(c)) {
      flush(at);
      run = at + 1;
      if (open) words.push_back(word.take());
      open = false;
    } else {
      open = true;
    }
  }
  flush(bytes.size());
  if (open) words.push_back(word.take());
  return pool.sequence(std::move(words), !text->text->constant());
}

std::vector<FormatField> percent_fields(std::string_view format) {
  std::vector<FormatField> fields;
  for (std::size_t at = format.find('%'); at != std::string_view::npos; at = format.find('%', at)) {
    FormatField field{at, at + 1, {}, false};
    std::size_t end = at + 1;
    if (end < format.size() && format[end] == '(') {
      const std::size_t close = format.find(')', end);
      if (close == std::string_view::npos) break;
      field.name = format.substr(end + 1, close - end - 1);
      end = close + 1;
    }
    end = format.find_first_not_of("#0- +.123456789*hlL", end);
    if (end == std::string_view::npos) break;
    field.literal = format[end] == '%';
    field.end = end + 1;
    fields.push_back(field);
    at = field.end;
  }
  return fields;
}

std::vector<FormatField> brace_fields(std::string_view format) {
  std::vector<FormatField> fields;
  for (std::size_t at = 0; at < format.size(); ++at) {
    const char c = format[at];
    if (c != '{' && c != '}') continue;
    if (at > 0 && format[at - 1] == '$' && c == '{') {  // a hole, already filled
      at = format.find('}', at);
      if (at == std::string_view::npos) break;
      continue;
    }
    if (at + 1 < format.size() && format[at + 1] == c) {
      fields.push_back({at, at + 2, {}, true});
      ++at;
    } else if (c == '{') {
      const std::size_t close = format.find('}', at);
      if (close == std::string_view::npos) break;
      const std::string_view inside = format.substr(at + 1, close - at - 1);
      fields.push_back({at, close + 1, inside.substr(0, inside.find_first_of("!:")), false});
      at = close;
    }
  }
  return fields;
}

}  // namespace procsafe::python
