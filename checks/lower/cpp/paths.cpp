#include "lower/cpp/paths.h"

#include <algorithm>

#include "lower/cpp/spelling.h"

namespace procsafe::cpp {
namespace {

/// Is `child`, a part of `parent`, run only under a condition that `parent` decides?
bool conditional_part(Syntax parent, Syntax child) {
  switch (parent.kind()) {
    case Kind::if_statement: return child.role() == Role::consequence || child.role() == Role::alternative;
    case Kind::else_clause:
    case Kind::case_statement: return child.role() != Role::value;
    case Kind::while_statement:
    case Kind::for_range_loop: return child.role() == Role::body;
    case Kind::for_statement: return child.role() == Role::body || child.role() == Role::update;
    case Kind::catch_clause:
    case Kind::lambda:
    case Kind::preprocessor: return true;
    case Kind::conditional: return child.role() == Role::consequence || child.role() == Role::alternative;
    case Kind::binary: {
      if (child.role() != Role::right) return false;
      const std::string_view op = operator_text(parent);
      return op == "&&" || op == "||" || op == "and" || op == "or";
    }
    default: return false;
  }
}

bool is_branch_parent(Syntax node) {
  return node.is(Kind::if_statement) || node.is(Kind::conditional) || node.is(Kind::preprocessor);
}

/// The child of `ancestor` that holds `node`.
Syntax child_towards(Syntax ancestor, Syntax node) {
  while (node && !(node.parent() == ancestor)) node = node.parent();
  return node;
}

bool calls_noreturn(Syntax statement) {
  Syntax expression = statement.first();
  if (!expression.is(Kind::call)) return false;
  const std::string name = plain_name(expression.field(Role::function).text());
  const std::string_view last = last_component(name);
  for (const std::string_view known : {"exit", "_exit", "_Exit", "quick_exit", "abort", "terminate", "ExitProcess",
                                       "die", "err", "errx", "longjmp", "siglongjmp", "pthread_exit", "g_error",
                                       "error_exit", "bb_error_msg_and_die", "bb_perror_msg_and_die", "unreachable"}) {
    if (last == known) return true;
  }
  return false;
}

}  // namespace

bool unconditional_within(Syntax node, Syntax region) {
  while (node && !(node == region)) {
    const Syntax parent = node.parent();
    if (!parent || conditional_part(parent, node)) return false;
    node = parent;
  }
  return static_cast<bool>(node);
}

Syntax common_ancestor(Syntax a, Syntax b) {
  while (a && !a.contains(b)) a = a.parent();
  return a;
}

bool exclusive(Syntax a, Syntax b) {
  const Syntax ancestor = common_ancestor(a, b);
  if (!ancestor || ancestor == a || ancestor == b) return false;
  const Syntax to_a = child_towards(ancestor, a);
  const Syntax to_b = child_towards(ancestor, b);
  if (is_branch_parent(ancestor)) {
    const bool a_branch = conditional_part(ancestor, to_a);
    const bool b_branch = conditional_part(ancestor, to_b);
    return a_branch && b_branch && to_a.role() != to_b.role();
  }
  // Two cases of one switch, unless the first falls through into the second.
  if (to_a.is(Kind::case_statement) && to_b.is(Kind::case_statement)) {
    const Syntax first = to_a.id() < to_b.id() ? to_a : to_b;
    const Syntax second = to_a.id() < to_b.id() ? to_b : to_a;
    for (Syntax at = first; at && !(at == second); at = at.next()) {
      if (never_falls_through(at)) return true;
    }
  }
  return false;
}

bool never_falls_through(Syntax statement) {
  for (int depth = 0; statement && depth < 64; ++depth) {
    switch (statement.kind()) {
      case Kind::return_statement:
      case Kind::throw_statement:
      case Kind::goto_statement:
      case Kind::break_statement:
      case Kind::continue_statement: return true;
      case Kind::expression_statement: return calls_noreturn(statement);
      case Kind::if_statement: {
        const Syntax other = statement.field(Role::alternative);
        if (!other || !never_falls_through(statement.field(Role::consequence))) return false;
        statement = other;
        continue;
      }
      case Kind::compound_statement:
      case Kind::else_clause:
      case Kind::case_statement:
      case Kind::labeled_statement: {
        Syntax last;
        for (Syntax child = statement.first(); child; child = child.next()) last = child;
        statement = last;
        continue;
      }
      default: return false;
    }
  }
  return false;
}

bool leaves_before(Syntax from, Syntax to) {
  const Syntax ancestor = common_ancestor(from, to);
  for (Syntax node = from; node && !(node == ancestor); node = node.parent()) {
    const bool block = node.is(Kind::compound_statement) || node.is(Kind::else_clause) ||
                       node.is(Kind::case_statement) || node.role() == Role::consequence;
    if (!block || !never_falls_through(node)) continue;
    // Leaving only the loop or the switch still reaches what stands behind it.
    Syntax last = node;
    for (NodeId id = node.id(); id < node.end(); ++id) {
      const Syntax inner(node.tree(), id);
      if (inner.is(Kind::break_statement) || inner.is(Kind::continue_statement) || inner.is(Kind::goto_statement))
        last = inner;
    }
    if (last == node) return true;
  }
  return false;
}

bool is_loop(Syntax node) {
  return node.is(Kind::while_statement) || node.is(Kind::do_statement) || node.is(Kind::for_statement) ||
         node.is(Kind::for_range_loop);
}

bool runs_once(Syntax loop) {
  if (!loop.is(Kind::do_statement)) return false;
  const std::string_view condition = strip_casts(loop.field(Role::condition)).text();
  return condition == "0" || condition == "false";
}

Syntax enclosing_loop(Syntax node) {
  for (Syntax at = node.parent(); at; at = at.parent()) {
    if (is_loop(at) && !runs_once(at)) return at;
    if (at.is(Kind::function_definition) || at.is(Kind::lambda)) return {};
  }
  return {};
}

Syntax statement_of(Syntax node) {
  while (node) {
    const Syntax parent = node.parent();
    if (!parent) return node;
    if (parent.is(Kind::compound_statement) || parent.is(Kind::case_statement) || parent.is(Kind::translation_unit) ||
        parent.is(Kind::preprocessor) || parent.is(Kind::error))
      return node;
    const bool branch = node.role() == Role::consequence || node.role() == Role::body;
    if (branch && !parent.is(Kind::lambda) && !parent.is(Kind::function_definition)) return node;
    if (parent.is(Kind::else_clause) || parent.is(Kind::labeled_statement)) return node;
    node = parent;
  }
  return node;
}

bool is_loose_body(Syntax node) {
  if (!node.is(Kind::compound_statement)) return false;
  for (Syntax at = node.parent(); at; at = at.parent()) {
    if (at.is(Kind::translation_unit)) return true;
    if (!at.is(Kind::preprocessor) && !at.is(Kind::error) && !at.is(Kind::other) &&
        !at.is(Kind::namespace_definition) && !at.is(Kind::linkage_specification))
      return false;
  }
  return false;
}

Syntax enclosing_function(Syntax node) {
  for (Syntax at = node ? node.parent() : Syntax(); at; at = at.parent()) {
    if (at.is(Kind::function_definition) || is_loose_body(at)) return at;
  }
  return {};
}

Syntax enclosing_callable(Syntax node) {
  for (Syntax at = node ? node.parent() : Syntax(); at; at = at.parent()) {
    if (at.is(Kind::function_definition) || at.is(Kind::lambda) || is_loose_body(at)) return at;
  }
  return {};
}

}  // namespace procsafe::cpp
