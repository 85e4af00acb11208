// What a condition of a loop depends on.
#include <algorithm>
#include <utility>

#include "lower/shell/loop_shape.h"
#include "lower/shell/loop_words.h"

namespace procsafe::shell {

/// Work whose failure ends a loop is not what the loop waits for.
LoopShape::Basis LoopShape::basis(const Guard& guard) const {
  const bool work = guard.failed && (active_ || !pauses_) && acts(*guard.condition);
  return work ? Basis::nothing : basis(*guard.condition);
}

/// Is it a command that does something, as far as one can tell: neither a test nor a look?
bool LoopShape::acts(const Statement& statement) const {
  if (statement.kind == Statement::Kind::pipeline) return acts(*statement.children.back());
  if (statement.kind != Statement::Kind::simple || statement.words.empty()) return false;
  const std::string name = name_of(statement);
  if (is_one_of(name, {"[[", "kill", "ping", "cmp", "diff", "ls", "stat", "find", "mountpoint", "nslookup", "host",
                       "dig", "type", "which", "mkdir", "ln"}))
    return false;
  const ShellCommand* entry = catalog_.find(name);
  const bool looks = entry != nullptr && (entry->passive || entry->message || entry->client || !entry->subs.empty() ||
                                          entry->prints != ShellCommand::Prints::other);
  return !looks;
}

LoopShape::Basis LoopShape::basis(const List& condition) const {
  Basis found = Basis::nothing;
  for (const auto& statement : condition) {
    const Basis one = basis(*statement);
    if (one == Basis::bound) return one;
    found = one == Basis::input || found == Basis::input ? Basis::input : std::max(found, one);
  }
  return found;
}

LoopShape::Basis LoopShape::basis(const Statement& condition) const {
  if (condition.background) return Basis::nothing;
  switch (condition.kind) {
    case Statement::Kind::arithmetic: return basis_of_arithmetic(condition.span.source());
    case Statement::Kind::pipeline: return basis_of_pipeline(condition);
    case Statement::Kind::and_or:
    case Statement::Kind::group:
    case Statement::Kind::subshell: return basis(condition.children);
    case Statement::Kind::case_of: return basis_of_names(condition.words.front());
    case Statement::Kind::conditional: {
      Basis found = Basis::nothing;
      for (const Branch& branch : condition.branches) found = std::max(found, basis(branch.condition));
      return found;
    }
    case Statement::Kind::simple: break;
    default: return Basis::observation;
  }
  const std::string name = name_of(condition);
  if (condition.words.empty()) {  // while x=$(command)
    Basis found = Basis::nothing;
    for (const Assignment& assignment : condition.assignments) {
      if (!has_command(assignment.value)) continue;
      found = std::max(found, computed_.contains(assignment.name) ? Basis::computation : Basis::observation);
    }
    return found;
  }
  // while $READ_LINE; do … done <file
  const List& head = loop_.branches.front().condition;
  if (name.empty() && !head.empty() && &condition == head.front().get() && reads_file(loop_)) return Basis::input;
  if (is_one_of(name, {"[", "[[", "test"})) return basis_of_test(condition);
  if (is_one_of(name, {"read", "getopts", "select", "mapfile"})) return Basis::input;
  if (name == "let" || name == "expr") return basis_of_arithmetic(condition.span.source());
  if (is_one_of(name, {"true", ":", "false", "sleep", "usleep", "echo", "printf", "shift", "wait", "break", "continue",
                       "exit", "return"}))
    return Basis::nothing;
  // lsof -i :$((port++)): the loop tries one thing after the other.
  const bool tries = std::any_of(condition.words.begin(), condition.words.end(), [&](const Word& word) {
    const std::set<std::string> names = expanded_names(word.span.source());
    return is_changed(word) || std::any_of(names.begin(), names.end(), [&](const std::string& used) {
             return assigned_.contains(used) && !observed_.contains(used);
           });
  });
  return tries ? Basis::computation : Basis::observation;
}

LoopShape::Basis LoopShape::basis_of_pipeline(const Statement& pipeline) const {
  const Statement& first = *pipeline.children.front();
  const std::string_view source = first.span.source();
  const bool echoes = is_one_of(name_of(first), {"echo", "printf"}) || source.starts_with("$ECHO") ||
                      source.starts_with("${ECHO") || source.starts_with("$as_echo");
  if (!echoes) {
    const bool tries =
        std::any_of(first.words.begin(), first.words.end(), [&](const Word& w) { return is_changed(w); });
    return tries ? Basis::computation : Basis::observation;
  }
  // echo "$x" | grep -q y looks at x.
  Basis found = Basis::nothing;
  for (const Word& word : first.words) found = std::max(found, basis_of_names(word));
  return found;
}

bool LoopShape::is_changed(const Word& word) const {
  std::set<std::string> names = expanded_names(word.span.source());
  collect_names(word, names);
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return counters_.contains(name) || computed_.contains(name) || read_.contains(name);
  });
}

LoopShape::Basis LoopShape::basis_of_test(const Statement& test) const {
  Basis found = Basis::nothing;
  bool compares = false;
  bool file_test = false;
  bool numeric = false;
  for (const Word& word : test.words) {
    compares = compares || is_comparison(word.span.source());
    numeric = numeric || is_one_of(word.span.source(), {"-lt", "-le", "-gt", "-ge"});
  }
  for (const Word& word : test.words) {
    if (word.literal() && is_file_test(word.literal_text()) && word.span.source().front() == '-') {
      file_test = true;
      found = std::max(found, Basis::observation);
      continue;
    }
    const bool relative = moves_ && word.literal() && !word.literal_text().starts_with('/');
    if (std::exchange(file_test, false) && (is_changed(word) || relative)) {
      found = Basis::computation;  // the loop itself goes from file to file
      continue;
    }
    if (has_command(word) && tells_time(word.span.source())) return Basis::bound;
    const Basis one = basis_of_names(word);
    if (one == Basis::bound && compares) return one;
    if (one == Basis::input) return Basis::input;
    if (word.literal() && compares) {
      // [[ n -lt 3 ]] names variables without a dollar sign.
      if (is_counter(word.literal_text())) return Basis::bound;
    }
    if (numeric && names_limit(std::string(word.span.source()))) return Basis::bound;
    found = std::max(found, one);
  }
  return found;
}

LoopShape::Basis LoopShape::basis_of_names(const Word& word) const {
  std::set<std::string> names;
  collect_names(word, names);
  if (tells_time(word.span.source())) return Basis::bound;
  Basis found = Basis::nothing;
  if (has_command(word)) {
    const std::set<std::string> inner = expanded_names(word.span.source());
    if (shifts_ && inner.contains("1")) return Basis::input;
    found = is_changed(word) ? Basis::computation : Basis::observation;
  }
  for (const std::string& name : names) {
    if (is_counter(name)) return Basis::bound;
    if (read_.contains(name)) return Basis::input;
    const bool argument = name == "#" || name == "@" || name == "*" ||
                          (!name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) != 0);
    if (argument && shifts_) return Basis::input;
    if (name == "?" || name == "!" || observed_.contains(name)) {
      found = std::max(found, Basis::observation);
    } else if (computed_.contains(name)) {
      found = std::max(found, Basis::computation);
    } else if (const auto flag = flags_.find(name); flag != flags_.end()) {
      for (const Basis one : flag->second) found = std::max(found, one);
      if (std::find(flag->second.begin(), flag->second.end(), Basis::bound) != flag->second.end()) return Basis::bound;
    }
  }
  return found;
}

LoopShape::Basis LoopShape::basis_of_arithmetic(std::string_view expression) const {
  if (tells_time(expression)) return Basis::bound;
  Basis found = Basis::nothing;
  for (const std::string& name : identifiers(expression)) {
    if (is_counter(name)) return Basis::bound;
    if (observed_.contains(name)) found = Basis::observation;
    if (computed_.contains(name)) found = std::max(found, Basis::computation);
  }
  return found;
}

}  // namespace procsafe::shell
