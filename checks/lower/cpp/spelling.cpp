#include "lower/cpp/spelling.h"

#include <cctype>

namespace procsafe::cpp {
namespace {

bool is_name_byte(char byte) { return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_'; }

/// Words that qualify a type and are no part of its name.
bool is_type_noise(std::string_view word) {
  for (const std::string_view noise : {"const", "volatile", "struct", "class", "union", "enum", "typename", "static",
                                       "mutable", "register", "inline", "constexpr", "extern", "thread_local"}) {
    if (word == noise) return true;
  }
  return false;
}

/// The first name in `spelled` that is no qualifier: `std::vector` of `const std::vector<int>&`.
std::string first_type_name(std::string_view spelled) {
  std::string name;
  for (std::size_t at = 0; at < spelled.size();) {
    if (spelled[at] == '<') break;
    if (spelled[at] == ':' && at + 1 < spelled.size() && spelled[at + 1] == ':') {
      name += "::";
      at += 2;
      continue;
    }
    if (!is_name_byte(spelled[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < spelled.size() && is_name_byte(spelled[end])) ++end;
    const std::string_view word = spelled.substr(at, end - at);
    at = end;
    if (is_type_noise(word)) continue;
    // Two words in a row (`unsigned int`) are one builtin type: the last word names it well enough.
    if (!name.empty() && !name.ends_with("::")) name.clear();
    name += word;
  }
  return name;
}

}  // namespace

std::string plain_name(std::string_view spelled) {
  std::string name;
  std::size_t depth = 0;
  for (const char byte : spelled) {
    if (byte == '<') {
      ++depth;
    } else if (byte == '>') {
      if (depth > 0) --depth;
    } else if (depth == 0 && std::isspace(static_cast<unsigned char>(byte)) == 0) {
      name += byte;
    }
  }
  if (name.starts_with("template::")) name.erase(0, 10);
  return name;
}

std::string_view last_component(std::string_view name) {
  const std::size_t separator = name.rfind("::");
  return separator == std::string_view::npos ? name : name.substr(separator + 2);
}

std::string_view qualifier(std::string_view name) {
  const std::size_t separator = name.rfind("::");
  return separator == std::string_view::npos ? std::string_view{} : name.substr(0, separator);
}

std::string join_names(std::string_view scope, std::string_view name) {
  if (scope.empty()) return std::string(name);
  std::string joined(scope);
  joined += "::";
  joined += name;
  return joined;
}

TypeName parse_type(std::string_view spelled) {
  TypeName type;
  type.name = first_type_name(spelled);
  const std::size_t open = spelled.find('<');
  if (open == std::string_view::npos) return type;
  std::size_t depth = 0;
  std::size_t start = open + 1;
  for (std::size_t at = open; at < spelled.size(); ++at) {
    const char byte = spelled[at];
    if (byte == '<' || byte == '(') ++depth;
    if ((byte == '>' || byte == ')') && depth > 0) --depth;
    const bool ends = (byte == ',' && depth == 1) || (byte == '>' && depth == 0);
    if (!ends) continue;
    // Of a nested template (`vector<unique_ptr<QProcess>>`) the innermost name matters too.
    const TypeName argument = parse_type(spelled.substr(start, at - start));
    if (!argument.name.empty()) type.arguments.push_back(argument.name);
    type.arguments.insert(type.arguments.end(), argument.arguments.begin(), argument.arguments.end());
    start = at + 1;
    if (depth == 0) break;
  }
  return type;
}

Declarator read_declarator(Syntax node) {
  Declarator result;
  bool inside_function = false;
  while (node) {
    switch (node.kind()) {
      case Kind::init_declarator: node = node.field(Role::declarator); continue;
      case Kind::pointer_declarator:
        // A pointer inside the parentheses of a function declarator: `int (*f)(…)`.
        if (inside_function) result.function_pointer = true;
        result.pointer = true;
        node = node.field(Role::declarator);
        continue;
      case Kind::array_declarator:
        result.array = true;
        node = node.field(Role::declarator);
        continue;
      case Kind::function_declarator:
        result.function = node;
        inside_function = true;
        node = node.field(Role::declarator);
        continue;
      case Kind::reference_declarator:
        if (inside_function) result.function_pointer = true;
        result.reference = true;
        node = node.first();
        continue;
      case Kind::parenthesized_declarator: node = node.first(); continue;
      case Kind::identifier:
      case Kind::field_identifier:
      case Kind::type_identifier:
      case Kind::qualified_identifier:
      case Kind::template_function:
      case Kind::destructor_name:
      case Kind::operator_name:
      case Kind::structured_binding: result.name = node; break;
      default:
        // Attributes and calling conventions wrap a declarator without being one.
        if (const Syntax inner = node.field(Role::declarator)) {
          node = inner;
          continue;
        }
        break;
    }
    break;
  }
  if (result.function_pointer) result.function = {};
  return result;
}

std::string_view operator_text(Syntax expression) { return expression.field(Role::operator_).text(); }

std::vector<Syntax> argument_nodes(Syntax call) {
  Syntax list = call.is(Kind::argument_list) || call.is(Kind::initializer_list) ? call : call.field(Role::arguments);
  if (!list && call.is(Kind::init_declarator)) {
    list = call.child(Kind::argument_list);
    if (!list) list = call.child(Kind::initializer_list);
  }
  return list ? list.children() : std::vector<Syntax>{};
}

Syntax strip_casts(Syntax expression) {
  while (expression) {
    if (expression.is(Kind::parenthesized)) {
      expression = expression.first();
    } else if (expression.is(Kind::cast)) {
      expression = expression.field(Role::value);
    } else if (expression.is(Kind::call) && expression.field(Role::function).is(Kind::template_function) &&
               expression.field(Role::function).field(Role::name).text().ends_with("_cast")) {
      const std::vector<Syntax> arguments = argument_nodes(expression);
      if (arguments.size() != 1) return expression;
      expression = arguments.front();
    } else {
      return expression;
    }
  }
  return expression;
}

}  // namespace procsafe::cpp
