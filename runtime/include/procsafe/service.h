// Named services for a test run or a program: started, waited for until they are ready, ended with their scope, and
// afterwards their ports are seen to be free again.
//
//   procsafe::Service db = procsafe::Service::start(pm, {.name = "db",
//                                                        .command = {.argv = {"my-db", "--port", "5433"}},
//                                                        .ready = procsafe::Ready::tcp(5433)});
#pragma once

#include <procsafe/process_manager.h>

namespace procsafe {
inline namespace v0 {

/// When a service counts as ready.
struct Ready {
  enum class Kind { started, tcp, http, line, file } kind = Kind::started;
  std::uint16_t port = 0;
  std::string host = "127.0.0.1";  ///< IPv4 address
  std::string text{};              ///< http: path; line: part of a line of its output; file: path
  int status = 200;                ///< http
  milliseconds timeout{30'000};
  milliseconds interval{20};  ///< between two looks
  static Ready started() { return {}; }
  static Ready tcp(std::uint16_t port) { return {.kind = Kind::tcp, .port = port}; }
  static Ready http(std::uint16_t port, std::string path = "/", int status = 200) {
    return {.kind = Kind::http, .port = port, .text = std::move(path), .status = status};
  }
  /// The service's output must be captured (the default) or go to lines.
  static Ready line(std::string part) { return {.kind = Kind::line, .text = std::move(part)}; }
  static Ready file(const std::filesystem::path& path) { return {.kind = Kind::file, .text = path.string()}; }
};

struct ServiceSpec {
  std::string name{};
  Command command{};  ///< without a timeout it runs until its scope ends
  Ready ready{};
  std::vector<std::uint16_t> ports{};  ///< it listens on besides ready.port; checked before and after
};

/// Who listens on a TCP port.
struct PortHolder {
  std::uint16_t port = 0;
  std::vector<ProcessInfo> processes{};  ///< empty: a process of another user, or of another network namespace
};

/// A port is held by a process this program did not start. It is named and left alone.
struct PortError : Error {
  PortError(const std::string& what, PortHolder who) : Error(what), holder(std::move(who)) {}
  PortHolder holder;
};
/// A service ended or timed out before it was ready; holds its result. It has been ended.
struct ServiceError : ResultError {
  using ResultError::ResultError;
};

/// The holder of `port` on this machine, if any. Reads /proc/net; signals nobody.
std::optional<PortHolder> find_port_holder(std::uint16_t port);

/// A running, ready service. Move-only; destruction ends it.
class [[nodiscard]] Service {
 public:
  /// Starts it and waits until it is ready. Throws UsageError, PortError when a port is taken, ServiceError when it
  /// does not become ready, and what ProcessManager::spawn throws.
  static Service start(ProcessManager& manager, ServiceSpec spec);
  Service(Service&&) noexcept;
  Service& operator=(Service&&) noexcept;
  ~Service();

  const std::string& name() const;
  Process& process();
  /// Ends it and waits until its ports are free. Throws PortError when one is still held.
  const Result& stop();

 private:
  struct State;
  explicit Service(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace v0
}  // namespace procsafe
