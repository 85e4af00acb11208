#include "lower/cpp/fork_paths.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "lower/cpp/paths.h"

namespace procsafe::cpp {
namespace {

constexpr Sides kEverybody{};

bool is_exit(std::string_view name) {
  const std::string_view last = last_component(name);
  return last == "exit" || last == "_exit" || last == "_Exit" || last == "quick_exit" || last == "xexit";
}

bool is_fork(const Call* call) { return call != nullptr && call->api != nullptr && (call->api->has_trait("fork")); }

std::string_view mirrored(std::string_view op) {
  if (op == "<") return ">";
  if (op == ">") return "<";
  if (op == "<=") return ">=";
  if (op == ">=") return "<=";
  return op;
}

bool holds(std::string_view op, std::int64_t a, std::int64_t b) {
  if (op == "==") return a == b;
  if (op == "!=") return a != b;
  if (op == "<") return a < b;
  if (op == ">") return a > b;
  if (op == "<=") return a <= b;
  if (op == ">=") return a >= b;
  return true;
}

/// Has an expression the value of the one inside it?
bool hands_on(Syntax outer, Syntax inner) {
  if (outer.is(Kind::comma)) return inner.role() == Role::right;
  if (outer.is(Kind::conditional)) return inner.role() == Role::consequence || inner.role() == Role::alternative;
  return outer.is(Kind::parenthesized) || outer.is(Kind::cast);
}

}  // namespace

ResultKind result_kind(const Call& spawn) {
  if (spawn.api == nullptr) return ResultKind::pid;  // a function of the project that forks
  const Api& api = *spawn.api;
  if (api.returns == "output" || api.returns == "process") return ResultKind::handle;
  if (api.type == "HANDLE" || api.name == "g_spawn_async") return ResultKind::truth;
  if (api.out.given()) return ResultKind::error;
  return ResultKind::pid;
}

SpawnPaths::SpawnPaths(const Analysis& analysis, const Call& spawn)
    : analysis_(analysis), spawn_(spawn), kind_(result_kind(spawn)) {
  Syntax node = spawn.node;
  for (Syntax parent = node.parent(); parent; parent = node.parent()) {
    if (parent.is(Kind::assignment) && node.role() == Role::right) {
      result_ = analysis.definitions.place_of(parent.field(Role::left));
    } else if (parent.is(Kind::init_declarator)) {
      result_ = analysis.definitions.place_of(read_declarator(parent).name);
    } else if (parent.is(Kind::declaration)) {
      result_ = analysis.definitions.place_of(read_declarator(parent.field(Role::declarator)).name);
    } else if (hands_on(parent, node)) {
      node = parent;
      continue;
    }
    const Syntax statements = statement_expression(node);
    if (!statements) break;
    node = statements;
  }
}

/// `({ pid_t p = fork(); …; p; })`, what GNU calls a statement expression, as far as it gives the result.
Syntax SpawnPaths::statement_expression(Syntax inside) const {
  const Syntax block = inside.enclosing(Kind::compound_statement);
  if (!result_.valid() || !block.parent().is(Kind::parenthesized)) return {};
  Syntax last;
  for (Syntax child = block.first(); child; child = child.next()) last = child;
  const Syntax value = last.is(Kind::expression_statement) ? strip_casts(last.first()) : Syntax();
  return value.is(Kind::identifier) && analysis_.definitions.place_of(value) == result_ ? block.parent() : Syntax();
}

bool SpawnPaths::is_result(Syntax expression) const {
  const Syntax node = strip_casts(expression);
  if (node == spawn_.node) return true;
  if (node.is(Kind::assignment) || node.is(Kind::comma)) return is_result(node.field(Role::right));
  if (node.is(Kind::conditional))
    return is_result(node.field(Role::consequence)) || is_result(node.field(Role::alternative));
  if (!node.is(Kind::identifier) && !node.is(Kind::field_expression) && !node.is(Kind::subscript)) return false;
  return result_.valid() && analysis_.definitions.place_of(node) == result_;
}

/// Who remains when `result op number` is `truth`.
Sides SpawnPaths::compare(std::string_view op, std::int64_t number, bool truth) const {
  const auto can_be = [&](std::int64_t value) { return holds(op, value, number) == truth; };
  switch (kind_) {
    case ResultKind::pid: return {can_be(4711), can_be(0), can_be(-1)};
    case ResultKind::handle: return {can_be(4711), false, can_be(0)};
    case ResultKind::error: return {can_be(0), false, can_be(1)};
    case ResultKind::truth: return {can_be(1), false, can_be(0)};
  }
  return kEverybody;
}

Sides SpawnPaths::when(Syntax condition, bool truth) const {
  const Syntax node = strip_casts(condition);
  if (!node) return kEverybody;
  if (node.is(Kind::condition_clause)) return when(node.field(Role::value), truth);
  if (node.is(Kind::declaration)) {
    return analysis_.definitions.place_of(read_declarator(node.field(Role::declarator)).name) == result_ &&
                   result_.valid()
               ? compare("!=", 0, truth)
               : kEverybody;
  }
  if (node.is(Kind::unary) && operator_text(node) == "!") return when(node.field(Role::argument), !truth);
  if (is_result(node)) return compare("!=", 0, truth);
  if (node.is(Kind::comma)) return when(node.field(Role::right), truth);
  if (node.is(Kind::call)) {
    // GCC's hint about a branch: `__builtin_expect(x, 0)`, `likely(x)`.
    const std::string name = plain_name(node.field(Role::function).text());
    const std::vector<Syntax> arguments = argument_nodes(node);
    if ((name.ends_with("likely") || name == "__builtin_expect") && !arguments.empty())
      return when(arguments.front(), truth);
    return kEverybody;
  }
  if (!node.is(Kind::binary)) return kEverybody;
  const std::string_view op = operator_text(node);
  const Syntax left = node.field(Role::left);
  const Syntax right = node.field(Role::right);
  if (op == "&&" || op == "and") return truth ? when(left, true) & when(right, true) : kEverybody;
  if (op == "||" || op == "or") return truth ? kEverybody : when(left, false) & when(right, false);
  if (is_result(left)) {
    if (const auto number = analysis_.unit.constants.number(right)) return compare(op, *number, truth);
  } else if (is_result(right)) {
    if (const auto number = analysis_.unit.constants.number(left)) return compare(mirrored(op), *number, truth);
  }
  return kEverybody;
}

Sides SpawnPaths::in_case(Syntax node) const {
  const Syntax owner = node.enclosing(Kind::switch_statement);
  const Syntax condition = owner.field(Role::condition);
  if (!is_result(condition.is(Kind::condition_clause) ? condition.field(Role::value) : condition)) return kEverybody;
  const auto number_of = [&](Syntax one) { return analysis_.unit.constants.number(one.field(Role::value)); };
  if (node.field(Role::value)) {
    const auto number = number_of(node);
    return number ? compare("==", *number, true) : kEverybody;
  }
  Sides rest;
  for (Syntax other = node.parent().first(); other; other = other.next()) {
    if (!other.is(Kind::case_statement) || !other.field(Role::value)) continue;
    if (const auto number = number_of(other)) rest = rest & compare("==", *number, false);
  }
  return rest;
}

/// Who goes on behind a statement that stands behind the spawn.
Sides SpawnPaths::behind(Syntax statement) const {
  Sides sides;
  if (statement.is(Kind::if_statement)) {
    const Syntax condition = statement.field(Role::condition);
    const Syntax other = statement.field(Role::alternative);
    if (never_falls_through(statement.field(Role::consequence))) sides = sides & when(condition, false);
    if (other && never_falls_through(other)) sides = sides & when(condition, true);
  } else if (statement.is(Kind::switch_statement)) {
    const Syntax body = statement.field(Role::body);
    for (Syntax one = body.first(); one; one = one.next()) {
      if (!one.is(Kind::case_statement) || !never_falls_through(one)) continue;
      Syntax last;
      for (Syntax child = one.first(); child; child = child.next()) last = child;
      if (last.is(Kind::break_statement)) continue;
      const Sides gone = in_case(one);
      // A case that says nothing of the result takes nobody away for sure.
      if (gone.parent && gone.child && gone.failed) continue;
      if (gone.parent) sides.parent = false;
      if (gone.child) sides.child = false;
      if (gone.failed) sides.failed = false;
    }
  }
  return sides;
}

Sides SpawnPaths::sides_at(Syntax node) const {
  if (node.id() <= spawn_.node.id()) return kEverybody;
  Sides sides;
  const Syntax common = common_ancestor(spawn_.node, node);
  for (Syntax at = node; at && !at.contains(spawn_.node); at = at.parent()) {
    const Syntax parent = at.parent();
    if (parent.is(Kind::if_statement)) {
      if (at.role() == Role::consequence) sides = sides & when(parent.field(Role::condition), true);
      if (at.role() == Role::alternative) sides = sides & when(parent.field(Role::condition), false);
    } else if (parent.is(Kind::conditional)) {
      if (at.role() == Role::consequence) sides = sides & when(parent.field(Role::condition), true);
      if (at.role() == Role::alternative) sides = sides & when(parent.field(Role::condition), false);
    } else if (parent.is(Kind::while_statement) && at.role() == Role::body) {
      sides = sides & when(parent.field(Role::condition), true);
    }
    if (at.is(Kind::case_statement)) sides = sides & in_case(at);
    // What stands between the spawn and this statement, on the same level or around it.
    if (parent.is(Kind::compound_statement) || parent.is(Kind::case_statement) ||
        parent.is(Kind::function_definition) || parent.is(Kind::preprocessor) || parent.is(Kind::labeled_statement)) {
      for (Syntax before = parent.first(); before && before.id() < at.id(); before = before.next()) {
        if (before.end() > spawn_.node.id()) sides = sides & behind(before);
      }
    }
    if (parent == common) break;
  }
  return sides;
}

Slot child_slot(std::string_view symbol) { return {Slot::Kind::name, "child:" + std::string(symbol), 0}; }

namespace {

/// Is it a function of the project that hands on what a fork returns? Only what sounds like it is looked into.
bool wraps_fork(const Call& call, const Analysis& analysis) {
  if (call.api != nullptr || !call.node.is(Kind::call)) return false;
  std::string name(last_component(
      plain_name(call.callee.is(Kind::field_expression) ? call.callee.field(Role::field).text() : call.callee.text())));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char byte) { return std::tolower(byte); });
  if (name.find("fork") == std::string::npos) return false;
  const Values::Decisive decisive(analysis.values);
  const ValueSet values = analysis.values.resolved(analysis.values.of(call.node));
  return std::any_of(values.begin(), values.end(), [](const Value& value) {
    return value.kind == Value::Kind::pid && value.origin == Origin::child;
  });
}

/// Does a fork of the same function reach the node in its child?
bool behind_fork(Syntax node, const Analysis& analysis) {
  const Syntax function = enclosing_function(node);
  if (!function) return false;
  for (const Syntax other : analysis.calls.nodes()) {
    if (other.id() >= node.id()) break;
    if (!function.contains(other)) continue;
    const Call* call = analysis.calls.find(other);
    if (call == nullptr || (!is_fork(call) && !wraps_fork(*call, analysis))) continue;
    if (SpawnPaths(analysis, *call).sides_at(node).child) return true;
  }
  return false;
}

/// Is the function handed to clone(2) as what the child runs?
bool started_by_clone(const Function& function, const Analysis& analysis) {
  const std::string_view name = last_component(function.qualified);
  return std::any_of(analysis.calls.nodes().begin(), analysis.calls.nodes().end(), [&](Syntax node) {
    const Call* call = analysis.calls.find(node);
    if (call == nullptr || call->api == nullptr || !call->api->has_trait("clone")) return false;
    Syntax callee = strip_casts(call->argument(0));
    if (callee.is(Kind::pointer_expression)) callee = callee.field(Role::argument);
    return last_component(plain_name(callee.text())) == name;
  });
}

bool function_reached(const Function& function, const Analysis& analysis, int depth) {
  if (depth > 8) return false;
  const std::string symbol = analysis.unit.symbol(function);
  if (!analysis.unit.input.names.find(child_slot(symbol)).empty() || started_by_clone(function, analysis)) return true;
  for (const Syntax node : analysis.calls.nodes()) {
    if (!node.is(Kind::call)) continue;
    const Call* call = analysis.calls.find(node);
    if (call == nullptr || call->meaning.function == nullptr ||
        call->meaning.function->qualified != function.qualified || function.node.contains(node))
      continue;
    if (behind_fork(node, analysis)) return true;
    const Function* caller = analysis.unit.declarations.function_at(node);
    if (caller != nullptr && function_reached(*caller, analysis, depth + 1)) return true;
  }
  return false;
}

/// Are the two in different branches of one `#if`?
bool in_other_branch(Syntax a, Syntax b) {
  const Syntax common = common_ancestor(a, b);
  const Syntax alternative = common.is(Kind::preprocessor) ? common.field(Role::alternative) : Syntax();
  return alternative && alternative.contains(a) != alternative.contains(b);
}

/// Is it a function of the project that sounds as if it kept the parent busy until the child ends?
bool sounds_like_waiting(std::string_view name) {
  for (const std::string_view word : {"wait", "Wait", "monitor", "Monitor", "reap", "Reap", "supervis", "watch"}) {
    if (name.find(word) != std::string_view::npos) return true;
  }
  return false;
}

/// Does the child of the fork become another fork's parent, so that the grandchild is the one that lives on?
bool forks_again(const Call& fork, const SpawnPaths& paths, const Analysis& analysis) {
  const Syntax function = enclosing_callable(fork.node);
  return std::any_of(analysis.calls.nodes().begin(), analysis.calls.nodes().end(), [&](Syntax node) {
    if (node.id() <= fork.node.id() || !function.contains(node)) return false;
    const Call* call = analysis.calls.find(node);
    const bool spawns = is_fork(call) || (call != nullptr && call->api != nullptr && call->api->name == "daemon");
    return spawns && paths.sides_at(node).child;
  });
}

}  // namespace

bool reached_by_fork(const Call& exec, const Analysis& analysis) {
  if (behind_fork(exec.node, analysis)) return true;
  const Function* function = analysis.unit.declarations.function_at(exec.node);
  return function != nullptr && function_reached(*function, analysis, 0);
}

bool lets_child_go(const Call& fork, const Analysis& analysis) {
  if (!is_fork(&fork)) return false;
  const SpawnPaths paths(analysis, fork);
  const Syntax function = enclosing_callable(fork.node);
  if (!function || forks_again(fork, paths, analysis)) return false;
  bool waited = false;
  bool parent_ends = false;
  bool new_session = false;
  for (const Syntax node : analysis.calls.nodes()) {
    if (node.id() <= fork.node.id() || !function.contains(node) || !node.is(Kind::call)) continue;
    const Call* call = analysis.calls.find(node);
    if (call == nullptr || in_other_branch(fork.node, node)) continue;
    const Sides sides = paths.sides_at(node);
    const bool waits = call->api != nullptr
                           ? call->api->operation == Operation::wait
                           : sides.only_parent() && sounds_like_waiting(last_component(call->callee.text()));
    if (waits && sides.parent) waited = true;
    if (call->api != nullptr && call->api->has_trait("new-session") && sides.child) new_session = true;
    if (call->api == nullptr && is_exit(plain_name(call->callee.text())) && sides.only_parent() && !sides.failed)
      parent_ends = true;
  }
  // A return from main ends the parent as well.
  const Function* owner = analysis.unit.declarations.function_at(fork.node);
  if (owner != nullptr && owner->qualified == "main" && !parent_ends) {
    for (NodeId id = fork.node.end(); id < function.end(); ++id) {
      const Syntax node = analysis.unit.tree.at(id);
      if (!node.is(Kind::return_statement)) continue;
      const Sides sides = paths.sides_at(node);
      parent_ends = parent_ends || (sides.only_parent() && !sides.failed);
    }
  }
  if (waited) return false;
  if (parent_ends) return true;
  // A child in a session of its own whose pid nobody keeps.
  return new_session && !paths.result().valid();
}

}  // namespace procsafe::cpp
