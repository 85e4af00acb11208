// Whether the containment holds is not read off versions and permissions but tried: a tree is started in it, the
// helpers are killed, and what is left is counted.
#include "probe.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <map>
#include <mutex>

#include "core.h"
#include "kernel/probe_tree.h"
#include "kernel/process.h"
#include "socket.h"

namespace procsafe {
inline namespace v0 {
namespace {

using Clock = Channel::Clock;

/// Reads until `count` bytes came, or, with 0, until all writers are gone.
bool read_until(int fd, int count, milliseconds limit) {
  const auto end = Clock::now() + limit;
  for (int got = 0; count == 0 || got < count;) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
    if (left.count() <= 0 || wait_for_events(fd, POLLIN, static_cast<int>(left.count())) == 0) return false;
    char bytes[16];
    const ssize_t size = read(fd, bytes, sizeof bytes);
    if (size == 0) return count == 0;
    if (size > 0) got += static_cast<int>(size);
  }
  return true;
}

}  // namespace

Proof Core::kill_and_count() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {.evidence = "no pipe for the probe"};
  const UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  const auto channel = start({.argv = {find_guard(config_.guard).string(), "probe-tree"},
                              .out = Output::to(writing.get()),
                              .err = Output::null()},
                             Driver::monitor);
  writing.reset();
  constexpr milliseconds stand_limit{5000};
  constexpr milliseconds end_limit{5000};
  if (!read_until(reading.get(), kernel::probe_tree_size, stand_limit))
    return {.evidence = "the probe's tree never stood"};
  // Frozen first, so that none can act on the death of the other. The guard must be: until it reaps its cell the
  // cell's number is nobody else's.
  UniqueFd cell;
  const auto signal_helpers = [&](int number) {
    kernel::send_to_pidfd(guard_.guard_pidfd.get(), number);
    if (kernel_bound()) kernel::send_to_pidfd(guard_.sentinel_pidfd.get(), number);
    if (traced_ && !cell.valid()) cell.reset(kernel::open_pidfd(channel->cell()));
    if (traced_) kernel::send_to_pidfd(cell.get(), number);
  };
  signal_helpers(SIGSTOP);
  const auto killed = Clock::now();
  signal_helpers(SIGKILL);
  const bool gone = read_until(reading.get(), 0, end_limit);
  const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - killed);
  // The last of the helpers; the others are waited for when the manager closes.
  if (cell.valid()) wait_for_events(cell.get(), POLLIN, static_cast<int>(end_limit.count()));
  const std::string helpers = traced_       ? "cell, guard and sentinel were"
                              : namespaced_ ? "guard and sentinel were"
                                            : "the guard was";
  return {.holds = gone,
          .evidence = gone ? std::to_string(kernel::probe_tree_size) + " processes were gone " +
                                 std::to_string(took.count()) + " ms after " + helpers + " killed"
                           : "processes were left 5 s after " + helpers + " killed"};
}

Proof Core::proof() const {
  // A property of machine and program, not of one manager.
  static std::mutex mutex;
  static std::map<std::string, Proof> known;
  const std::scoped_lock lock(mutex);
  const std::string key = containment_name() + config_.guard.string();
  if (const auto found = known.find(key); found != known.end()) return found->second;
  Config trial = config_;
  trial.handlers = false;
  trial.events.clear();
  trial.cleanup_interval = milliseconds(0);
  if (traced_) trial.containment = Containment::trace;
  Proof proof;
  try {
    const auto core = std::make_shared<Core>(std::move(trial), Purpose::probe);
    proof = core->kill_and_count();
    core->close();
  } catch (const Error& error) {
    proof.evidence = error.what();
  }
  return known.emplace(key, proof).first->second;
}

}  // namespace v0
}  // namespace procsafe
