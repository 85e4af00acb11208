#include <procsafe/service.h>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

namespace procsafe::test {
namespace {

/// A listening socket on a free port, closed with the object.
class Listener {
 public:
  Listener() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(fd_, 1) != 0) ADD_FAILURE() << "bind";
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { close(fd_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

std::uint16_t free_port() { return Listener().port(); }

ServiceSpec spec(std::uint16_t port, const char* mode, Ready ready) {
  return {.name = "test-service",
          .command = {.argv = {program("procsafe_service"), std::to_string(port), mode}},
          .ready = std::move(ready),
          .ports = {port}};
}

class ServiceReady : public testing::TestWithParam<const char*> {};

TEST_P(ServiceReady, ReqServices_StartsWhenReadyAndFreesItsPort) {
  const std::string how = GetParam();
  const std::uint16_t port = free_port();
  const TemporaryDirectory directory;
  ProcessManager manager(quick_config());
  Ready ready = how == "tcp" ? Ready::tcp(port) : how == "http" ? Ready::http(port) : Ready::line("listening");
  Service service = Service::start(manager, spec(port, "slow", std::move(ready)));
  ASSERT_TRUE(find_port_holder(port).has_value());
  EXPECT_EQ(find_port_holder(port)->processes.front().pid, service.process().pid());
  EXPECT_TRUE(service.stop().stopped);
  EXPECT_FALSE(find_port_holder(port).has_value());
}

INSTANTIATE_TEST_SUITE_P(Kinds, ServiceReady, testing::Values("tcp", "http", "line"),
                         [](const auto& instance) { return std::string(instance.param); });

TEST(Service, ReqServices_ReadyByFile) {
  const TemporaryDirectory directory;
  ProcessManager manager(quick_config());
  const std::string file = (directory / "up").string();
  const Service service =
      Service::start(manager, {.name = "file",
                               .command = {.argv = {"sh", "-c", "sleep 0.1; touch " + file + "; sleep 60"}},
                               .ready = Ready::file(file)});
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST(Service, ReqServices_DetachedListenerIsEndedToo) {
  const std::uint16_t port = free_port();
  ProcessManager manager(quick_config());
  {
    const Service service = Service::start(manager, spec(port, "daemon", Ready::tcp(port)));
  }
  EXPECT_FALSE(find_port_holder(port).has_value());
}

TEST(Service, ReqServices_ForeignHolderIsNamedAndLeftAlone) {
  const Listener foreign;
  ProcessManager manager(quick_config());
  try {
    (void)Service::start(manager, spec(foreign.port(), "", Ready::tcp(foreign.port())));
    FAIL();
  } catch (const PortError& error) {
    ASSERT_EQ(error.holder.processes.size(), 1U);
    EXPECT_EQ(error.holder.processes.front().pid, getpid());
    EXPECT_THAT(error.what(), testing::HasSubstr("left alone"));
  }
  EXPECT_TRUE(find_port_holder(foreign.port()).has_value());
  EXPECT_EQ(manager.metrics().spawned, 0U);
}

TEST(Service, ReqServices_EarlyEndIsAnErrorWithTheResult) {
  const std::uint16_t port = free_port();
  ProcessManager manager(quick_config());
  try {
    (void)Service::start(manager, spec(port, "fail", Ready::tcp(port)));
    FAIL();
  } catch (const ServiceError& error) {
    EXPECT_EQ(error.result.exit_code, 12);
  }
  EXPECT_EQ(manager.active(), 0U);
}

TEST(Service, ReqServices_NotReadyInTimeIsEnded) {
  const std::uint16_t port = free_port();
  ProcessManager manager(quick_config());
  Ready ready = Ready::http(port, "/", 404);
  ready.timeout = milliseconds(200);
  EXPECT_THROW((void)Service::start(manager, spec(port, "", ready)), ServiceError);
  EXPECT_FALSE(find_port_holder(port).has_value());
}

TEST(Service, ReqServices_MisuseIsSaid) {
  ProcessManager manager(quick_config());
  EXPECT_THROW((void)Service::start(manager, {}), UsageError);
  EXPECT_THROW((void)Service::start(manager, {.name = "x", .ready = Ready::tcp(0)}), UsageError);
  EXPECT_THROW((void)Service::start(manager, {.name = "x", .ready = Ready::line("")}), UsageError);
}

}  // namespace
}  // namespace procsafe::test
