#include "lower/clang/candidates.h"

#include <algorithm>
#include <array>

#include "lower/clang/cpp_tokens.h"

namespace procsafe {
namespace {

/// Names that are words of every program: without a call behind them they are variables.
bool is_ordinary_word(std::string_view name) {
  constexpr std::array<std::string_view, 9> kWords{"system", "kill",   "fork",  "wait", "clone",
                                                   "daemon", "signal", "raise", "exit"};
  return std::find(kWords.begin(), kWords.end(), name) != kWords.end();
}

/// Keywords that stand before an expression; any other identifier before `kill(` makes it a declaration.
bool precedes_expression(std::string_view word) {
  constexpr std::array<std::string_view, 11> kWords{"return", "else", "do",  "case", "co_return", "co_await",
                                                    "throw",  "not",  "and", "or",   "co_yield"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

std::vector<std::string> split_qualified(std::string_view name) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t end = std::min(name.find("::", at), name.size());
    parts.emplace_back(name.substr(at, end - at));
    at = end + 2;
  }
  return parts;
}

class Sketcher {
 public:
  Sketcher(const Triggers& triggers, const NameSet& more) : triggers_(triggers), more_(more) {}

  Sketch run(std::string_view text) {
    split_cpp_tokens(text, tokens_);
    begin_ = text.data();
    find_types();
    for (at_ = 0; at_ < tokens_.size(); ++at_) {
      if (tokens_[at_].kind == CppToken::Kind::directive) {
        directive();
      } else {
        statement_token();
      }
    }
    std::sort(result_.exports.begin(), result_.exports.end());
    result_.exports.erase(std::unique(result_.exports.begin(), result_.exports.end()), result_.exports.end());
    return std::move(result_);
  }

 private:
  /// The classes of the catalogue whose full names the file can spell.
  void find_types() {
    std::vector<std::unordered_set<std::string_view>> seen(triggers_.qualified_count());
    for (const CppToken& token : tokens_) {
      if (!token.is_identifier()) continue;
      if (const auto* numbers = triggers_.qualified_with(token.text)) {
        for (const std::size_t number : *numbers) seen[number].insert(token.text);
      }
    }
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const std::vector<std::string>& parts = triggers_.qualified(i);
      const std::unordered_set<std::string_view> needed(parts.begin(), parts.end());
      if (seen[i].size() == needed.size()) types_.insert(parts.back());
    }
  }

  [[nodiscard]] const CppToken& token(std::size_t index) const {
    static const CppToken none;
    return index < tokens_.size() ? tokens_[index] : none;
  }
  [[nodiscard]] const CppToken& before(std::size_t index, std::size_t steps = 1) const {
    static const CppToken none;
    return index >= first_ + steps ? tokens_[index - steps] : none;
  }

  [[nodiscard]] bool is_function_use(std::size_t index) const {
    const std::string_view name = tokens_[index].text;
    const CppToken& previous = before(index);
    const CppToken& next = token(index + 1);
    if (previous.is(".") || previous.is("->")) return false;
    if (previous.is("::") && before(index, 2).is_identifier() && !before(index, 2).is("std") &&
        !precedes_expression(before(index, 2).text))
      return false;
    if (previous.is("::") || (previous.is("&") && !before(index, 2).is("&"))) return true;
    if (next.is("(")) return !previous.is_identifier() || precedes_expression(previous.text);
    const bool value = (previous.is("=") || previous.is("(") || previous.is(",") || previous.is("{")) &&
                       (next.is(";") || next.is(")") || next.is(",") || next.is("}"));
    return value && !is_ordinary_word(name);
  }

  /// `SYS_kill`, `dlsym(lib, "kill")`.
  [[nodiscard]] bool is_indirect_use(std::size_t index) const {
    const CppToken& here = tokens_[index];
    if (here.kind == CppToken::Kind::literal) return triggers_.is_function(here.text) && behind_lookup(index);
    for (const std::string_view prefix : {"SYS_", "__NR_"}) {
      if (here.text.starts_with(prefix)) return triggers_.is_function(here.text.substr(prefix.size()));
    }
    return false;
  }

  [[nodiscard]] bool behind_lookup(std::size_t index) const {
    constexpr std::size_t kReach = 8;
    for (std::size_t steps = 1; steps <= kReach && steps <= index; ++steps) {
      const CppToken& earlier = before(index, steps);
      if (earlier.is(";") || earlier.is("{") || earlier.is("}")) return false;
      if (earlier.is("dlsym") || earlier.is("dlvsym") || earlier.is("GetProcAddress")) return true;
    }
    return false;
  }

  [[nodiscard]] bool is_trigger(std::size_t index) const {
    const CppToken& here = tokens_[index];
    if (!here.is_identifier()) return is_indirect_use(index);
    if (types_.contains(here.text) || more_.contains(here.text)) return true;
    if (triggers_.is_function(here.text)) return is_function_use(index);
    return is_indirect_use(index);
  }

  void directive() {
    const std::string_view kind = token(at_ + 1).text;
    const std::size_t begin = at_ + 2;
    std::size_t end = begin;
    while (end < tokens_.size() && tokens_[end].kind != CppToken::Kind::line_end) ++end;
    if (kind == "include" || kind == "include_next" || kind == "import") include(begin, end);
    if (kind == "define") define(begin, end);
    at_ = end;
    statement_ = at_ + 1;
  }

  void include(std::size_t begin, std::size_t end) {
    if (begin == end) return;
    if (tokens_[begin].kind == CppToken::Kind::literal) {
      result_.includes.emplace_back(tokens_[begin].text);
    } else if (tokens_[begin].is("<") && tokens_[end - 1].is(">") && end - begin > 2) {
      const char* first = tokens_[begin + 1].text.data();
      result_.includes.emplace_back(first, static_cast<std::size_t>(tokens_[end - 1].text.data() - first));
    }
  }

  void define(std::size_t begin, std::size_t end) {
    first_ = begin + 1;
    for (std::size_t i = begin + 1; i < end; ++i) {
      const bool alias = i + 1 == end && i == begin + 1 && triggers_.is_function(tokens_[i].text);
      if (!alias && !is_trigger(i)) continue;
      result_.exports.emplace_back(tokens_[begin].text);
      result_.candidate = true;
      break;
    }
    first_ = 0;
  }

  void statement_token() {
    const CppToken& here = tokens_[at_];
    if (is_trigger(at_)) {
      result_.places.push_back(static_cast<Offset>(here.text.data() - begin_));
      const bool named = types_.contains(here.text) || more_.contains(here.text);
      const bool forward = named && token(at_ + 1).is(";") && (before(at_).is("class") || before(at_).is("struct"));
      if (!forward) (named && !in_body() ? result_.mentions : result_.candidate) = true;
      if (named && !forward) typed_ = true;
    }
    if (!here.is(";") && !here.is("{") && !here.is("}")) return;
    if (typed_ && !in_body()) export_declaration(statement_, at_);
    if (here.is("{")) scopes_.push_back(in_body() || opens_body(statement_, at_));
    if (here.is("}") && !scopes_.empty()) scopes_.pop_back();
    statement_ = at_ + 1;
    typed_ = false;
  }

  [[nodiscard]] bool in_body() const { return !scopes_.empty() && scopes_.back(); }

  /// Anything but a class, namespace, enumeration or `extern "C"`.
  [[nodiscard]] bool opens_body(std::size_t begin, std::size_t end) const {
    for (std::size_t i = begin; i < end; ++i) {
      const std::string_view word = tokens_[i].text;
      if (tokens_[i].is("(")) return true;
      if (word == "class" || word == "struct" || word == "union" || word == "namespace" || word == "enum") return false;
    }
    return !(end - begin == 2 && token(begin).is("extern"));
  }

  /// What a declaration in terms of a trigger declares: `using X = …`, `class X : …`, `T* x;`, `T& x();`.
  void export_declaration(std::size_t begin, std::size_t end) {
    const std::string_view first = token(begin).text;
    if (first == "using" || first == "namespace" || first == "class" || first == "struct") {
      if (token(begin + 1).is_identifier()) result_.exports.emplace_back(token(begin + 1).text);
      return;
    }
    int angles = 0;
    bool typed = false;
    for (std::size_t i = begin; i <= end && i < tokens_.size(); ++i) {
      const CppToken& here = tokens_[i];
      if (here.is("<")) ++angles;
      if (here.is(">")) --angles;
      const bool declared = typed && angles <= 0 && before(i).is_identifier() && !names_type(before(i).text);
      const bool ends = angles <= 0 && (here.is(";") || here.is("=") || here.is("(") || here.is("{") || here.is(":"));
      if (ends && declared) result_.exports.emplace_back(before(i).text);
      if (ends) return;
      typed = typed || names_type(here.text);
    }
  }

  [[nodiscard]] bool names_type(std::string_view word) const { return types_.contains(word) || more_.contains(word); }

  const Triggers& triggers_;
  const NameSet& more_;
  const char* begin_ = nullptr;
  std::vector<CppToken> tokens_;
  std::unordered_set<std::string_view> types_;
  std::size_t at_ = 0;
  std::size_t statement_ = 0;
  std::size_t first_ = 0;  ///< what stands before belongs to something else: the name of a macro
  bool typed_ = false;
  std::vector<bool> scopes_;  ///< open braces: is it a function's body?
  Sketch result_;
};

bool acts_on_processes(const Api& api) {
  if (!api.operation) return false;
  switch (*api.operation) {
    case Operation::spawn:
    case Operation::wait:
    case Operation::signal:
    case Operation::search: return true;
    case Operation::handler:
    case Operation::exit:
    case Operation::definition: return false;
  }
  return false;
}

}  // namespace

Triggers::Triggers(const ApiCatalog& catalog) {
  for (const ApiType& type : catalog.types()) {
    // Streams and the like: they matter to what is known of a value, but do nothing to a process.
    if (type.origin == Origin::not_applicable) continue;
    if (type.name.find("::") != std::string::npos) {
      add_qualified(split_qualified(type.name));
    } else {
      add_qualified({type.name});
    }
  }
  for (const Api& api : catalog.apis()) {
    if (!acts_on_processes(api)) continue;
    std::vector<std::string> parts = split_qualified(api.name);
    if (parts.size() == 1 || (parts.size() == 2 && parts.front() == "std")) {
      functions_.insert(parts.back());
      continue;
    }
    // A member of a class is found by the class, a function of a namespace by both names.
    const std::string scope = api.name.substr(0, api.name.rfind("::"));
    if (catalog.find_type(scope) != nullptr || catalog.find(scope) != nullptr) parts.pop_back();
    add_qualified(std::move(parts));
  }
}

void Triggers::add_qualified(std::vector<std::string> parts) {
  if (std::find(qualified_.begin(), qualified_.end(), parts) != qualified_.end()) return;
  for (const std::string& part : parts) by_part_[part].push_back(qualified_.size());
  qualified_.push_back(std::move(parts));
}

const std::vector<std::size_t>* Triggers::qualified_with(std::string_view word) const {
  const auto found = by_part_.find(word);
  return found == by_part_.end() ? nullptr : &found->second;
}

Sketch sketch(std::string_view text, const Triggers& triggers, const NameSet& more) {
  return Sketcher(triggers, more).run(text);
}

}  // namespace procsafe
