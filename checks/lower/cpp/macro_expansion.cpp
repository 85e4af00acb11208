#include "lower/cpp/macro_expansion.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lower/cpp/conditionals.h"
#include "lower/cpp/decorations.h"
#include "lower/cpp/telling_names.h"
#include "source/cpp_lexer.h"

namespace procsafe::cpp {
namespace {

constexpr int kMaxDepth = 12;
/// Longest text one macro use may become; more is generated code, not a wrapper.
constexpr std::size_t kMaxExpansion = 1U << 16U;
/// Longest body that is expanded only because it stands in an argument of an operation.
constexpr std::size_t kMaxArgumentBody = 300;
constexpr Offset kProduced = ~Offset{0};

/// Text in which every byte knows where in the file it stands, or that a macro produced it.
struct Mapped {
  std::string bytes;
  std::vector<Offset> origin;

  void append(std::string_view text, Offset first) {
    bytes += text;
    for (std::size_t i = 0; i < text.size(); ++i)
      origin.push_back(first == kProduced ? kProduced : first + static_cast<Offset>(i));
  }
  void append(const Mapped& other) {
    bytes += other.bytes;
    origin.insert(origin.end(), other.origin.begin(), other.origin.end());
  }
  [[nodiscard]] Mapped part(std::size_t begin, std::size_t end) const {
    return {bytes.substr(begin, end - begin),
            {origin.begin() + static_cast<std::ptrdiff_t>(begin), origin.begin() + static_cast<std::ptrdiff_t>(end)}};
  }
};

bool is_hidden(const std::vector<std::string>& hidden, std::string_view name) {
  return std::find(hidden.begin(), hidden.end(), name) != hidden.end();
}

class Hides {
 public:
  Hides(const MacroTable& macros, const ApiCatalog& apis) : macros_(macros), apis_(apis) {}

  bool operator()(const Macro& macro) {
    if (!macro.conditional && apis_.is_operation_name(macro.name)) return true;
    return stands_for_process_field(macro.body) || body_names_operation(macro, 0);
  }

 private:
  /// `#define CHILD_PID(i) (table[i]->pid)`: whose field it is decides what a signal to it means.
  static bool stands_for_process_field(std::string_view body) {
    while (!body.empty() && (body.back() == ')' || body.back() == ' ')) body.remove_suffix(1);
    std::size_t begin = body.size();
    while (begin > 0 && (std::isalnum(static_cast<unsigned char>(body[begin - 1])) != 0 || body[begin - 1] == '_'))
      --begin;
    const std::string_view before = body.substr(0, begin);
    return begin < body.size() && (before.ends_with("->") || before.ends_with(".")) &&
           sounds_like_process(body.substr(begin));
  }

  bool body_names_operation(const Macro& macro, int depth) {
    const auto key = std::pair(macro.name, macro.body);
    if (const auto found = known_.find(key); found != known_.end()) return found->second;
    known_[key] = false;  // a macro that names itself
    bool names = false;
    for (std::size_t at = 0; at < macro.body.size() && !names;) {
      const Lexeme lexeme = next_lexeme(macro.body, at);
      at = lexeme.end;
      if (lexeme.kind != Lexeme::Kind::identifier) continue;
      const std::string_view word = lexeme.of(macro.body);
      if (std::find(macro.parameters.begin(), macro.parameters.end(), word) != macro.parameters.end()) continue;
      const Macro* inner = word == macro.name || depth > kMaxDepth ? nullptr : macros_.find(word);
      names = apis_.is_operation_name(word) || (inner != nullptr && body_names_operation(*inner, depth + 1));
    }
    known_[key] = names;
    return names;
  }

  const MacroTable& macros_;
  const ApiCatalog& apis_;
  std::map<std::pair<std::string, std::string>, bool> known_;
};

/// Arguments of a macro use: `text` from the parenthesis at `open`. Returns the offset behind the closing one,
/// or npos.
std::size_t read_arguments(std::string_view text, std::size_t open, std::vector<SourceRange>& arguments) {
  int depth = 0;
  std::size_t start = open + 1;
  for (std::size_t at = open; at < text.size();) {
    const Lexeme lexeme = next_lexeme(text, at);
    if (lexeme.end - open > kMaxExpansion) break;
    const char byte = text[at];
    if (lexeme.kind == Lexeme::Kind::other) {
      if (byte == '(' || byte == '[' || byte == '{') ++depth;
      if (byte == ')' || byte == ']' || byte == '}') --depth;
      if ((byte == ',' && depth == 1) || depth == 0) {
        arguments.push_back({static_cast<Offset>(start), static_cast<Offset>(at)});
        start = at + 1;
      }
      if (depth == 0) return at + 1;
    }
    at = lexeme.end;
  }
  return std::string_view::npos;
}

Mapped trimmed(const Mapped& text) {
  std::size_t begin = 0;
  std::size_t end = text.bytes.size();
  const auto blank = [&](std::size_t at) { return std::isspace(static_cast<unsigned char>(text.bytes[at])) != 0; };
  while (begin < end && blank(begin)) ++begin;
  while (end > begin && blank(end - 1)) --end;
  return text.part(begin, end);
}

std::string stringified(std::string_view text) {
  std::string literal = "\"";
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') literal += '\\';
    literal += byte == '\n' ? ' ' : byte;
  }
  return literal + '"';
}

class Expander {
 public:
  Expander(std::string_view text, MacroTable& macros, const ApiCatalog& apis, Names& names)
      : text_(text), macros_(macros), apis_(apis), names_(names), hides_(macros, apis) {}

  SourceMap run();

 private:
  [[nodiscard]] const Macro* macro_at(std::string_view name, Offset at, bool any);
  void copy_until(std::size_t end);
  [[nodiscard]] std::size_t end_of_operation(const Lexeme& name) const;
  [[nodiscard]] bool includes(std::string_view path) const;
  void import_from_other_files();
  bool expand_use(const Lexeme& name, const Macro& macro, std::size_t& behind);
  Mapped substitute(const Macro& macro, std::vector<Mapped> arguments);
  Mapped rescan(const Mapped& in, std::vector<std::string> hidden, Offset use);
  void emit(const Mapped& result, std::size_t expansion);

  std::string_view text_;
  MacroTable& macros_;
  const ApiCatalog& apis_;
  Names& names_;
  Hides hides_;
  SourceMap map_;
  std::vector<SourceRange> left_out_;
  std::size_t left_ = 0;
  std::size_t copied_ = 0;
  /// Inside the arguments of an operation: there every macro may hide where a pid comes from.
  bool any_macro_ = false;
};

/// The macro a name means at a place, if it hides an operation; with `any` every function-like one.
const Macro* Expander::macro_at(std::string_view name, Offset at, bool any) {
  const Macro* macro = macros_.find(name, at, [this](const Macro& candidate) { return hides_(candidate); });
  if (macro == nullptr) return nullptr;
  return hides_(*macro) || (any && macro->function_like && macro->body.size() < kMaxArgumentBody) ? macro : nullptr;
}

/// Copies what was not copied yet, up to `end`, without what cannot be parsed.
void Expander::copy_until(std::size_t end) {
  while (copied_ < end) {
    while (left_ < left_out_.size() && left_out_[left_].end <= copied_) ++left_;
    std::size_t stop = end;
    if (left_ < left_out_.size() && left_out_[left_].begin < end) {
      if (left_out_[left_].begin <= copied_) {
        copied_ = std::min<std::size_t>(left_out_[left_].end, end);
        continue;
      }
      stop = left_out_[left_].begin;
    }
    map_.copy(text_, {static_cast<Offset>(copied_), static_cast<Offset>(stop)});
    copied_ = stop;
  }
}

/// The end of the call that begins with the name of an operation, or 0.
std::size_t Expander::end_of_operation(const Lexeme& name) const {
  if (!apis_.is_operation_name(name.of(text_))) return 0;
  std::size_t open = name.end;
  while (open < text_.size() && text_[open] == ' ') ++open;
  if (open >= text_.size() || text_[open] != '(') return 0;
  std::vector<SourceRange> ignored;
  const std::size_t end = read_arguments(text_, open, ignored);
  return end == std::string_view::npos ? 0 : end;
}

/// Does this file itself include the other? A header that gives a function of C another meaning is often one for
/// another system, included by a header for all only there.
bool Expander::includes(std::string_view path) const {
  const auto same_end = [&](std::string_view spelled) {
    while (spelled.starts_with("../")) spelled.remove_prefix(3);
    return path == spelled ||
           (path.ends_with(spelled) && path.size() > spelled.size() && path[path.size() - spelled.size() - 1] == '/');
  };
  return std::any_of(macros_.includes().begin(), macros_.includes().end(), same_end);
}

void Expander::import_from_other_files() {
  std::set<std::string_view> asked;
  for (std::size_t at = 0; at < text_.size();) {
    const Lexeme lexeme = next_lexeme(text_, at);
    at = lexeme.end;
    if (lexeme.kind != Lexeme::Kind::identifier) continue;
    const std::string_view word = lexeme.of(text_);
    const bool lower = std::any_of(word.begin(), word.end(), [](char byte) { return byte >= 'a' && byte <= 'z'; });
    const bool called =
        at < text_.size() && (text_[at] == '(' || (text_[at] == ' ' && at + 1 < text_.size() && text_[at + 1] == '('));
    if ((lower && !called) || word.size() < 2 || !asked.insert(word).second) continue;
    if (macros_.find(word) != nullptr) continue;
    for (const Value& value : names_.find(macro_slot(word))) {
      auto macro = decode_macro(value);
      if (macro && (!apis_.is_operation_name(word) || includes(macro->definition.path)))
        macros_.import(std::move(*macro));
    }
  }
}

/// The arguments that stand for `...` become one.
void join_variadic(const Macro& macro, std::vector<Mapped>& arguments) {
  if (!macro.variadic) return;
  while (arguments.size() > macro.parameters.size()) {
    const Mapped last = std::move(arguments.back());
    arguments.pop_back();
    arguments.back().append(", ", kProduced);
    arguments.back().append(last);
  }
}

Mapped Expander::substitute(const Macro& macro, std::vector<Mapped> arguments) {
  join_variadic(macro, arguments);
  Mapped result;
  const std::string_view body = macro.body;
  const auto argument = [&](std::string_view word) -> const Mapped* {
    const auto found = std::find(macro.parameters.begin(), macro.parameters.end(), word);
    if (found == macro.parameters.end()) return nullptr;
    static const Mapped nothing;
    const auto index = static_cast<std::size_t>(found - macro.parameters.begin());
    return index < arguments.size() ? &arguments[index] : &nothing;
  };
  bool stringify = false;
  for (std::size_t at = 0; at < body.size() && result.bytes.size() < kMaxExpansion;) {
    const Lexeme lexeme = next_lexeme(body, at);
    at = lexeme.end;
    const std::string_view word = lexeme.of(body);
    if (word == "#" && macro.function_like) {
      if (at < body.size() && body[at] == '#') {
        ++at;  // `a ## b`: the blanks around it go
        result = trimmed(result);
        while (at < body.size() && body[at] == ' ') ++at;
      } else {
        stringify = true;
      }
      continue;
    }
    const Mapped* value = lexeme.kind == Lexeme::Kind::identifier ? argument(word) : nullptr;
    if (value != nullptr && stringify) {
      result.append(stringified(value->bytes), kProduced);
    } else if (value != nullptr) {
      result.append(*value);
    } else {
      result.append(word, kProduced);
    }
    stringify = stringify && lexeme.kind == Lexeme::Kind::space;
  }
  return result;
}

Mapped Expander::rescan(const Mapped& in, std::vector<std::string> hidden, Offset use) {
  if (hidden.size() > kMaxDepth) return in;
  Mapped out;
  for (std::size_t at = 0; at < in.bytes.size() && out.bytes.size() < kMaxExpansion;) {
    const Lexeme lexeme = next_lexeme(in.bytes, at);
    const std::string_view word = lexeme.of(in.bytes);
    const bool candidate = lexeme.kind == Lexeme::Kind::identifier && !is_hidden(hidden, word);
    const Macro* macro = candidate ? macro_at(word, use, any_macro_) : nullptr;
    std::vector<SourceRange> ranges;
    std::size_t behind = lexeme.end;
    if (macro != nullptr && macro->function_like) {
      std::size_t open = lexeme.end;
      while (open < in.bytes.size() && in.bytes[open] == ' ') ++open;
      behind =
          open < in.bytes.size() && in.bytes[open] == '(' ? read_arguments(in.bytes, open, ranges) : std::string::npos;
      if (behind == std::string::npos) macro = nullptr;
    }
    if (macro == nullptr) {
      out.append(in.part(lexeme.begin, lexeme.end));
      at = lexeme.end;
      continue;
    }
    std::vector<Mapped> arguments;
    arguments.reserve(ranges.size());
    for (const SourceRange& range : ranges) arguments.push_back(trimmed(in.part(range.begin, range.end)));
    hidden.emplace_back(word);
    out.append(rescan(substitute(*macro, std::move(arguments)), hidden, use));
    hidden.pop_back();
    at = behind;
  }
  return out;
}

void Expander::emit(const Mapped& result, std::size_t expansion) {
  for (std::size_t at = 0; at < result.bytes.size();) {
    std::size_t end = at + 1;
    const bool produced = result.origin[at] == kProduced;
    while (end < result.bytes.size() &&
           (produced ? result.origin[end] == kProduced : result.origin[end] == result.origin[end - 1] + 1))
      ++end;
    if (produced) {
      map_.produce(std::string_view(result.bytes).substr(at, end - at), expansion);
    } else {
      map_.copy_argument(text_, {result.origin[at], result.origin[at] + static_cast<Offset>(end - at)}, expansion);
    }
    at = end;
  }
}

bool Expander::expand_use(const Lexeme& name, const Macro& macro, std::size_t& behind) {
  std::vector<SourceRange> ranges;
  behind = name.end;
  if (macro.function_like) {
    std::size_t open = name.end;
    while (open < text_.size() && (text_[open] == ' ' || text_[open] == '\t')) ++open;
    if (open >= text_.size() || text_[open] != '(') return false;
    behind = read_arguments(text_, open, ranges);
    if (behind == std::string_view::npos) return false;
  }
  std::vector<Mapped> arguments;
  arguments.reserve(ranges.size());
  for (const SourceRange& range : ranges) {
    Mapped argument;
    argument.append(text_.substr(range.begin, range.end - range.begin), range.begin);
    arguments.push_back(trimmed(argument));
  }
  const auto use = static_cast<Offset>(name.begin);
  const Mapped result = rescan(substitute(macro, std::move(arguments)), {macro.name}, use);
  if (result.bytes.size() >= kMaxExpansion) return false;
  copy_until(use);
  emit(result, map_.add_expansion({{use, static_cast<Offset>(behind)}, macro.name, macro.definition}));
  copied_ = behind;
  return true;
}

SourceMap Expander::run() {
  import_from_other_files();
  const auto& directives = macros_.directives();
  auto directive = directives.begin();
  left_out_ = parts_to_leave_out(text_, directives);
  for (const SourceRange& decoration : decorations(text_, directives)) left_out_.push_back(decoration);
  left_out_ = joined(std::move(left_out_));
  std::size_t operation_end = 0;
  for (std::size_t at = 0; !macros_.all().empty() && at < text_.size();) {
    while (directive != directives.end() && directive->end <= at) ++directive;
    if (directive != directives.end() && directive->begin <= at) {
      at = directive->end;
      continue;
    }
    const Lexeme lexeme = next_lexeme(text_, at);
    at = lexeme.end;
    if (lexeme.kind != Lexeme::Kind::identifier) continue;
    any_macro_ = lexeme.begin < operation_end;
    const Macro* macro = macro_at(lexeme.of(text_), static_cast<Offset>(lexeme.begin), any_macro_);
    std::size_t behind = 0;
    if (macro != nullptr && expand_use(lexeme, *macro, behind)) {
      at = behind;
    } else if (!any_macro_) {
      operation_end = end_of_operation(lexeme);
    }
  }
  copy_until(text_.size());
  return std::move(map_);
}

}  // namespace

bool hides_operation(const Macro& macro, const MacroTable& macros, const ApiCatalog& apis) {
  return Hides(macros, apis)(macro);
}

SourceMap expand_macros(std::string_view text, MacroTable& macros, const ApiCatalog& apis, Names& names) {
  return Expander(text, macros, apis, names).run();
}

}  // namespace procsafe::cpp
