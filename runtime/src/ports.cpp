#include "ports.h"

#include "directory.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "socket.h"
#include "unique_fd.h"

namespace procsafe {
namespace {

UniqueFd connect_to(const std::string& host, std::uint16_t port, milliseconds limit) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (!fd.valid() || inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) return {};
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    if (errno != EINPROGRESS || wait_for_events(fd.get(), POLLOUT, static_cast<int>(limit.count())) == 0) return {};
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) return {};
  }
  return fd;
}

/// Inodes of the listening sockets on `port`, from a file of proc(5), /proc/net/tcp.
void collect_listeners(const char* path, std::uint16_t port, std::set<std::string>& inodes) {
  constexpr std::string_view listening = "0A";
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
    const std::size_t colon = local.rfind(':');
    if (colon == std::string::npos || state != listening) continue;
    unsigned number = 0;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), number, 16);
    if (number == port) inodes.insert(inode);
  }
}

std::string first_line(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string text;
  std::getline(file, text, '\n');
  std::ranges::replace(text, '\0', ' ');
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

bool holds_socket(const std::filesystem::path& process, const std::set<std::string>& inodes) {
  bool holds = false;
  for_each_entry_in(process / "fd", [&](const std::filesystem::path& descriptor) {
    std::error_code error;
    const std::string target = std::filesystem::read_symlink(descriptor, error).string();
    holds = target.starts_with("socket:[") && inodes.contains(target.substr(8, target.size() - 9));
    return !holds;
  });
  return holds;
}

}  // namespace

bool can_connect(const std::string& host, std::uint16_t port, milliseconds limit) {
  return connect_to(host, port, limit).valid();
}

int http_status(const std::string& host, std::uint16_t port, const std::string& path, milliseconds limit) {
  const UniqueFd fd = connect_to(host, port, limit);
  if (!fd.valid()) return 0;
  const std::string request = "GET " + path + " HTTP/1.0\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
  if (send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) return 0;
  std::string answer;
  std::array<char, 256> buffer{};
  // "HTTP/1.1 200": the status is complete after 12 bytes.
  while (answer.size() < 12 && wait_for_events(fd.get(), POLLIN, static_cast<int>(limit.count())) != 0) {
    const ssize_t got = recv(fd.get(), buffer.data(), buffer.size(), 0);
    if (got <= 0) break;
    answer.append(buffer.data(), static_cast<std::size_t>(got));
  }
  int status = 0;
  if (answer.starts_with("HTTP/1.") && answer.size() >= 12)
    std::from_chars(answer.data() + 9, answer.data() + 12, status);
  return status;
}

inline namespace v0 {

std::optional<PortHolder> find_port_holder(std::uint16_t port) {
  std::set<std::string> inodes;
  collect_listeners("/proc/net/tcp", port, inodes);
  collect_listeners("/proc/net/tcp6", port, inodes);
  if (inodes.empty()) return std::nullopt;
  PortHolder holder{.port = port};
  for_each_entry_in("/proc", [&](const std::filesystem::path& process) {
    const std::string name = process.filename().string();
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ptr != name.data() + name.size()) return true;
    if (!holds_socket(process, inodes)) return true;
    std::string command = first_line(process / "cmdline");
    if (command.empty()) command = "[" + first_line(process / "comm") + "]";
    holder.processes.push_back({.pid = pid, .command = command});
    return true;
  });
  return holder;
}

}  // namespace v0
}  // namespace procsafe
