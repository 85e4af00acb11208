// Packets with descriptors over SOCK_SEQPACKET sockets, without allocation and without waiting.
#pragma once

#include <sys/types.h>

#include <cstddef>

#include "wire/wire.h"

namespace procsafe::kernel {

/// Sends one packet. False with errno: it was not sent.
bool send_packet(int socket, const void* data, std::size_t size, const int* descriptors = nullptr,
                 std::size_t count = 0) noexcept;

/// Receives one packet with at most wire::max_descriptors descriptors, which are close-on-exec and the caller's.
/// Returns its size; 0: the peer is gone; -1 with errno: EAGAIN, there is none; EMSGSIZE, one that does not fit was
/// thrown away.
ssize_t receive_packet(int socket, void* data, std::size_t capacity, int* descriptors, std::size_t& count) noexcept;

/// The largest packet of the protocol, for those who may not allocate.
struct Packet {
  std::size_t size = 0;
  std::size_t descriptor_count = 0;
  int descriptors[wire::max_descriptors];
  bool end = false;  ///< the peer is gone
  alignas(8) unsigned char data[wire::max_packet];
};

/// Receives one packet without waiting. False: there is none (or Packet::end is set).
bool receive(int socket, Packet& packet);

void close_descriptors(Packet& packet);

}  // namespace procsafe::kernel
