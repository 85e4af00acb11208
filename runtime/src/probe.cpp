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
  // The guard may still hold the pipe, of the request it has just passed on; once it has taken another, it does not.
  if (traced_)
    (void)start({.argv = {find_guard(config_.guard).string()}, .out = Output::null(), .err = Output::null()},
                Driver::monitor);
  // The guard is frozen, so that it cannot act on the death of a cell. Should this program die in between, the sentinel
  // lets the guard go on; it is not stopped itself, and can do nothing here: it only acts when the guard is gone, and a
  // PID namespace is empty by then.
  const auto killed = Clock::now();
  kernel::send_to_pidfd(guard_.guard_pidfd.get(), SIGSTOP);
  bool gone = false;
  if (traced_) {
    // Until the guard reaps it, the cell's number is nobody else's.
    const UniqueFd cell(kernel::open_pidfd(channel->cell()));
    kernel::send_to_pidfd(cell.get(), SIGKILL);
    gone = read_until(reading.get(), 0, end_limit);
  }
  kernel::send_to_pidfd(guard_.guard_pidfd.get(), SIGKILL);
  if (!traced_) gone = read_until(reading.get(), 0, end_limit);
  const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - killed);
  const std::string helpers = traced_ ? "its tracer was" : "the guard was";
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
