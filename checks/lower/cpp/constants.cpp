#include "lower/cpp/constants.h"

#include <charconv>
#include <string>

namespace procsafe::cpp {
namespace {

/// Deepest expression and longest chain of constants that is followed.
constexpr int kMaxDepth = 40;

std::optional<std::int64_t> apply(std::string_view op, std::int64_t a, std::int64_t b) {
  // Unsigned arithmetic: wraps instead of overflowing.
  const auto x = static_cast<std::uint64_t>(a);
  const auto y = static_cast<std::uint64_t>(b);
  const bool small = b >= 0 && b < 64;
  if (op == "+") return static_cast<std::int64_t>(x + y);
  if (op == "-") return static_cast<std::int64_t>(x - y);
  if (op == "*") return static_cast<std::int64_t>(x * y);
  if (op == "|") return a | b;
  if (op == "&") return a & b;
  if (op == "^") return a ^ b;
  if (op == "<<" && small) return static_cast<std::int64_t>(x << y);
  if (op == ">>" && small) return a >> b;
  if (op == "/" && b != 0 && b != -1) return a / b;
  if (op == "%" && b != 0 && b != -1) return a % b;
  return std::nullopt;
}

std::optional<std::int64_t> parse_character(std::string_view literal) {
  const std::size_t open = literal.find('\'');
  if (open == std::string_view::npos || literal.size() < open + 3) return std::nullopt;
  const std::string_view body = literal.substr(open + 1, literal.size() - open - 2);
  if (body.size() == 1) return static_cast<unsigned char>(body[0]);
  if (body == "\\0") return 0;
  if (body == "\\n") return '\n';
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> parse_number(std::string_view literal) {
  std::string digits;
  for (const char byte : literal) {
    if (byte != '\'') digits += byte;
  }
  int base = 10;
  std::size_t start = 0;
  // The grammar counts a sign in front of a literal as part of it.
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.erase(0, 1);
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    base = 16;
    start = 2;
  } else if (digits.starts_with("0b") || digits.starts_with("0B")) {
    base = 2;
    start = 2;
  } else if (digits.size() > 1 && digits[0] == '0') {
    base = 8;
    start = 1;
  }
  std::uint64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data() + start, end, value, base);
  // `0` alone was read as decimal; `0u` begins like an octal number without digits.
  if (error != std::errc{}) return base == 8 ? std::optional<std::int64_t>(0) : std::nullopt;
  for (const char* at = stop; at != end; ++at) {
    if (std::string_view("uUlLzZ").find(*at) == std::string_view::npos) return std::nullopt;
  }
  return static_cast<std::int64_t>(negative ? 0 - value : value);
}

std::optional<std::int64_t> Constants::evaluate_macro(std::string_view name, int depth) const {
  const Macro* macro = macros_.find(name);
  if (macro == nullptr || macro->function_like) return std::nullopt;
  const SyntaxTree* tree = macros_.expression(*macro);
  return tree == nullptr ? std::nullopt : evaluate(macro_value(*tree), depth + 1);
}

std::optional<std::int64_t> Constants::evaluate_name(Syntax name, int depth) const {
  const std::string plain = plain_name(name.text());
  // Nodes of a macro's body belong to a tree of their own: no variable of the file is visible there.
  if (name.tree() == declarations_.tree()) {
    if (const Variable* variable = declarations_.find_variable(plain, name)) {
      if (!variable->constant || variable->pointer || !variable->initializer) return std::nullopt;
      const Syntax value =
          variable->initializer.is(Kind::initializer_list) ? variable->initializer.first() : variable->initializer;
      return evaluate(value, depth + 1);
    }
  }
  const std::string last(last_component(plain));
  if (const auto* enumerator = declarations_.find_enumerator(last)) {
    if (!enumerator->base) return enumerator->offset;
    const auto base = evaluate(enumerator->base, depth + 1);
    return base ? std::optional(*base + enumerator->offset) : std::nullopt;
  }
  if (const auto value = evaluate_macro(last, depth)) return value;
  return system_constant(last);
}

std::optional<std::int64_t> Constants::evaluate(Syntax node, int depth) const {
  if (!node || depth > kMaxDepth) return std::nullopt;
  node = strip_casts(node);
  if (answers_.known() && node.tree() == declarations_.tree()) {
    if (const auto number = answers_.number(map_.to_file(node.range()))) return number;
  }
  switch (node.kind()) {
    case Kind::number: return parse_number(node.text());
    case Kind::character: return parse_character(node.text());
    case Kind::true_value: return 1;
    case Kind::false_value:
    case Kind::null: return 0;
    case Kind::identifier:
    case Kind::qualified_identifier: return evaluate_name(node, depth);
    case Kind::initializer_list: return evaluate(node.first(), depth + 1);
    case Kind::unary: {
      const auto value = evaluate(node.field(Role::argument), depth + 1);
      const std::string_view op = operator_text(node);
      if (!value) return std::nullopt;
      if (op == "-") return static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(*value));
      if (op == "~") return ~*value;
      if (op == "+") return value;
      if (op == "!") return *value == 0 ? 1 : 0;
      return std::nullopt;
    }
    case Kind::binary: {
      const auto left = evaluate(node.field(Role::left), depth + 1);
      const auto right = evaluate(node.field(Role::right), depth + 1);
      return left && right ? apply(operator_text(node), *left, *right) : std::nullopt;
    }
    case Kind::call: {
      // `DWORD(-1)`, `pid_t(0)`: a conversion written as a call.
      const std::vector<Syntax> arguments = argument_nodes(node);
      const Syntax callee = node.field(Role::function);
      if (arguments.size() == 1 && (callee.is(Kind::primitive_type) || callee.text().ends_with("_t") ||
                                    callee.text() == "DWORD" || callee.text() == "UINT"))
        return evaluate(arguments.front(), depth + 1);
      return std::nullopt;
    }
    default: return std::nullopt;
  }
}

bool Constants::mentions(Syntax expression, std::string_view word, int depth) const {
  if (!expression || depth > kMaxDepth) return false;
  for (NodeId id = expression.id(); id < expression.end(); ++id) {
    const Syntax node(expression.tree(), id);
    if (!node.is(Kind::identifier)) continue;
    if (node.text() == word) return true;
    const bool here = node.tree() == declarations_.tree();
    const Variable* variable = here ? declarations_.find_variable(node.text(), node) : nullptr;
    if (variable != nullptr) {
      if (variable->constant && variable->initializer && !variable->initializer.contains(node) &&
          mentions(variable->initializer, word, depth + 1))
        return true;
      continue;
    }
    const Macro* macro = macros_.find(node.text());
    if (macro == nullptr || macro->function_like) continue;
    const SyntaxTree* tree = macros_.expression(*macro);
    if (tree != nullptr && mentions(macro_value(*tree), word, depth + 8)) return true;
  }
  return false;
}

}  // namespace procsafe::cpp
