// A cell owns one command at a time: it is the parent and the subreaper of everything the command starts, enforces
// its deadline, escalates, and reports. It needs nobody for that: when the guard or the manager is gone, or the
// channel is closed, it kills its tree at once.
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <new>

#include "cells.h"
#include "launch.h"
#include "system.h"
#include "tree.h"

namespace procsafe::guard {
namespace {

enum class Phase {
  idle,
  running,      ///< the main process lives; due: its deadline
  keeping,      ///< it ended, its descendants may go on until the scope ends
  draining,     ///< it ended, its descendants have until `due`
  terminating,  ///< the soft signal was sent; due: the end of the grace
  killing,      ///< SIGKILL until nothing is left; due: the end of the kill wait
  lingering,    ///< reported as unkillable; goes on killing all the same
};

class Cell {
 public:
  Cell(CellTable& table, std::uint32_t slot) : table_(table), slot_(slot) {}
  [[noreturn]] void run();

 private:
  void wait_for_events();
  void handle_guard();
  void handle_channel();
  void spawn();
  void launch(unsigned char* payload, std::size_t size, wire::Started& started);
  void launch_from_memfd(int memfd, std::size_t size, wire::Started& started);
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
    if (channel_ >= 0) send(channel_, &message, size);
  }

  CellTable& table_;
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
  if (phase_ == Phase::idle && wire::is_message(packet_.data, packet_.size, wire::Type::spawn, sizeof(wire::Spawn))) {
    spawn();
  } else if (phase_ != Phase::idle &&
             wire::is_message(packet_.data, packet_.size, wire::Type::stop, sizeof(wire::Stop))) {
    wire::Stop request;
    __builtin_memcpy(&request, packet_.data, sizeof request);
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
  if (wire::is_message(packet_.data, packet_.size, wire::Type::stop, sizeof(wire::Stop))) {
    wire::Stop request;
    __builtin_memcpy(&request, packet_.data, sizeof request);
    if (phase_ < Phase::terminating) {
      escalation_ = request.escalation;
      terminate();
    } else if (phase_ == Phase::terminating && now_ms() + request.escalation.grace_ms < due_) {
      due_ = now_ms() + request.escalation.grace_ms;
    }
  } else if (wire::is_message(packet_.data, packet_.size, wire::Type::signal, sizeof(wire::Signal))) {
    wire::Signal request;
    __builtin_memcpy(&request, packet_.data, sizeof request);
    if (request.whole_tree != 0) {
      signal_descendants(request.number);
    } else if (!main_ended_) {
      kill(main_, request.number);
    }
  } else if (wire::is_message(packet_.data, packet_.size, wire::Type::list, sizeof(wire::List))) {
    listing_.total = list_descendants(listing_.entries, wire::max_entries);
    listing_.count = listing_.total < wire::max_entries ? listing_.total : wire::max_entries;
    tell(listing_, used_size(listing_));
  }
  close_descriptors(packet_);
}

/// Takes the request that is in `packet_`.
void Cell::spawn() {
  wire::Spawn request;
  __builtin_memcpy(&request, packet_.data, sizeof request);
  wire::Started started;
  started.slot = slot_;
  started.cell = getpid();
  if (!wire::is_consistent(request, packet_.descriptor_count)) {
    started.stage = wire::Stage::request;
    started.error = EINVAL;
  } else if ((request.flags & wire::payload_in_memfd) != 0) {
    launch_from_memfd(packet_.descriptors[wire::standard_descriptors], request.payload_size, started);
  } else {
    launch(packet_.data + sizeof request, packet_.size - sizeof request, started);
  }
  channel_ = packet_.descriptor_count > 0 ? packet_.descriptors[0] : -1;
  if (packet_.descriptor_count > 0) packet_.descriptors[0] = packet_.descriptors[--packet_.descriptor_count];
  const int pidfd = table_.namespaced && started.error == 0 ? open_pidfd(main_) : -1;
  if (channel_ >= 0) send(channel_, &started, sizeof started, &pidfd, pidfd >= 0 ? 1 : 0);
  if (pidfd >= 0) close(pidfd);
  if (started.error != 0) finish();
}

void Cell::launch_from_memfd(int memfd, std::size_t size, wire::Started& started) {
  struct stat file{};
  // A file shorter than announced would be a SIGBUS on access.
  const bool complete = fstat(memfd, &file) == 0 && static_cast<std::size_t>(file.st_size) >= size;
  void* payload = complete && size > 0 && size <= wire::max_payload
                      ? mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, memfd, 0)
                      : MAP_FAILED;
  if (payload == MAP_FAILED) {
    started.stage = wire::Stage::request;
    started.error = EINVAL;
    return;
  }
  launch(static_cast<unsigned char*>(payload), size, started);
  munmap(payload, size);
}

void Cell::launch(unsigned char* payload, std::size_t size, wire::Started& started) {
  wire::Spawn request;
  __builtin_memcpy(&request, packet_.data, sizeof request);
  std::uint64_t* slots = wire::checked_slots(request, payload, size);
  if (slots == nullptr) {
    started.stage = wire::Stage::request;
    started.error = EINVAL;
    return;
  }
  const std::size_t memfds = (request.flags & wire::payload_in_memfd) != 0 ? 1 : 0;
  Launch launch;
  launch.descriptors = packet_.descriptors;
  launch.cgroups = packet_.descriptors + wire::standard_descriptors + memfds;
  resolve(launch, request, payload, slots);
  // The manager may have given up or died while the request was on its way.
  pollfd channel{packet_.descriptors[0], 0, 0};
  if (poll(&channel, 1, 0) > 0) {
    started.stage = wire::Stage::request;
    started.error = ECANCELED;
    return;
  }
  wire::CellSlot& slot = table_.slots[slot_];
  slot.started_after.store(now_ticks());
  main_ = start(launch);
  slot.started_before.store(now_ticks());
  if (main_ < 0) {
    started.stage = launch.stage;
    started.error = launch.error;
    return;
  }
  slot.main.store(main_);
  started.pid = main_;
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
    if (ended == main_ && !main_ended_) {
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
  finished_.total = list_descendants(finished_.entries, wire::max_entries);
  finished_.count = finished_.total < wire::max_entries ? finished_.total : wire::max_entries;
  step(wire::StepKind::leftover, finished_.total);
}

void Cell::report_survivors() {
  phase_ = Phase::lingering;
  due_ = never;
  finished_.total = finished_.survivors = list_descendants(finished_.entries, wire::max_entries);
  finished_.count = finished_.total < wire::max_entries ? finished_.total : wire::max_entries;
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

void run_cell(CellTable& table, std::uint32_t slot) {
  // Not inherited by fork (prctl(2)); without it orphans of the command would go to the guard.
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) _exit(1);
  alignas(Cell) static unsigned char storage[sizeof(Cell)];  // too large for the stack, and nothing allocates here
  (new (storage) Cell(table, slot))->run();
}

}  // namespace procsafe::guard
