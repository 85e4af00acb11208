// The guard hands spawn requests to cells, forks cells when none is free, and owns what a dead cell leaves behind.
// It watches the manager by its socket *and* by a pidfd: a child that the manager forks without exec keeps the
// socket open, an exec of the manager keeps the pidfd quiet.
#include "guard.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <new>

#include "kernel/clock.h"
#include "kernel/packet.h"
#include "kernel/process.h"
#include "kernel/tree.h"

namespace procsafe::guard {
namespace {

using namespace kernel;
using wire::CellState;
using wire::max_cells;

class Guard {
 public:
  bool initialise(const GuardIdentity& identity);
  [[noreturn]] void run();

 private:
  void handle_control();
  void spawn();
  bool find_idle(std::uint32_t& slot);
  bool fork_cell(std::uint32_t& slot);
  bool forward(std::uint32_t slot);
  void refuse(int error);
  void close_down(std::int64_t budget_ms);
  void abandon(std::uint32_t slot, pid_t cell);
  void reap();
  void forget(pid_t child);
  static std::uint32_t find_cell(pid_t child);
  void sweep_orphans();

  static wire::CellTable* table_;
  static std::uint32_t used_;  ///< slots below it may hold a cell
  int sockets_[max_cells];
  bool orphans_ = false;  ///< a busy cell died: its tree is or becomes ours
  std::int64_t close_due_ = never;
  Packet packet_;
};

wire::CellTable* Guard::table_ = nullptr;
std::uint32_t Guard::used_ = 0;

bool Guard::initialise(const GuardIdentity& identity) {
  void* shared =
      identity.record
          ? mmap(nullptr, sizeof(wire::RunRecord), PROT_READ | PROT_WRITE, MAP_SHARED, run_record, 0)
          : mmap(nullptr, sizeof(wire::RunRecord), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return false;
  // The manager made the record, of zeroes where it says nothing; anonymous memory is that too.
  table_ = &static_cast<wire::RunRecord*>(shared)->cells;
  table_->namespaced = identity.namespaced;
  table_->traced = identity.traced;
  wire::Hello hello;
  hello.guard = getpid();
  hello.sentinel = identity.sentinel;
  hello.cgroup_error = identity.cgroup_error;
  const int pidfds[] = {guard_pidfd, sentinel_pidfd};
  // From here on the manager is told everything over the socket; its standard error, which may be a pipe somebody
  // waits on, is only kept open for as long as start-up can fail.
  dup2(STDIN_FILENO, STDERR_FILENO);
  return send_packet(control_socket, &hello, sizeof hello, pidfds, 2);
}

void Guard::run() {
  for (;;) {
    pollfd events[] = {{control_socket, POLLIN, 0},
                       {manager_pidfd, POLLIN, 0},
                       {sentinel_pidfd, POLLIN, 0},
                       {child_signals, POLLIN, 0}};
    poll(events, 4, poll_timeout(close_due_, orphans_ ? 2 : -1));
    if (events[1].revents != 0 || events[2].revents != 0 || now_ms() >= close_due_) break;
    if (events[3].revents != 0) reap();
    if (events[0].revents != 0) handle_control();
    if (orphans_) sweep_orphans();
  }
  end_all_children();
  _exit(0);
}

void Guard::handle_control() {
  if (!receive(control_socket, packet_)) {
    if (packet_.end) close_due_ = 0;
    return;
  }
  wire::Close close;
  wire::Abandon dead;
  if (wire::is_message(packet_.data, packet_.size, wire::Type::spawn, sizeof(wire::Spawn))) {
    spawn();
  } else if (wire::take(packet_.data, packet_.size, close)) {
    close_down(close.budget_ms);
  } else if (wire::take(packet_.data, packet_.size, dead)) {
    abandon(dead.slot, dead.cell);
  }
  close_descriptors(packet_);
}

void Guard::spawn() {
  if (packet_.descriptor_count == 0) return;
  if (close_due_ != never) return refuse(ESHUTDOWN);
  std::uint32_t slot = 0;
  // A cell that was killed a moment ago may still look idle: then the packet does not reach it.
  while (find_idle(slot))
    if (forward(slot)) return;
  if (!fork_cell(slot)) return refuse(errno);
  if (!forward(slot)) refuse(errno);
}

bool Guard::find_idle(std::uint32_t& slot) {
  for (slot = 0; slot < used_; ++slot) {
    CellState idle = CellState::idle;
    if (!table_->slots[slot].state.compare_exchange_strong(idle, CellState::busy)) continue;
    table_->idle.fetch_sub(1);
    return true;
  }
  return false;
}

bool Guard::fork_cell(std::uint32_t& slot) {
  for (slot = 0; slot < used_ && table_->slots[slot].cell.load() != 0; ++slot) {
  }
  errno = EAGAIN;
  if (slot == max_cells) return false;
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return false;
  table_->slots[slot].state.store(CellState::busy);
  const pid_t cell = fork();
  if (cell == 0) {
    dup3(pair[1], control_socket, O_CLOEXEC);
    close(manager_pidfd);
    close(group_entrance);
    close(group_killer);
    close(sentinel_pidfd);
    close_from(first_free);
    run_cell(*table_, slot);
  }
  close(pair[1]);
  if (cell < 0) {
    table_->slots[slot].state.store(CellState::none);
    close(pair[0]);
    return false;
  }
  table_->slots[slot].cell.store(cell);
  sockets_[slot] = pair[0];
  if (slot == used_) ++used_;
  return true;
}

bool Guard::forward(std::uint32_t slot) {
  __builtin_memcpy(packet_.data + offsetof(wire::Spawn, slot), &slot, sizeof slot);
  return send_packet(sockets_[slot], packet_.data, packet_.size, packet_.descriptors, packet_.descriptor_count);
}

void Guard::refuse(int error) {
  wire::Started started;
  started.stage = wire::Stage::cell;
  started.error = error;
  send_packet(packet_.descriptors[0], &started, sizeof started);
}

void Guard::close_down(std::int64_t budget_ms) {
  table_->closing.store(true);
  close_due_ = now_ms() + (budget_ms > 0 ? budget_ms : 0);
  wire::Stop stop;
  stop.escalation.grace_ms = budget_ms > 0 ? budget_ms : 0;
  for (std::uint32_t slot = 0; slot < used_; ++slot) {
    CellState idle = CellState::idle;
    const pid_t cell = table_->slots[slot].cell.load();
    if (cell == 0) continue;
    if (table_->slots[slot].state.compare_exchange_strong(idle, CellState::none)) {
      kill(cell, SIGKILL);
    } else {
      send_packet(sockets_[slot], &stop, sizeof stop);
    }
  }
  reap();
}

void Guard::abandon(std::uint32_t slot, pid_t cell) {
  // The slot's pid is that of an unreaped child, so it is still this cell and not somebody else.
  if (slot < used_ && cell > 0 && table_->slots[slot].cell.load() == cell) kill(cell, SIGKILL);
}

void Guard::reap() {
  signalfd_siginfo ended;
  while (read(child_signals, &ended, sizeof ended) > 0) {
  }
  pid_t child = 0;
  while ((child = waitpid(-1, nullptr, WNOHANG | __WALL)) > 0) forget(child);
  if (child < 0 && errno == ECHILD) {
    orphans_ = false;
    if (close_due_ != never) _exit(0);
  }
}

void Guard::forget(pid_t child) {
  const std::uint32_t slot = find_cell(child);
  if (slot == used_) {
    // Not a cell, so an orphan: what it forked before it died became ours with its death.
    orphans_ = true;
    return;
  }
  const CellState was = table_->slots[slot].state.exchange(CellState::none);
  if (was == CellState::idle) table_->idle.fetch_sub(1);
  if (was == CellState::busy) orphans_ = true;
  table_->slots[slot].cell.store(0);
  close(sockets_[slot]);
}

std::uint32_t Guard::find_cell(pid_t child) {
  std::uint32_t slot = 0;
  while (slot < used_ && table_->slots[slot].cell.load() != child) ++slot;
  return slot;
}

void Guard::sweep_orphans() {
  orphans_ = kill_children([](pid_t child) { return find_cell(child) < used_; }) != 0;
  reap();
}

}  // namespace

void run_guard(const GuardIdentity& identity) {
  alignas(Guard) static unsigned char storage[sizeof(Guard)];
  auto* guard = new (storage) Guard;
  if (!guard->initialise(identity)) _exit(1);
  guard->run();
}

}  // namespace procsafe::guard
