// Thin forms of the system calls the guard's processes live on. Nothing here allocates.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "wire/wire.h"

namespace procsafe::guard {

/// Descriptors at fixed places, so that a forked cell can close everything else without a list.
enum Descriptor : int {
  control_socket = 3,  ///< guard: to the manager; cell: to the guard
  manager_pidfd = 4,
  run_record = 5,    ///< its lock says that somebody of this run is alive; may be absent
  group_procs = 6,   ///< cgroup.procs of the containment group; may be absent
  group_killer = 7,  ///< its cgroup.kill, or freezer.state of version 1; may be absent
  sentinel_pidfd = 8,
  guard_pidfd = 9,
  child_signals = 10,  ///< signalfd for SIGCHLD
  first_free = 11,
};

inline constexpr std::int64_t never = INT64_MAX;

std::int64_t now_ms();

/// Clock ticks since boot, as proc(5) counts the start of a process (stat, field 22).
std::uint64_t now_ticks();

/// Milliseconds for poll(2) until `due`, at most `limit` (negative: no limit).
int poll_timeout(std::int64_t due, int limit);

int open_pidfd(pid_t pid);
bool send_to_pidfd(int pidfd, int signal);

/// Closes every descriptor from `first` on.
void close_from(int first);

struct Packet {
  std::size_t size = 0;
  std::size_t descriptor_count = 0;
  int descriptors[wire::max_descriptors];
  bool end = false;  ///< the peer is gone
  alignas(8) unsigned char data[wire::max_packet];
};

/// Receives one packet without waiting. False: there is none (or Packet::end is set).
bool receive(int socket, Packet& packet);

/// Sends one packet without waiting. False with errno: it was not sent.
bool send(int socket, const void* data, std::size_t size, const int* descriptors = nullptr, std::size_t count = 0);

void close_descriptors(Packet& packet);

}  // namespace procsafe::guard
