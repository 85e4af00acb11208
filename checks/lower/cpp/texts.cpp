#include "lower/cpp/texts.h"

#include <algorithm>
#include <array>

#include "lower/cpp/paths.h"
#include "lower/cpp/string_literals.h"

namespace procsafe::cpp {
namespace {

constexpr int kMaxDepth = 40;
/// More alternatives are not followed: a command has one or two shapes.
constexpr std::size_t kMaxAlternatives = 6;

/// Methods that give the text of their object in another type.
constexpr std::array<std::string_view, 22> kSameText{
    "c_str",        "data",   "str",         "toStdString", "toUtf8", "toLocal8Bit", "constData",  "toLatin1",
    "utf8_str",     "mb_str", "ToStdString", "string",      "native", "trimmed",     "simplified", "GetString",
    "toStdWString", "wc_str", "view",        "toString",    "get",    "GetBuffer"};

void limit(std::vector<Text>& texts) {
  if (texts.size() > kMaxAlternatives) texts.resize(kMaxAlternatives);
}

/// Every head followed by every tail.
std::vector<Text> products(const std::vector<Text>& heads, const std::vector<Text>& tails) {
  std::vector<Text> texts;
  for (const Text& head : heads) {
    for (const Text& tail : tails) {
      Text text = head;
      text.append(tail);
      texts.push_back(std::move(text));
    }
  }
  limit(texts);
  return texts;
}

}  // namespace

Text Texts::hole(Syntax expression) const {
  Text text;
  text.append_hole(values_.of(expression), unit_.place(expression));
  return text;
}

Text Texts::literal(Syntax node) const {
  Text text;
  const Offset begin = node.range().begin;
  append_literal(node.text(), [&](std::size_t at) { return unit_.map.to_file(begin + static_cast<Offset>(at)); }, text);
  return text;
}

std::vector<Text> Texts::of(Syntax expression) const {
  const Syntax node = strip_casts(expression);
  if (!node) return {};
  if (depth_ > kMaxDepth) return {hole(node)};
  ++depth_;
  std::vector<Text> texts;
  switch (node.kind()) {
    case Kind::string:
    case Kind::raw_string: texts = {literal(node)}; break;
    case Kind::user_literal: texts = of(node.first()); break;
    case Kind::concatenated_string:
      texts = {Text()};
      for (Syntax part = node.first(); part; part = part.next()) texts = products(texts, of(part));
      break;
    case Kind::identifier:
    case Kind::qualified_identifier: texts = of_name(node); break;
    case Kind::field_expression:
    case Kind::subscript:
    case Kind::pointer_expression: texts = of_place(node); break;
    case Kind::binary:
      if (operator_text(node) == "+" || operator_text(node) == "/")
        texts = joined(node.field(Role::left), node.field(Role::right));
      break;
    case Kind::conditional:
      texts = of(node.field(Role::consequence));
      for (Text& text : of(node.field(Role::alternative))) texts.push_back(std::move(text));
      break;
    case Kind::call:
    case Kind::compound_literal:
    case Kind::new_expression: texts = of_call(node); break;
    case Kind::assignment: texts = of(node.field(Role::right)); break;
    case Kind::initializer_list: texts = of(node.first()); break;
    default: break;
  }
  --depth_;
  limit(texts);
  if (texts.empty()) texts.push_back(hole(node));
  return texts;
}

std::vector<Text> Texts::joined(Syntax left, Syntax right) const {
  std::vector<Text> heads = of(left);
  // `path / "comm"` of std::filesystem.
  if (left.parent().is(Kind::binary) && operator_text(left.parent()) == "/") {
    for (Text& head : heads) head.append_synthetic("/", unit_.place(right).begin);
  }
  return products(heads, of(right));
}

std::vector<Text> Texts::of_macro(const Macro& macro, Syntax use) const {
  const SyntaxTree* tree = macro.function_like ? nullptr : unit_.macros.expression(macro);
  if (tree == nullptr) return {};
  const Syntax value = macro_value(*tree);
  Text text;
  // The parsed text is `v = body`.
  constexpr std::size_t kPrefix = 4;
  const auto append = [&](Syntax part) {
    const Offset begin = part.range().begin;
    append_literal(
        part.text(),
        [&](std::size_t at) {
          return macro.body_offset ? *macro.body_offset + begin + static_cast<Offset>(at - kPrefix)
                                   : unit_.place(use).begin;
        },
        text);
  };
  if (value.is(Kind::string) || value.is(Kind::raw_string)) {
    append(value);
    return {text};
  }
  if (!value.is(Kind::concatenated_string)) return {};
  for (Syntax part = value.first(); part; part = part.next()) {
    if (part.is(Kind::string) || part.is(Kind::raw_string)) {
      append(part);
      continue;
    }
    const Macro* inner = unit_.macros.find(part.text());
    if (inner == nullptr || inner->name == macro.name || depth_ > kMaxDepth) return {};
    ++depth_;
    const std::vector<Text> texts = of_macro(*inner, use);
    --depth_;
    if (texts.empty()) return {};
    text.append(texts.front());
  }
  return {text};
}

std::vector<Text> Texts::of_name(Syntax name) const {
  const std::string plain = plain_name(name.text());
  if (const Variable* variable = unit_.declarations.find_variable(last_component(plain), name)) {
    std::vector<Text> texts = of_place(name);
    // `extern const char kCommand[];`: another file says what it holds.
    const bool elsewhere = variable->kind == Variable::Kind::global && variable->constant && !variable->initializer;
    return texts.empty() && elsewhere ? of_foreign_name(plain, name) : texts;
  }
  if (const Macro* macro = unit_.macros.find(plain)) return of_macro(*macro, name);
  const std::vector<Text> texts = of_foreign_name(plain, name);
  return texts.empty() ? of_place(name) : texts;
}

std::vector<Text> Texts::of_foreign_name(std::string_view plain, Syntax name) const {
  const Slot slot = macro_slot(last_component(plain));
  asked_.insert(slot);
  for (const Value& value : unit_.input.names.find(slot)) {
    if (const auto imported = decode_macro(value)) {
      std::vector<Text> parsed = of_macro(*imported, name);
      if (!parsed.empty()) return parsed;
    }
  }
  return {};
}

std::vector<Text> Texts::of_place(Syntax expression) const {
  if (!active_.insert(expression.id()).second) return {};
  const Place place = values_.definitions().place_of(expression);
  std::vector<Text> texts;
  bool based = false;
  if (place.valid()) {
    const DefinitionTable::Reaching found = values_.reaching(place, expression);
    for (const Definition* definition : found.definitions) {
      std::vector<Text> parts = of_definition(*definition);
      const Call* call = values_.calls().find(definition->value);
      const bool appends = definition->how == Definition::How::appended ||
                           (definition->how == Definition::How::argument && call != nullptr && call->api != nullptr &&
                            call->api->has_trait("append"));
      if (!appends) {
        texts.insert(texts.end(), parts.begin(), parts.end());
        based = true;
        continue;
      }
      if (texts.empty()) texts.emplace_back();
      std::vector<Text> longer = products(texts, parts);
      const bool always = unconditional_within(definition->at, common_ancestor(definition->at, expression));
      if (always) {
        texts = std::move(longer);
      } else {
        texts.insert(texts.end(), longer.begin(), longer.end());
      }
      limit(texts);
    }
  }
  const Variable* variable =
      place.variable == none || !place.path.empty() ? nullptr : &unit_.declarations.variables()[place.variable];
  // What was appended to is a parameter, or something unknown.
  if (!based && !texts.empty() && variable != nullptr && variable->kind == Variable::Kind::parameter)
    texts = products({hole(expression)}, texts);
  if (texts.empty() && variable != nullptr && variable->constant && variable->initializer &&
      !variable->initializer.contains(expression))
    texts = of(variable->initializer);
  active_.erase(expression.id());
  return texts;
}

std::vector<Text> Texts::of_definition(const Definition& definition) const {
  using How = Definition::How;
  switch (definition.how) {
    case How::value:
      if (definition.value.is(Kind::initializer_list)) {
        std::vector<Text> texts;
        for (Syntax element = definition.value.first(); element; element = element.next()) {
          for (Text& text : of(element)) texts.push_back(std::move(text));
        }
        limit(texts);
        return texts;
      }
      return of(definition.value);
    case How::element:
    case How::appended: return of(definition.value);
    case How::range_element: return of(definition.value);
    case How::argument: {
      const Call* call = values_.calls().find(definition.value);
      if (call != nullptr && call->api != nullptr) {
        std::vector<Text> texts = made_by(*call);
        if (!texts.empty()) return texts;
      }
      Text text;
      text.append_hole(values_.of(definition), unit_.place(definition.at));
      return {text};
    }
    case How::extracted:
    case How::changed: break;
  }
  Text text;
  text.append_hole(values_.of(definition), unit_.place(definition.at));
  return {text};
}

std::vector<Text> Texts::made_by(const Call& call) const {
  if (call.api == nullptr) return {};
  if (call.api->format.given()) return formatted(call);
  if (call.api->has_trait("concatenates")) {
    std::vector<Text> texts{Text()};
    for (const Syntax argument : call.arguments) {
      if (!argument.is(Kind::null)) texts = products(texts, of(argument));
    }
    return texts;
  }
  if (call.api->passes.given() && call.api->has_trait("text")) return of(call.argument(call.api->passes));
  return {};
}

void Texts::append_piece(Syntax argument, Text& out) const {
  if (!argument) {
    out.append_hole(Value::unknown(), {});
    return;
  }
  if (const auto number = unit_.constants.number(argument)) {
    out.append_synthetic(std::to_string(*number), unit_.place(argument).begin);
    return;
  }
  const std::vector<Text> texts = of(argument);
  out.append(texts.size() == 1 ? texts.front() : hole(argument));
}

std::vector<Text> Texts::formatted(const Call& call) const {
  const std::size_t index = *call.api->format.index;
  const bool braces = call.api->has_trait("braces");
  const FillFormat fill = [&](std::size_t number, Text& out) { append_piece(call.argument(index + 1 + number), out); };
  std::vector<Text> texts;
  for (const Text& format : of(call.argument(index)))
    texts.push_back(braces ? expand_braces(format, fill) : expand_printf(format, fill));
  return texts;
}

/// `QString("kill %1").arg(pid)`: the lowest numbered place of the receiver is filled.
std::vector<Text> Texts::placed(Syntax receiver, Syntax argument) const {
  std::vector<Text> texts;
  for (const Text& format : of(receiver)) {
    std::size_t found = std::string::npos;
    for (char digit = '1'; digit <= '9' && found == std::string::npos; ++digit)
      found = format.bytes().find(std::string("%") + digit);
    if (found == std::string::npos) {
      texts.push_back(format);
      continue;
    }
    Text text = format.substr(0, found);
    append_piece(argument, text);
    text.append(format.substr(found + 2, format.bytes().size()));
    texts.push_back(std::move(text));
  }
  return texts;
}

std::vector<Text> Texts::of_call(Syntax node) const {
  const Call* call = values_.calls().find(node);
  if (call == nullptr) return {};
  if (std::vector<Text> texts = made_by(*call); !texts.empty()) return texts;
  if (call->receiver) {
    const std::string name = plain_name(call->callee.field(Role::field).text());
    if (name == "arg" && !call->arguments.empty()) {
      std::vector<Text> texts = placed(call->receiver, call->arguments.front());
      return texts;
    }
    if (name == "append" && call->arguments.size() == 1) return joined(call->receiver, call->arguments.front());
    if (std::find(kSameText.begin(), kSameText.end(), name) != kSameText.end()) return of(call->receiver);
  }
  return {};
}

std::vector<Text> Texts::elements_of(Syntax expression) const {
  const Syntax node = strip_casts(expression);
  if (!node) return {};
  std::vector<Text> elements;
  const auto add = [&](Syntax element) {
    if (element.is(Kind::null) || unit_.constants.number(element) == 0) return;
    std::vector<Text> texts = of(element);
    elements.push_back(texts.size() == 1 ? std::move(texts.front()) : hole(element));
  };
  if (node.is(Kind::initializer_list)) {
    for (Syntax element = node.first(); element; element = element.next()) add(element);
    return elements;
  }
  if (node.is(Kind::compound_literal)) return elements_of(node.field(Role::value));
  if (node.is(Kind::binary) && operator_text(node) == "<<") {
    elements = elements_of(node.field(Role::left));
    add(node.field(Role::right));
    return elements;
  }
  if (node.is(Kind::call)) {
    // `QStringList("a")`, `QStringList()`, `args.data()`.
    const Syntax callee = node.field(Role::function);
    if (callee.is(Kind::field_expression)) return elements_of(callee.field(Role::argument));
    const std::string name = plain_name(callee.text());
    if (last_component(name) == "QStringList" || last_component(name) == "vector") {
      for (const Syntax argument : argument_nodes(node)) {
        if (argument.is(Kind::initializer_list)) return elements_of(argument);
        add(argument);
      }
      return elements;
    }
    return {hole(node)};
  }
  const Place place = values_.definitions().place_of(node);
  if (!place.valid() || depth_ > kMaxDepth) return {hole(node)};
  ++depth_;
  const DefinitionTable::Reaching found = values_.reaching(place, node);
  for (const Definition* definition : found.definitions) {
    if (definition->how == Definition::How::value) {
      elements = definition->value.contains(node) ? std::vector<Text>{hole(node)} : elements_of(definition->value);
    } else if (definition->how == Definition::How::argument || definition->how == Definition::How::changed) {
      elements = {hole(node)};
    } else {
      add(definition->value);
    }
  }
  --depth_;
  if (found.definitions.empty()) return {hole(node)};
  return elements;
}

}  // namespace procsafe::cpp
