// Structure of a function: what stands before what, on which path.
#pragma once

#include <vector>

#include "lower/cpp/syntax.h"

namespace procsafe::cpp {

/// Does `node` run whenever the code of `region` (a statement or block around it) is reached and not left
/// early? Not when a branch, a loop body, the right side of `&&` or a lambda stands between.
[[nodiscard]] bool unconditional_within(Syntax node, Syntax region);

/// The innermost node that holds both.
[[nodiscard]] Syntax common_ancestor(Syntax a, Syntax b);

/// Do `a` and `b` stand in different branches of one `if`, `switch` or `?:`, so that one run takes only one?
[[nodiscard]] bool exclusive(Syntax a, Syntax b);

/// Does control never leave the statement at its end: its last statement returns, throws, jumps, or calls a
/// function that does not return?
[[nodiscard]] bool never_falls_through(Syntax statement);

/// Does the branch around `from` that does not hold `to` leave the function before it could reach `to`?
[[nodiscard]] bool leaves_before(Syntax from, Syntax to);

/// The innermost loop around a node inside its function or lambda, or null.
[[nodiscard]] Syntax enclosing_loop(Syntax node);
[[nodiscard]] bool is_loop(Syntax node);
/// `do { … } while (0)`: a macro's way to be one statement, no loop.
[[nodiscard]] bool runs_once(Syntax loop);

/// The statement of the enclosing block that holds the node.
[[nodiscard]] Syntax statement_of(Syntax node);
/// Is the node the body of a function whose head the grammar could not read (K&R parameters, macros): a block at
/// file level?
[[nodiscard]] bool is_loose_body(Syntax node);
/// The function definition around a node, lambdas left out, or a loose body; null at file level.
[[nodiscard]] Syntax enclosing_function(Syntax node);
/// The function definition, lambda or loose body around a node, or null.
[[nodiscard]] Syntax enclosing_callable(Syntax node);

}  // namespace procsafe::cpp
