#include <procsafe/service.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "ports.h"

namespace procsafe {
inline namespace v0 {
namespace {

using Clock = std::chrono::steady_clock;

std::string describe(const PortHolder& holder) {
  if (holder.processes.empty()) return "a process of another user";
  return "pid " + std::to_string(holder.processes.front().pid) + " (" + holder.processes.front().command + ")";
}

void check_free(const std::string& service, std::uint16_t port, const char* when) {
  if (const auto holder = find_port_holder(port))
    throw PortError("service '" + service + "': port " + std::to_string(port) + " is held by " + describe(*holder) +
                        " " + when + "; it is left alone",
                    *holder);
}

void check(const ServiceSpec& spec) {
  const auto refuse = [&](const char* why) { throw UsageError("service '" + spec.name + "': " + why); };
  if (spec.name.empty()) refuse("it has no name");
  const bool needs_port = spec.ready.kind == Ready::Kind::tcp || spec.ready.kind == Ready::Kind::http;
  if (needs_port && spec.ready.port == 0) refuse("readiness by a port needs one");
  if (spec.ready.kind == Ready::Kind::line && spec.ready.text.empty()) refuse("readiness by a line needs a text");
  if (spec.ready.kind == Ready::Kind::line && spec.command.out.kind != Output::Kind::capture &&
      spec.command.out.kind != Output::Kind::lines)
    refuse("readiness by a line needs its output captured or as lines");
  if (spec.ready.timeout <= milliseconds::zero() || spec.ready.interval <= milliseconds::zero())
    refuse("times of readiness must be greater than 0");
}

}  // namespace

struct Service::State {
  std::string name;
  std::vector<std::uint16_t> ports;
  std::optional<Process> process;
  std::shared_ptr<std::atomic<bool>> line_seen = std::make_shared<std::atomic<bool>>(false);

  void watch_lines(Command& command, const std::string& text);
  bool is_ready(const Ready& ready) const;
  void wait_ready(const Ready& ready);
};

/// Lines are looked at on their way to where the command's output goes anyway; captured output becomes lines.
void Service::State::watch_lines(Command& command, const std::string& text) {
  for (Output* output : {&command.out, &command.err}) {
    if (output->kind != Output::Kind::capture && output->kind != Output::Kind::lines) continue;
    output->kind = Output::Kind::lines;
    output->on_line = [seen = line_seen, text, next = std::move(output->on_line)](std::string_view line) {
      if (line.find(text) != std::string_view::npos) seen->store(true);
      if (next) next(line);
    };
  }
}

bool Service::State::is_ready(const Ready& ready) const {
  switch (ready.kind) {
    case Ready::Kind::started: return true;
    case Ready::Kind::tcp: return can_connect(ready.host, ready.port, milliseconds(500));
    case Ready::Kind::http: return http_status(ready.host, ready.port, ready.text, milliseconds(1000)) == ready.status;
    case Ready::Kind::line: return line_seen->load();
    case Ready::Kind::file: return std::filesystem::exists(ready.text);
  }
  return false;
}

void Service::State::wait_ready(const Ready& ready) {
  const auto end = Clock::now() + ready.timeout;
  while (!is_ready(ready)) {
    if (const Result* result = process->wait_for(ready.interval))
      throw ServiceError("service '" + name + "' ended before it was ready: exit code " +
                             std::to_string(result->exit_code) + ", signal " + std::to_string(result->term_signal),
                         *result);
    if (Clock::now() > end)
      throw ServiceError("service '" + name + "' was not ready within " + std::to_string(ready.timeout.count()) + " ms",
                         process->stop());
  }
}

Service::Service(std::unique_ptr<State> state) : state_(std::move(state)) {}
Service::Service(Service&&) noexcept = default;
Service& Service::operator=(Service&&) noexcept = default;
Service::~Service() = default;

Service Service::start(ProcessManager& manager, ServiceSpec spec) {
  check(spec);
  auto state = std::make_unique<State>();
  state->name = spec.name;
  state->ports = std::move(spec.ports);
  if (spec.ready.port != 0) state->ports.push_back(spec.ready.port);
  for (const std::uint16_t port : state->ports) check_free(state->name, port, "before it was started");
  if (!spec.command.timeout) spec.command.timeout = no_timeout;
  if (spec.command.name.empty()) spec.command.name = spec.name;
  if (spec.ready.kind == Ready::Kind::line) state->watch_lines(spec.command, spec.ready.text);
  state->process.emplace(manager.spawn(std::move(spec.command)));
  state->wait_ready(spec.ready);
  return Service(std::move(state));
}

const std::string& Service::name() const { return state_->name; }
Process& Service::process() { return *state_->process; }

const Result& Service::stop() {
  const Result& result = state_->process->stop();
  // The kernel frees a listening socket with its last holder, which is gone; a moment covers what is under way.
  const auto end = Clock::now() + milliseconds(1000);
  const auto is_held = [](std::uint16_t port) { return find_port_holder(port).has_value(); };
  while (std::ranges::any_of(state_->ports, is_held) && Clock::now() < end)
    std::this_thread::sleep_for(milliseconds(10));
  for (const std::uint16_t port : state_->ports) check_free(state_->name, port, "after it was stopped");
  return result;
}

}  // namespace v0
}  // namespace procsafe
