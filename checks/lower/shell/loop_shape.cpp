#include "lower/shell/loop_shape.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace procsafe::shell {
namespace {

/// Calls of functions that are followed when reading a loop.
constexpr int kMaxDepth = 3;

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::set<std::string> identifiers(std::string_view expression) {
  std::set<std::string> names;
  for (std::size_t at = 0; at < expression.size();) {
    if (!is_name(expression[at])) {
      ++at;
      continue;
    }
    std::size_t stop = at;
    while (stop < expression.size() && is_name(expression[stop])) ++stop;
    if (std::isdigit(static_cast<unsigned char>(expression[at])) == 0) names.emplace(expression.substr(at, stop - at));
    at = stop;
  }
  return names;
}

bool tells_time(std::string_view text) {
  return text.find("SECONDS") != std::string_view::npos || text.find("EPOCH") != std::string_view::npos ||
         text.find("date +") != std::string_view::npos || text.find("date \"+") != std::string_view::npos ||
         text.find("date '+") != std::string_view::npos || text.find("/proc/uptime") != std::string_view::npos;
}

/// Names behind a dollar sign, anywhere in the text.
std::set<std::string> expanded_names(std::string_view source) {
  std::set<std::string> names;
  for (std::size_t at = source.find('$'); at != std::string_view::npos; at = source.find('$', at + 1)) {
    std::size_t begin = at + 1;
    if (begin < source.size() && source[begin] == '{') ++begin;
    std::size_t stop = begin;
    while (stop < source.size() && is_name(source[stop])) ++stop;
    if (stop == begin && begin < source.size() && (source[begin] == '@' || source[begin] == '*')) ++stop;
    if (stop > begin) names.emplace(source.substr(begin, stop - begin));
  }
  return names;
}

/// Limits have names that say so; what they are compared with need not be resolved.
bool names_limit(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  static constexpr std::string_view kLimits[] = {"timeout",    "time_out",  "tm_out",   "deadline",  "elapsed",
                                                 "start_time", "starttime", "end_time", "endtime",   "max_wait",
                                                 "maxwait",    "retries",   "max_retr", "max_tries", "max_attempts"};
  return std::any_of(std::begin(kLimits), std::end(kLimits),
                     [&](std::string_view limit) { return name.find(limit) != std::string::npos; });
}

bool reads_file(const Statement& statement) {
  return std::any_of(statement.redirects.begin(), statement.redirects.end(), [](const Redirect& redirect) {
    return redirect.kind == Redirect::Kind::input || redirect.kind == Redirect::Kind::here_document ||
           redirect.kind == Redirect::Kind::here_string;
  });
}

bool writes_file(const Statement& statement) {
  return std::any_of(statement.redirects.begin(), statement.redirects.end(), [](const Redirect& redirect) {
    const bool output = redirect.kind == Redirect::Kind::output || redirect.kind == Redirect::Kind::append;
    return output && redirect.descriptor <= 1 && redirect.target.literal_text() != "/dev/null";
  });
}

/// Names of the variables a word expands, in order of no importance.
void collect_names(const Word& word, std::set<std::string>& names) {
  for (const Part& part : word.parts) {
    if (part.kind == Part::Kind::parameter) names.insert(part.name);
    if (part.kind == Part::Kind::arithmetic) names.merge(identifiers(part.span.source()));
    if (part.operand) collect_names(*part.operand, names);
  }
}

bool has_command(const Word& word) {
  return std::any_of(word.parts.begin(), word.parts.end(),
                     [](const Part& part) { return part.kind == Part::Kind::command; });
}

bool is_file_test(std::string_view word) {
  return word.size() == 2 && word[0] == '-' &&
         std::string_view("bcdefghkprstuwxGLNOS").find(word[1]) != std::string_view::npos;
}

bool is_comparison(std::string_view word) {
  return is_one_of(word, {"-lt", "-le", "-gt", "-ge", "-eq", "-ne", "=", "==", "!=", "<", ">"});
}

}  // namespace

LoopShape::LoopShape(const Statement& loop, const ShellCatalog& catalog, const FunctionBodies& functions)
    : loop_(loop), catalog_(catalog), functions_(functions) {
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
    const bool folder = moves_ && sources.contains("PWD");
    if (!counters_.contains(name) && (random || arguments || folder || depends_on_itself(name))) computed_.insert(name);
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
  const bool self = names.contains(assignment.name) || source.find("$" + assignment.name) != std::string_view::npos ||
                    source.find("${" + assignment.name) != std::string_view::npos;
  const bool from_counter =
      std::any_of(names.begin(), names.end(), [&](const std::string& name) { return counters_.contains(name); });
  const bool number = assignment.append && assignment.value.literal() &&
                      assignment.value.literal_text().find_first_not_of("0123456789") == std::string::npos;
  sources_[assignment.name].merge(expanded_names(source.substr(std::min(source.find('='), source.size()))));
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
      for (const Guard& guard : guards) least = std::min(least, basis(guard));
      flags_[assignment.name].push_back(least);
    }
  }
  const std::string name = name_of(statement);
  const bool breaks = name == "break" && (loops == 0 || statement.words.size() > 1);
  const bool leaves = is_one_of(name, {"exit", "return"}) ? (depth == 0 || name == "exit") : false;
  const bool dies = is_one_of(name, {"die", "fail", "fatal", "abort", "error_exit", "bail"});
  const std::string_view source = statement.span.source();
  const ShellCommand* entry = catalog_.find(name);
  const bool kills = entry != nullptr && entry->kills != ShellCommand::Kills::no &&
                     (source.find("KILL") != std::string_view::npos || source.find("-9") != std::string_view::npos);
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
  if (name.empty() && &condition == loop_.branches.front().condition.front().get() && reads_file(loop_))
    return Basis::input;
  if (is_one_of(name, {"[", "[[", "test"})) return basis_of_test(condition);
  if (is_one_of(name, {"read", "getopts", "select", "mapfile"})) return Basis::input;
  if (name == "let" || name == "expr") return basis_of_arithmetic(condition.span.source());
  if (is_one_of(name, {"true", ":", "false", "sleep", "usleep", "echo", "printf", "shift", "wait", "break", "continue",
                       "exit", "return"}))
    return Basis::nothing;
  // lsof -i :$((port++)): the loop tries one thing after the other.
  const bool tries =
      std::any_of(condition.words.begin(), condition.words.end(), [&](const Word& word) { return is_changed(word); });
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
  Basis found = has_command(word) ? Basis::observation : Basis::nothing;
  if (tells_time(word.span.source())) return Basis::bound;
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
  const bool idle = pauses_ || !active_;
  if (!infinite_head()) {
    // while remove_one; do :; done
    const Statement& head = *loop_.branches.front().condition.back();
    const bool repeats = !pauses_ && !loop_.until && !head.negated && acts(head);
    return basis(loop_.branches.front().condition) == Basis::observation && idle && !repeats;
  }
  const bool looks = std::find(exits_.begin(), exits_.end(), Basis::observation) != exits_.end();
  return looks && idle;
}

}  // namespace procsafe::shell
