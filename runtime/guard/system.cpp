#include "system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

namespace procsafe::guard {

std::int64_t now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

std::uint64_t now_ticks() {
  static const long per_second = sysconf(_SC_CLK_TCK);
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  const auto ticks = static_cast<std::uint64_t>(per_second);
  return static_cast<std::uint64_t>(now.tv_sec) * ticks +
         static_cast<std::uint64_t>(now.tv_nsec) * ticks / 1'000'000'000u;
}

int poll_timeout(std::int64_t due, int limit) {
  if (due == never) return limit;
  std::int64_t left = due - now_ms();
  if (left < 0) left = 0;
  if (left > 3'600'000) left = 3'600'000;
  return limit >= 0 && left > limit ? limit : static_cast<int>(left);
}

int open_pidfd(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0u)); }

// procsafe: allow(process-hunt) reason="descendants of the guard, their ancestry is checked behind the pidfd"
bool send_to_pidfd(int pidfd, int signal) { return syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0u) == 0; }

void close_from(int first) {
  if (syscall(SYS_close_range, static_cast<unsigned>(first), ~0u, 0u) == 0) return;
  // Before Linux 5.9, or refused by a seccomp filter.
  const long limit = sysconf(_SC_OPEN_MAX);
  for (int fd = first; fd < limit; ++fd) close(fd);
}

bool receive(int socket, Packet& packet) {
  packet.size = 0;
  packet.descriptor_count = 0;
  packet.end = false;
  iovec part{packet.data, sizeof packet.data};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof packet.descriptors)];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t got = 0;
  do {
    got = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    packet.end = errno != EAGAIN;
    return false;
  }
  for (cmsghdr* part_of = CMSG_FIRSTHDR(&message); part_of != nullptr; part_of = CMSG_NXTHDR(&message, part_of)) {
    if (part_of->cmsg_level != SOL_SOCKET || part_of->cmsg_type != SCM_RIGHTS) continue;
    packet.descriptor_count = (part_of->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    __builtin_memcpy(packet.descriptors, CMSG_DATA(part_of), packet.descriptor_count * sizeof(int));
  }
  packet.size = static_cast<std::size_t>(got);
  packet.end = got == 0;
  if (packet.end || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
    close_descriptors(packet);
    return false;
  }
  return true;
}

bool send(int socket, const void* data, std::size_t size, const int* descriptors, std::size_t count) {
  iovec part{const_cast<void*>(data), size};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * wire::max_descriptors)];
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
    __builtin_memcpy(CMSG_DATA(rights), descriptors, sizeof(int) * count);
  }
  ssize_t sent = 0;
  do {
    sent = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(size);
}

void close_descriptors(Packet& packet) {
  for (std::size_t i = 0; i < packet.descriptor_count; ++i) close(packet.descriptors[i]);
  packet.descriptor_count = 0;
}

}  // namespace procsafe::guard
