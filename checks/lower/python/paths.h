// Questions about the shape of code: what follows what without a branch, and what stands around it.
#pragma once

#include <string_view>
#include <vector>

#include "lower/python/syntax.h"

namespace procsafe::python {

/// The statement a node is part of: the child of a block or of the file.
[[nodiscard]] Node statement_of(Node node);
/// The `def`, `lambda`, or the file itself around a node.
[[nodiscard]] Node body_owner(Node node);

/// Is `to` always reached from `from`, with no loop, branch, return or raise between (S3)? The body of `try` and of
/// `with` is straight; leaving a branch is no branch. `skipped` names a branch that does not count.
template <class Skip>
[[nodiscard]] bool is_straight(Node from, Node to, Skip skipped);

/// The `try` statements whose body (not a handler) contains the node, innermost first, up to the function.
[[nodiscard]] std::vector<Node> tries_around(Node node);
/// The `with` statements whose body contains the node, innermost first, up to the function.
[[nodiscard]] std::vector<Node> withs_around(Node node);
/// The innermost loop around a node inside its function, or null.
[[nodiscard]] Node loop_around(Node node);
/// Do all statements of the block do nothing: pass, continue, a constant?
[[nodiscard]] bool is_silent(Node block);
/// Does a path through the block leave the function or loop: return, raise, break, exit?
[[nodiscard]] bool leaves(Node block, bool count_continue);
/// Does it hold a loop, branch, return or raise of its own?
[[nodiscard]] bool branches(Node statement);

namespace detail {
enum class Step : std::uint8_t { reached, blocked, on };
[[nodiscard]] Step step(Node statement, Node to);
[[nodiscard]] Node after(Node statement);
[[nodiscard]] bool on_same_path(Node statement, Node to);
}  // namespace detail

template <class Skip>
bool is_straight(Node from, Node to, Skip skipped) {
  Node statement = statement_of(from);
  if (statement.contains(to)) return detail::on_same_path(statement, to);
  for (Node next = detail::after(statement); next; next = detail::after(next)) {
    if (!next.contains(to) && skipped(next)) continue;
    const detail::Step step = detail::step(next, to);
    if (step != detail::Step::on) return step == detail::Step::reached;
  }
  return false;
}

}  // namespace procsafe::python
