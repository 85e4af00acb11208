#include "lower/python/paths.h"

#include <algorithm>
#include <array>

namespace procsafe::python {
namespace {

bool is_function(Node node) { return node.is(Kind::function_definition) || node.is(Kind::lambda); }

bool is_comprehension(Node node) {
  return node.is(Kind::list_comprehension) || node.is(Kind::set_comprehension) ||
         node.is(Kind::dictionary_comprehension) || node.is(Kind::generator_expression);
}

bool is_exit_call(Node statement) {
  const Node call = statement.first();
  if (!statement.is(Kind::expression_statement) || !call.is(Kind::call)) return false;
  constexpr std::array<std::string_view, 6> kExits{"sys.exit", "os._exit", "exit", "quit", "os.abort", "_exit"};
  return std::find(kExits.begin(), kExits.end(), call.field(Field::function).text()) != kExits.end();
}

}  // namespace

Node statement_of(Node node) {
  while (node && !node.parent().is(Kind::block) && !node.parent().is(Kind::module) && node.parent())
    node = node.parent();
  return node;
}

Node body_owner(Node node) {
  node = node.parent();
  while (node.parent() && !is_function(node)) node = node.parent();
  return node;
}

bool branches(Node statement) {
  if (is_function(statement) || statement.is(Kind::class_definition)) return false;
  switch (statement.kind()) {
    case Kind::if_statement:
    case Kind::while_statement:
    case Kind::for_statement:
    case Kind::match_statement:
    case Kind::return_statement:
    case Kind::raise_statement:
    case Kind::break_statement:
    case Kind::continue_statement: return true;
    case Kind::except_clause: return false;  // of a `try`, the body is what counts
    default: break;
  }
  if (is_exit_call(statement)) return true;
  for (const Node child : statement) {
    if (branches(child)) return true;
  }
  return false;
}

namespace detail {

bool on_same_path(Node statement, Node to) {
  // Inside one statement only what is always evaluated is on the path.
  for (Node node = to; node && !(node == statement); node = node.parent()) {
    const Node parent = node.parent();
    if (is_function(parent) || is_comprehension(parent)) return false;
    if (parent.is(Kind::if_statement) || parent.is(Kind::while_statement)) {
      if (node.role() != Field::condition) return false;
    }
    if (parent.is(Kind::for_statement) && node.role() != Field::right) return false;
    if (parent.is(Kind::conditional_expression)) return false;
    if (parent.is(Kind::boolean_operator) && node.role() == Field::right) return false;
    if (parent.is(Kind::except_clause) || parent.is(Kind::elif_clause) || parent.is(Kind::else_clause)) return false;
    if (parent.is(Kind::case_clause)) return false;
    if (parent.is(Kind::block) && !(node == parent.first())) {
      for (const Node before : parent) {
        if (before == node) break;
        if (branches(before)) return false;
      }
    }
  }
  return true;
}

Step step(Node statement, Node to) {
  if (statement.contains(to)) return on_same_path(statement, to) ? Step::reached : Step::blocked;
  return branches(statement) ? Step::blocked : Step::on;
}

/// The statement that runs next when this one ends; null at the end of a function or loop body.
Node after(Node statement) {
  while (statement) {
    if (const Node next = statement.next()) {
      if (!statement.parent().is(Kind::try_statement)) return next;
    }
    const Node block = statement.parent();
    if (!block.is(Kind::block)) return {};
    Node owner = block.parent();
    switch (owner.kind()) {
      case Kind::try_statement:
        // What follows the body: `else`, then `finally`.
        for (const Node clause : owner) {
          if (clause.is(Kind::else_clause)) return clause.field(Field::body).first();
        }
        if (const Node last = owner.child(Kind::finally_clause)) return last.child(Kind::block).first();
        statement = owner;
        break;
      case Kind::else_clause:
      case Kind::elif_clause:
      case Kind::except_clause:
      case Kind::finally_clause:
      case Kind::case_clause: {
        Node whole = owner.parent();
        if (whole.is(Kind::block)) whole = whole.parent();  // of match
        const Node last = whole.is(Kind::try_statement) && !owner.is(Kind::finally_clause)
                              ? whole.child(Kind::finally_clause)
                              : Node();
        if (last) return last.child(Kind::block).first();
        if (whole.is(Kind::while_statement) || whole.is(Kind::for_statement)) return {};
        statement = whole;
        break;
      }
      case Kind::if_statement:
      case Kind::with_statement: statement = owner; break;
      default: return {};
    }
  }
  return {};
}

}  // namespace detail

std::vector<Node> tries_around(Node node) {
  std::vector<Node> found;
  for (Node at = node; at && !is_function(at); at = at.parent()) {
    const Node parent = at.parent();
    if (parent.is(Kind::try_statement) && at.role() == Field::body) found.push_back(parent);
  }
  return found;
}

std::vector<Node> withs_around(Node node) {
  std::vector<Node> found;
  for (Node at = node; at && !is_function(at); at = at.parent()) {
    const Node parent = at.parent();
    if (parent.is(Kind::with_statement) && at.role() == Field::body) found.push_back(parent);
  }
  return found;
}

Node loop_around(Node node) {
  for (Node at = node; at && !is_function(at); at = at.parent()) {
    const Node parent = at.parent();
    if ((parent.is(Kind::while_statement) || parent.is(Kind::for_statement)) && at.role() == Field::body) return parent;
  }
  return {};
}

bool is_silent(Node block) {
  for (const Node statement : block) {
    if (statement.is(Kind::pass_statement) || statement.is(Kind::continue_statement)) continue;
    const Node only = statement.first();
    const bool constant = statement.is(Kind::expression_statement) && !only.next() &&
                          (only.is(Kind::string) || only.is(Kind::other) || only.text() == "...");
    if (!constant) return false;
  }
  return true;
}

bool leaves(Node block, bool count_continue) {
  if (is_function(block) || block.is(Kind::class_definition)) return false;
  if (block.is(Kind::return_statement) || block.is(Kind::raise_statement) || block.is(Kind::break_statement))
    return true;
  if (count_continue && block.is(Kind::continue_statement)) return true;
  if (is_exit_call(block)) return true;
  for (const Node child : block) {
    if (leaves(child, count_continue)) return true;
  }
  return false;
}

}  // namespace procsafe::python
