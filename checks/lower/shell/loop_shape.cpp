#include "lower/shell/loop_shape.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "lower/shell/loop_words.h"

namespace procsafe::shell {
namespace {

/// Calls of functions that are followed when reading a loop.
constexpr int kMaxDepth = 3;

}  // namespace

LoopShape::LoopShape(const Statement& loop, const ShellCatalog& catalog, const FunctionBodies& functions)
    : loop_(loop), catalog_(catalog), functions_(functions) {
  if (loop.kind == Statement::Kind::for_arithmetic) scan_arithmetic(loop.head.source());
  for (const Branch& branch : loop.branches) {
    look(branch.condition, 0);
    scan(branch.body, 0);
  }
  settle_values();
  Guards guards;
  for (const Branch& branch : loop.branches) find_exits(branch.body, guards, 0, 0);
}

std::string LoopShape::name_of(const Statement& statement) const {
  if (statement.kind != Statement::Kind::simple || statement.words.empty()) return {};
  for (const Word& word : statement.words) {
    const std::string name = word.literal() ? word.literal_text() : std::string();
    if (is_one_of(name, {"sudo", "command", "builtin", "exec", "busybox", "env"})) continue;
    return name.substr(name.rfind('/') == std::string::npos ? 0 : name.rfind('/') + 1);
  }
  return {};
}

void LoopShape::scan(const List& list, int depth) {
  for (const auto& statement : list) scan(*statement, depth);
}

void LoopShape::scan(const Statement& statement, int depth) {
  if (statement.kind == Statement::Kind::simple) {
    scan_simple(statement, depth);
    return;
  }
  if (statement.kind == Statement::Kind::function) return;
  if (statement.kind == Statement::Kind::arithmetic || statement.kind == Statement::Kind::for_arithmetic)
    scan_arithmetic(statement.kind == Statement::Kind::arithmetic ? statement.span.source() : statement.head.source());
  const bool fed = reads_file(statement);
  piped_ += fed ? 1 : 0;
  for (std::size_t i = 0; i < statement.children.size(); ++i) {
    // What stands in front of && and || is looked at, as a condition is.
    const bool looked = statement.kind == Statement::Kind::and_or && i + 1 < statement.children.size();
    const bool behind_pipe = statement.kind == Statement::Kind::pipeline && i > 0;
    looking_ += looked ? 1 : 0;
    piped_ += behind_pipe ? 1 : 0;
    scan(*statement.children[i], depth);
    looking_ -= looked ? 1 : 0;
    piped_ -= behind_pipe ? 1 : 0;
  }
  for (const Branch& branch : statement.branches) {
    look(branch.condition, depth);
    scan(branch.body, depth);
  }
  piped_ -= fed ? 1 : 0;
}

void LoopShape::look(const List& condition, int depth) {
  ++looking_;
  scan(condition, depth);
  --looking_;
}

void LoopShape::scan_simple(const Statement& statement, int depth) {
  for (const Assignment& assignment : statement.assignments) {
    if (statement.words.empty()) scan_assignment(assignment);
  }
  for (const Assignment& assignment : statement.declared) scan_assignment(assignment);
  for (const Word& word : statement.words) {
    for (const Part& part : word.parts) {
      if (part.kind == Part::Kind::arithmetic) scan_arithmetic(part.span.source());
    }
  }
  const std::string name = name_of(statement);
  if (name == "sleep" || name == "usleep" || name == "gsleep") {
    pauses_ = true;
  } else if (name == "shift") {
    shifts_ = true;
  } else if (name == "read" || name == "getopts") {
    scan_read(statement);
  } else if (is_one_of(name, {"dialog", "whiptail", "zenity", "kdialog", "yad", "db_input", "db_go"})) {
    asks_ = true;
  } else if (name == "set" && statement.span.source().find("\"$@\"") != std::string_view::npos) {
    counters_.insert("#");  // set -- "$@" x
  } else if (name == "cd" || name == "pushd" || name == "popd") {
    moves_ = true;
  } else if (name == "let") {
    for (const Word& word : statement.words) scan_arithmetic(word.span.source());
  } else if (name == "wait") {
    blocks_ = true;
  } else if (name == "continue") {
    continues_ = true;
  } else if (const auto function = functions_.find(name); function != functions_.end() && depth < kMaxDepth) {
    scan(*function->second, depth + 1);
  } else if (!statement.words.empty()) {
    const ShellCommand* entry = catalog_.find(name);
    const bool passive = entry != nullptr && (entry->passive || entry->message ||
                                              entry->prints != ShellCommand::Prints::other || entry->client);
    const bool copies = entry != nullptr && entry->prints == ShellCommand::Prints::input && writes_file(statement);
    active_ = active_ || copies || !(looking_ > 0 || passive || name == "[[" || name == "kill" || name == "local");
  }
}

void LoopShape::scan_read(const Statement& statement) {
  bool timed = false;
  for (std::size_t i = 1; i < statement.words.size(); ++i) {
    const std::string word = statement.words[i].literal_text();
    timed = timed || word.starts_with("-t") || word.starts_with("-u");
    if (!word.starts_with('-')) read_.insert(word);
  }
  read_.insert("REPLY");
  pauses_ = pauses_ || timed;
  const bool prompt = !timed && piped_ == 0 && !reads_file(statement) && !reads_file(loop_);
  asks_ = asks_ || (prompt && name_of(statement) == "read");
}

bool LoopShape::depends_on_itself(const std::string& name) const {
  std::vector<std::string> work{name};
  std::set<std::string> seen;
  while (!work.empty()) {
    const auto found = sources_.find(work.back());
    work.pop_back();
    if (found == sources_.end()) continue;
    for (const std::string& source : found->second) {
      if (source == name) return true;
      if (!counters_.contains(source) && seen.insert(source).second) work.push_back(source);
    }
  }
  return false;
}

/// A loop that makes the next value out of the last one computes, whichever commands it uses for that; one that asks
/// the same question again waits.
void LoopShape::settle_values() {
  for (const auto& [name, sources] : sources_) {
    const bool random = sources.contains("RANDOM");
    const bool arguments = shifts_ && (sources.contains("@") || sources.contains("*"));
    // The next page, the next port.
    const bool counts =
        observed_.contains(name) &&
        std::any_of(sources.begin(), sources.end(), [&](const auto& source) { return counters_.contains(source); });
    const bool folder = moves_ && sources.contains("PWD");
    if (!counters_.contains(name) && (random || arguments || folder || counts || depends_on_itself(name)))
      computed_.insert(name);
  }
  for (bool more = true; more;) {
    more = false;
    for (const auto& [name, sources] : sources_) {
      if (counters_.contains(name) || computed_.contains(name)) continue;
      for (const std::string& source : sources) {
        if (computed_.contains(source)) {
          more = computed_.insert(name).second || more;
        } else if (observed_.contains(source)) {
          more = observed_.insert(name).second || more;
        }
      }
    }
  }
  for (const std::string& name : computed_) observed_.erase(name);
}

void LoopShape::scan_assignment(const Assignment& assignment) {
  if (!assignment.valued) return;
  std::set<std::string> names;
  collect_names(assignment.value, names);
  const std::string_view source = assignment.span.source();
  const bool arithmetic = std::any_of(assignment.value.parts.begin(), assignment.value.parts.end(),
                                      [](const Part& part) { return part.kind == Part::Kind::arithmetic; }) ||
                          source.find("expr ") != std::string_view::npos ||
                          source.find("$[") != std::string_view::npos || source.find("bc") != std::string_view::npos;
  const std::string_view value = source.substr(std::min(source.find('='), source.size()));
  const bool self = (arithmetic && identifiers(value).contains(assignment.name)) || names.contains(assignment.name) ||
                    source.find("$" + assignment.name) != std::string_view::npos ||
                    source.find("${" + assignment.name) != std::string_view::npos;
  const bool from_counter =
      std::any_of(names.begin(), names.end(), [&](const std::string& name) { return counters_.contains(name); });
  const bool number = assignment.append && assignment.value.literal() &&
                      assignment.value.literal_text().find_first_not_of("0123456789") == std::string::npos;
  assigned_.insert(assignment.name);
  sources_[assignment.name].merge(expanded_names(value));
  for (const std::string_view fresh : {"RANDOM", "mktemp", "uuidgen", "shuf"}) {
    if (value.find(fresh) != std::string_view::npos) sources_[assignment.name].insert("RANDOM");
  }
  if (source.find("pwd") != std::string_view::npos) sources_[assignment.name].insert("PWD");
  if (tells_time(source) || (arithmetic && (self || from_counter)) || number) {
    counters_.insert(assignment.name);
  } else if (has_command(assignment.value)) {
    (self ? computed_ : observed_).insert(assignment.name);
  } else if (self || assignment.append) {
    computed_.insert(assignment.name);
  } else if (source.ends_with("$?")) {
    observed_.insert(assignment.name);
  }
}

void LoopShape::scan_arithmetic(std::string_view expression) {
  for (const std::string& name : identifiers(expression)) {
    for (std::size_t at = expression.find(name); at != std::string_view::npos; at = expression.find(name, at + 1)) {
      const std::string_view before = expression.substr(0, at);
      std::string_view after = expression.substr(at + name.size());
      while (after.starts_with(' ')) after.remove_prefix(1);
      const bool changed = before.ends_with("++") || before.ends_with("--") || after.starts_with("++") ||
                           after.starts_with("--") || after.starts_with("+=") || after.starts_with("-=") ||
                           (after.starts_with('=') && !after.starts_with("=="));
      if (changed) counters_.insert(name);
    }
  }
}

void LoopShape::find_exits(const List& list, Guards& guards, int loops, int depth) {
  for (const auto& statement : list) find_exits(*statement, guards, loops, depth);
}

void LoopShape::find_exits(const Statement& statement, Guards& guards, int loops, int depth) {
  const std::size_t outer = guards.size();
  switch (statement.kind) {
    case Statement::Kind::simple: find_exits_simple(statement, guards, loops, depth); break;
    case Statement::Kind::and_or:
      for (std::size_t i = 0; i < statement.children.size(); ++i) {
        const Statement& child = *statement.children[i];
        find_exits(child, guards, loops, depth);
        const bool either = i < statement.joins.size() && statement.joins[i] == Statement::Join::either;
        guards.push_back({&child, either != child.negated});
      }
      break;
    case Statement::Kind::conditional:
      for (const Branch& branch : statement.branches) {
        for (Guard& guard : guards) guard.failed = guard.failed || &guard >= &guards[outer];
        for (const auto& condition : branch.condition) {
          find_exits(*condition, guards, loops, depth);
          guards.push_back({condition.get(), condition->negated});
        }
        find_exits(branch.body, guards, loops, depth);
      }
      break;
    case Statement::Kind::case_of:
      guards.push_back({&statement, false});
      for (const Branch& branch : statement.branches) find_exits(branch.body, guards, loops, depth);
      break;
    case Statement::Kind::group: find_exits(statement.children, guards, loops, depth); break;
    case Statement::Kind::loop:
    case Statement::Kind::for_each:
    case Statement::Kind::for_arithmetic:
      for (const Branch& branch : statement.branches) {
        for (const auto& condition : branch.condition) guards.push_back({condition.get(), false});
        find_exits(branch.body, guards, loops + 1, depth);
      }
      break;
    default: break;
  }
  guards.resize(outer);
}

void LoopShape::find_exits_simple(const Statement& statement, Guards& guards, int loops, int depth) {
  for (const Assignment& assignment : statement.assignments) {
    if (statement.words.empty() && assignment.value.literal() && !guards.empty()) {
      Basis least = Basis::observation;
      for (const Guard& guard : guards) {
        const bool work = !pauses_ && acts(*guard.condition);
        least = std::min(least, work ? Basis::computation : basis(guard));
      }
      flags_[assignment.name].push_back(least);
    }
  }
  const std::string name = name_of(statement);
  const bool breaks = name == "break" && (loops == 0 || statement.words.size() > 1);
  const bool leaves = is_one_of(name, {"exit", "return"}) ? (depth == 0 || name == "exit") : false;
  const bool own = functions_.contains(name);
  const bool dies = !guards.empty() && !own &&
                    is_one_of(name, {"die", "fail", "fatal", "abort", "error_exit", "bail", "error", "err", "panic",
                                     "false", "fail_exit", "exit_error", "die_with_error"});
  const std::string_view source = statement.span.source();
  const ShellCommand* entry = catalog_.find(name);
  const bool kills = entry != nullptr && entry->kills != ShellCommand::Kills::no &&
                     (source.find("KILL") != std::string_view::npos || source.find("-9") != std::string_view::npos ||
                      source.find("signal 9") != std::string_view::npos);
  // What is killed when the time is over need not be waited for.
  const bool escalates =
      kills && std::any_of(guards.begin(), guards.end(), [&](const Guard& g) { return basis(g) == Basis::bound; });
  if (breaks || leaves || dies || escalates) {
    add_exit(guards);
  } else if (const auto function = functions_.find(name); function != functions_.end() && depth < kMaxDepth) {
    find_exits(*function->second, guards, loops + 1, depth + 1);
  }
}

void LoopShape::add_exit(const Guards& guards) {
  if (guards.empty()) {
    leaves_ = true;
    return;
  }
  // One guard that counts suffices.
  Basis strongest = Basis::nothing;
  for (const Guard& guard : guards) {
    const Basis one = basis(guard);
    if (one == Basis::bound) {
      strongest = Basis::bound;
      break;
    }
    if (one == Basis::input) strongest = Basis::input;
    if (strongest != Basis::input) strongest = std::max(strongest, one);
  }
  exits_.push_back(strongest);
}

bool LoopShape::infinite_head() const {
  if (loop_.kind == Statement::Kind::for_arithmetic) return true;
  return basis(loop_.branches.front().condition) == Basis::nothing;
}

bool LoopShape::waits_unbounded() const {
  if (loop_.branches.empty()) return false;
  if (loop_.kind == Statement::Kind::for_arithmetic) {
    const std::string_view head = loop_.head.source();
    const std::size_t first = head.find(';');
    const std::size_t second = head.find(';', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) return false;
    const std::string_view condition = head.substr(first + 1, second - first - 1);
    if (condition.find_first_not_of(" \t1") != std::string_view::npos) return false;
  }
  if (std::find(exits_.begin(), exits_.end(), Basis::bound) != exits_.end()) return false;
  if (leaves_ && !continues_) return false;
  if (blocks_) return false;  // the builtin wait does the waiting (T1)
  if (asks_) return false;    // for the user
  if (moves_ && !pauses_) return false;
  const bool idle = pauses_ || !active_;
  if (!infinite_head()) {
    // while remove_one; do :; done
    const Statement& head = *loop_.branches.front().condition.back();
    const bool repeats = !pauses_ && !loop_.until && !head.negated && acts(head);
    return basis(loop_.branches.front().condition) == Basis::observation && idle && !repeats;
  }
  const bool looks = std::find(exits_.begin(), exits_.end(), Basis::observation) != exits_.end();
  const bool proceeds = !pauses_ && !(counters_.empty() && computed_.empty());
  return looks && idle && !proceeds;
}

}  // namespace procsafe::shell
