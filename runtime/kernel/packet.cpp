#include "packet.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace procsafe::kernel {

bool send_packet(int socket, const void* data, std::size_t size, const int* descriptors, std::size_t count) noexcept {
  iovec part{const_cast<void*>(data), size};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * wire::max_descriptors)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (count > 0) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int) * count);
    std::memcpy(CMSG_DATA(rights), descriptors, sizeof(int) * count);
  }
  ssize_t sent = 0;
  do {
    sent = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(size);
}

ssize_t receive_packet(int socket, void* data, std::size_t capacity, int* descriptors, std::size_t& count) noexcept {
  count = 0;
  iovec part{data, capacity};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * wire::max_descriptors)];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t got = 0;
  do {
    got = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return -1;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    std::memcpy(descriptors, CMSG_DATA(header), count * sizeof(int));
  }
  if (got == 0 || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
    for (; count > 0; --count) close(descriptors[count - 1]);
    if (got == 0) return 0;
    errno = EMSGSIZE;
    return -1;
  }
  return got;
}

bool receive(int socket, Packet& packet) {
  const ssize_t got =
      receive_packet(socket, packet.data, sizeof packet.data, packet.descriptors, packet.descriptor_count);
  packet.size = got > 0 ? static_cast<std::size_t>(got) : 0;
  packet.end = got == 0 || (got < 0 && errno != EAGAIN && errno != EMSGSIZE);
  return got > 0;
}

void close_descriptors(Packet& packet) {
  for (std::size_t i = 0; i < packet.descriptor_count; ++i) close(packet.descriptors[i]);
  packet.descriptor_count = 0;
}

}  // namespace procsafe::kernel
