// Packets with descriptors, on the manager's side.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "unique_fd.h"

namespace procsafe {

/// Sends one packet; false with errno. Waits at most `wait_ms` for room. Thread-safe, async-signal-safe.
bool send_packet(int socket, const void* data, std::size_t size, std::span<const int> descriptors = {},
                 int wait_ms = 0) noexcept;

enum class Received { packet, nothing, end };

/// Receives one packet without waiting; `size` is set to its length. Descriptors in it are appended to `descriptors`,
/// or closed when that is null.
Received receive_packet(int socket, std::span<std::byte> buffer, std::size_t& size,
                        std::vector<UniqueFd>* descriptors = nullptr);

/// A connected pair of SOCK_SEQPACKET sockets, close-on-exec. Throws std::system_error.
std::pair<UniqueFd, UniqueFd> make_socket_pair();

/// The same descriptor at a number of 3 or higher. A program that closes one of its standard descriptors and later puts
/// something there again must not hit what is kept for longer than a call.
UniqueFd above_standard(UniqueFd fd);

/// poll(2) for `events` on one descriptor, restarted after signals; the events that came, 0 after `wait_ms`.
short wait_for_events(int fd, short events, int wait_ms) noexcept;

}  // namespace procsafe
