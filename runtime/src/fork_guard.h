// What happens to managers in the child of a fork().
#pragma once

namespace procsafe {
inline namespace v0 {
class Core;
}

/// From now on a fork()ed child closes its copy of the manager's control socket, so that the guard notices the end of
/// the manager although the child lives. (A child made by a bare clone(2) does not: the guard's pidfd covers it.)
void watch_forks(Core& core);
void unwatch_forks(Core& core);

}  // namespace procsafe
