// procsafe_service PORT [MODE]: listens on PORT of 127.0.0.1 and answers every connection with an HTTP 200.
// MODE "slow": only after 200 ms; "daemon": a detached child does it; "fail": ends at once with status 12.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

int listen_on(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(fd, 8) != 0) {
    std::perror("listen");
    std::exit(1);
  }
  return fd;
}

[[noreturn]] void serve(int listener) {
  std::puts("listening now");
  std::fflush(stdout);
  for (;;) {
    const int client = accept(listener, nullptr, nullptr);
    char request[512];
    if (client >= 0 && read(client, request, sizeof request) > 0) {
      constexpr char answer[] = "HTTP/1.0 200 OK\r\n\r\nok\n";
      (void)!write(client, answer, sizeof answer - 1);
    }
    close(client);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int port = argc > 1 ? std::atoi(argv[1]) : 0;
  const std::string mode = argc > 2 ? argv[2] : "";
  if (mode == "fail") return 12;
  if (mode == "slow") usleep(200'000);
  if (mode == "daemon") {
    if (fork() > 0)
      for (;;) pause();
    setsid();
  }
  serve(listen_on(port));
}
