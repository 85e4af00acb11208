#include "fork_guard.h"

#include <pthread.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "core.h"

namespace procsafe {
namespace {

struct Watched {
  std::mutex mutex;
  std::vector<Core*> cores;
};

/// Never destroyed: fork() may be called while static objects are.
Watched& watched() {
  static auto* all = new Watched;
  return *all;
}

void before_fork() { watched().mutex.lock(); }
void in_parent() { watched().mutex.unlock(); }
void in_child() {
  for (Core* core : watched().cores) core->disown();
  watched().cores.clear();
  watched().mutex.unlock();
}

}  // namespace

void watch_forks(Core& core) {
  static std::once_flag once;
  std::call_once(once, [] { pthread_atfork(before_fork, in_parent, in_child); });
  const std::scoped_lock lock(watched().mutex);
  watched().cores.push_back(&core);
}

void unwatch_forks(Core& core) {
  const std::scoped_lock lock(watched().mutex);
  std::erase(watched().cores, &core);
}

}  // namespace procsafe
