#include "socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "kernel/packet.h"
#include "wire/wire.h"

namespace procsafe {

bool send_packet(int socket, const void* data, std::size_t size, std::span<const int> descriptors,
                 int wait_ms) noexcept {
  if (kernel::send_packet(socket, data, size, descriptors.data(), descriptors.size())) return true;
  if (errno != EAGAIN || wait_ms == 0) return false;
  if (wait_for_events(socket, POLLOUT, wait_ms) != 0)
    return kernel::send_packet(socket, data, size, descriptors.data(), descriptors.size());
  errno = ETIMEDOUT;
  return false;
}

Received receive_packet(int socket, std::span<std::byte> buffer, std::size_t& size,
                        std::vector<UniqueFd>* descriptors) {
  std::array<int, wire::max_descriptors> received{};
  std::size_t count = 0;
  const ssize_t got = kernel::receive_packet(socket, buffer.data(), buffer.size(), received.data(), count);
  if (got < 0) return errno == EAGAIN ? Received::nothing : Received::end;
  for (std::size_t i = 0; i < count; ++i) {
    UniqueFd owned(received[i]);
    if (descriptors != nullptr) descriptors->push_back(std::move(owned));
  }
  size = static_cast<std::size_t>(got);
  return got == 0 ? Received::end : Received::packet;
}

std::pair<UniqueFd, UniqueFd> make_socket_pair() {
  std::array<int, 2> pair{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0)
    throw std::system_error(errno, std::generic_category(), "socketpair");
  return {UniqueFd(pair[0]), UniqueFd(pair[1])};
}

UniqueFd above_standard(UniqueFd fd) {
  if (!fd.valid() || fd.get() > 2) return fd;
  UniqueFd moved(fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
  if (!moved.valid()) throw std::system_error(errno, std::generic_category(), "F_DUPFD_CLOEXEC");
  return moved;
}

short wait_for_events(int fd, short events, int wait_ms) noexcept {
  pollfd entry{fd, events, 0};
  // A signal storm must not prolong the wait for ever: EINTR counts one millisecond at least.
  for (int interruptions = 0;; ++interruptions) {
    const int ready = poll(&entry, 1, wait_ms < 0 ? -1 : std::max(wait_ms - interruptions, 0));
    if (ready > 0) return entry.revents;
    if (ready == 0 || errno != EINTR) return 0;
  }
}

}  // namespace procsafe
