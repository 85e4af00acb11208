// A cell owns one command at a time: it is the parent and the subreaper of everything the command starts, enforces
// its deadline, escalates, and reports. It needs nobody for that: when the guard or the manager is gone, or the
// channel is closed, it kills its tree at once.
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <new>

#include "guard.h"
#include "kernel/clock.h"
#include "kernel/launch.h"
#include "kernel/packet.h"
#include "kernel/process.h"
#include "kernel/trace.h"
#include "kernel/tree.h"

namespace procsafe::guard {
namespace {

using namespace kernel;
using wire::CellState;

enum class Phase {
  idle,
  running,      ///< the main process lives; due: its deadline
  keeping,      ///< it ended, its descendants may go on until the scope ends
  draining,     ///< it ended, its descendants have until `due`
  terminating,  ///< the soft signal was sent; due: the end of the grace
  killing,      ///< SIGKILL until nothing is left; due: the end of the kill wait
  lingering,    ///< reported as unkillable; goes on killing all the same
};

template <typename Message>
void name_descendants(Message& message) {
  message.total = list_descendants(message.entries, wire::max_entries);
  message.count = message.total < wire::max_entries ? message.total : wire::max_entries;
}

class Cell {
 public:
  Cell(wire::CellTable& table, std::uint32_t slot) : table_(table), slot_(slot) {}
  [[noreturn]] void run();

 private:
  void wait_for_events();
  void handle_guard();
  void handle_channel();
  void spawn(const wire::Spawn& request);
  void reap();
  void record_exit(int status, const rusage& usage);
  void on_main_ended();
  void on_due();
  void terminate();
  void enter_killing();
  void report_leftovers();
  void report_survivors();
  void finish();
  void report_end();
  void step(wire::StepKind kind, unsigned processes);
  template <typename Message>
  void tell(const Message& message, std::size_t size = sizeof(Message)) {
    if (channel_ >= 0) send_packet(channel_, &message, size);
  }

  wire::CellTable& table_;
  const std::uint32_t slot_;
  Phase phase_ = Phase::idle;
  int channel_ = -1;
  pid_t main_ = 0;
  bool main_ended_ = false;
  bool tree_ended_ = false;
  bool exit_reported_ = false;
  bool keep_leftovers_ = false;
  std::int64_t due_ = never;
  std::int64_t drain_ms_ = 0;
  wire::Escalation escalation_;
  wire::Exited exited_;
  wire::Finished finished_;
  wire::Listing listing_;
  Packet packet_;
};

void Cell::run() {
  for (;;) {
    wait_for_events();
    if (phase_ == Phase::idle) continue;
    reap();
    if (main_ended_ && phase_ == Phase::running) on_main_ended();
    if (tree_ended_) {
      finish();
      continue;
    }
    if (now_ms() >= due_) on_due();
    if (phase_ >= Phase::killing) kill_children();
  }
}

void Cell::wait_for_events() {
  pollfd events[] = {
      {control_socket, POLLIN, 0}, {guard_pidfd, POLLIN, 0}, {child_signals, POLLIN, 0}, {channel_, POLLIN, 0}};
  // An orphan that becomes ours announces itself by nothing, so the killing phases also look by themselves.
  const int limit = phase_ == Phase::killing ? 5 : phase_ == Phase::lingering ? 50 : -1;
  if (poll(events, 4, poll_timeout(due_, limit)) <= 0) return;
  if (events[1].revents != 0) {
    end_all_children();
    _exit(0);
  }
  if (events[2].revents != 0) {
    signalfd_siginfo ended;
    while (read(child_signals, &ended, sizeof ended) > 0) {
    }
  }
  if (events[3].revents != 0) handle_channel();
  if (events[0].revents != 0) handle_guard();
}

void Cell::handle_guard() {
  if (!receive(control_socket, packet_)) {
    if (!packet_.end) return;
    end_all_children();
    _exit(0);
  }
  wire::Spawn command;
  wire::Stop request;
  if (phase_ == Phase::idle && wire::take(packet_.data, packet_.size, command)) {
    spawn(command);
  } else if (phase_ != Phase::idle && wire::take(packet_.data, packet_.size, request)) {
    // The command's own policy, within what is left for all.
    if (request.escalation.grace_ms < escalation_.grace_ms) escalation_.grace_ms = request.escalation.grace_ms;
    if (phase_ < Phase::terminating) terminate();
  }
  close_descriptors(packet_);
}

void Cell::handle_channel() {
  if (!receive(channel_, packet_)) {
    if (!packet_.end) return;
    // Nobody waits for this command any more: neither courtesy nor a report has an addressee.
    close(channel_);
    channel_ = -1;
    if (phase_ < Phase::killing) enter_killing();
    return;
  }
  wire::Stop stop;
  wire::Signal signal;
  wire::List list;
  if (wire::take(packet_.data, packet_.size, stop)) {
    if (phase_ < Phase::terminating) {
      escalation_ = stop.escalation;
      terminate();
    } else if (phase_ == Phase::terminating && now_ms() + stop.escalation.grace_ms < due_) {
      due_ = now_ms() + stop.escalation.grace_ms;
    }
  } else if (wire::take(packet_.data, packet_.size, signal)) {
    if (signal.whole_tree != 0) {
      signal_descendants(signal.number);
    } else if (!main_ended_) {
      kill(main_, signal.number);
    }
  } else if (wire::take(packet_.data, packet_.size, list)) {
    name_descendants(listing_);
    tell(listing_, used_size(listing_));
  }
  close_descriptors(packet_);
}

void Cell::spawn(const wire::Spawn& request) {
  wire::CellSlot& slot = table_.slots[slot_];
  slot.started_after.store(now_ticks());
  const Launched launched = launch(request, packet_, table_.traced);
  slot.started_before.store(now_ticks());
  slot.main.store(launched.error == 0 ? launched.pid : 0);
  wire::Started started;
  started.slot = slot_;
  started.cell = getpid();
  started.pid = main_ = launched.pid;
  started.stage = launched.stage;
  started.error = launched.error;
  channel_ = packet_.descriptor_count > 0 ? packet_.descriptors[0] : -1;
  if (packet_.descriptor_count > 0) packet_.descriptors[0] = packet_.descriptors[--packet_.descriptor_count];
  const int pidfd = table_.namespaced && started.error == 0 ? open_pidfd(main_) : -1;
  if (channel_ >= 0) send_packet(channel_, &started, sizeof started, &pidfd, pidfd >= 0 ? 1 : 0);
  if (pidfd >= 0) close(pidfd);
  if (started.error != 0) return finish();
  main_ended_ = tree_ended_ = exit_reported_ = false;
  keep_leftovers_ = (request.flags & wire::keep_leftovers) != 0;
  drain_ms_ = request.drain_ms;
  escalation_ = request.escalation;
  due_ = request.timeout_ms < 0 ? never : now_ms() + request.timeout_ms;
  finished_.timed_out = finished_.survivors = finished_.total = finished_.count = 0;
  phase_ = Phase::running;
}

void Cell::reap() {
  for (;;) {
    int status = 0;
    rusage usage{};
    const pid_t ended = wait4(-1, &status, WNOHANG | __WALL, &usage);
    if (ended > 0 && WIFSTOPPED(status)) {
      resume(ended, status);
    } else if (ended == main_ && !main_ended_) {
      record_exit(status, usage);
    } else if (ended == 0) {
      return;
    } else if (ended < 0 && errno == ECHILD) {
      tree_ended_ = true;
      return;
    }
  }
}

void Cell::record_exit(int status, const rusage& usage) {
  main_ended_ = true;
  exited_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  exited_.term_signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  exited_.core_dumped = WIFSIGNALED(status) && WCOREDUMP(status) ? 1 : 0;
  exited_.user_us = std::int64_t{usage.ru_utime.tv_sec} * 1'000'000 + usage.ru_utime.tv_usec;
  exited_.system_us = std::int64_t{usage.ru_stime.tv_sec} * 1'000'000 + usage.ru_stime.tv_usec;
  exited_.max_rss_kib = usage.ru_maxrss;
}

void Cell::on_main_ended() {
  if (tree_ended_) return;
  exited_.tree_ended = 0;
  tell(exited_);
  exit_reported_ = true;
  if (keep_leftovers_) {
    phase_ = Phase::keeping;
    return;
  }
  phase_ = Phase::draining;
  due_ = now_ms() + drain_ms_;
}

void Cell::on_due() {
  switch (phase_) {
    case Phase::running:
    case Phase::keeping:
      finished_.timed_out = 1;
      step(wire::StepKind::timeout, 0);
      terminate();
      break;
    case Phase::draining:
      report_leftovers();
      enter_killing();
      break;
    case Phase::terminating: enter_killing(); break;
    case Phase::killing: report_survivors(); break;
    default: due_ = never;
  }
}

void Cell::terminate() {
  phase_ = Phase::terminating;
  due_ = now_ms() + escalation_.grace_ms;
  step(wire::StepKind::terminate, signal_descendants(escalation_.soft_signal));
}

void Cell::enter_killing() {
  phase_ = Phase::killing;
  due_ = now_ms() + escalation_.kill_wait_ms;
  step(wire::StepKind::kill, kill_children());
}

void Cell::report_leftovers() {
  name_descendants(finished_);
  step(wire::StepKind::leftover, finished_.total);
}

void Cell::report_survivors() {
  phase_ = Phase::lingering;
  due_ = never;
  name_descendants(finished_);
  finished_.survivors = finished_.total;
  step(wire::StepKind::critical, finished_.total);
  tell(finished_, used_size(finished_));
}

void Cell::finish() {
  const bool retire = table_.closing.load() || table_.idle.load() >= max_idle_cells;
  // Free before the report is out: the manager may send the next spawn as soon as it reads it.
  if (!retire) table_.idle.fetch_add(1);
  table_.slots[slot_].state.store(retire ? CellState::none : CellState::idle);
  if (main_ > 0 && phase_ != Phase::lingering) report_end();
  if (retire) _exit(0);
  phase_ = Phase::idle;
  main_ = 0;
  table_.slots[slot_].main.store(0);
  due_ = never;
  if (channel_ >= 0) close(channel_);
  channel_ = -1;
}

void Cell::report_end() {
  // One packet, one wake-up of the manager, in the ordinary case.
  const bool plain = !exit_reported_ && finished_.total == 0 && finished_.timed_out == 0;
  exited_.tree_ended = plain ? 1 : 0;
  if (!exit_reported_) tell(exited_);
  if (!plain) tell(finished_, used_size(finished_));
}

void Cell::step(wire::StepKind kind, unsigned processes) {
  wire::Step message;
  message.kind = kind;
  message.processes = processes;
  tell(message);
}

}  // namespace

void run_cell(wire::CellTable& table, std::uint32_t slot) {
  // Not inherited by fork (prctl(2)); without it orphans of the command would go to the guard.
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) _exit(1);
  alignas(Cell) static unsigned char storage[sizeof(Cell)];  // too large for the stack, and nothing allocates here
  (new (storage) Cell(table, slot))->run();
}

}  // namespace procsafe::guard
