#include <fcntl.h>
#include <procsafe/observe.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "config_check.h"
#include "core.h"

namespace procsafe {
inline namespace v0 {

Process::Process(std::shared_ptr<Channel> channel) noexcept : channel_(std::move(channel)) {}

Process::Process(Process&&) noexcept = default;

Process& Process::operator=(Process&& other) noexcept {
  if (this != &other) {
    const Process before(std::move(*this));
    channel_ = std::move(other.channel_);
  }
  return *this;
}

Process::~Process() {
  if (channel_ == nullptr || channel_->core().foreign()) return;
  try {
    stop();
  } catch (...) {
    // Only a callback that destroys the process whose output it gets comes here: the stop is requested, its end is
    // the monitor's to see.
    channel_->core().count_callback_failure();
  }
}

Channel& Process::channel() const {
  if (channel_ == nullptr) throw UsageError("this Process was moved from");
  channel_->core().check_process();
  return *channel_;
}

pid_t Process::pid() const { return channel().pid(); }

const std::string& Process::name() const {
  const Command& command = channel().command();
  return command.name.empty() ? command.argv.front() : command.name;
}

bool Process::running() const { return channel().main_running(); }
int Process::event_fd() const { return channel().event_fd(); }
const Result& Process::wait() { return *channel().wait_until(std::nullopt); }

const Result* Process::wait_for(milliseconds time) {
  if (time < milliseconds::zero()) throw UsageError("wait_for: the time is negative");
  if (time > max_time) return &wait();
  return channel().wait_until(Channel::Clock::now() + time);
}

const Result& Process::stop() { return stop(channel().policy()); }

const Result& Process::stop(const StopPolicy& policy) {
  check_policy(policy);
  Channel& held = channel();
  if (!held.finished()) {
    held.request_stop(policy, "the scope ends");
    held.wait_finished();
  }
  return held.result();
}

void Process::signal(int number, bool whole_tree) { channel().send_signal(number, whole_tree); }
bool Process::write(std::string_view bytes) { return channel().write_input(bytes); }
void Process::close_input() { channel().close_input(); }
std::vector<ProcessInfo> Process::tree() const { return channel().tree(); }

ProcessManager::ProcessManager(Config config, int api_version) {
  if (api_version / 100 != library_version() / 100)
    throw ManagerError("compiled with procsafe " + std::to_string(api_version) + ", running with " +
                       std::to_string(library_version()));
  core_ = std::make_shared<Core>(std::move(config));
}

ProcessManager::~ProcessManager() {
  core_->close();
  if (core_->foreign()) new std::shared_ptr<Core>(core_);  // its threads and locks are the parent's: leave it alone
}

ProcessManager& ProcessManager::instance() {
  static ProcessManager manager;
  return manager;
}

Process ProcessManager::spawn(Command command) {
  return Process(core_->start(std::move(command), Core::Driver::monitor));
}

Result ProcessManager::run(Command command) {
  if (command.in.kind == Input::Kind::pipe) throw UsageError("run: nobody could write to Input::pipe()");
  command.leftovers = Leftovers::end;  // its scope ends with this call
  const auto channel = core_->start(std::move(command), Core::Driver::caller);
  channel->drive_to_end();
  return channel->result();
}

std::future<Result> ProcessManager::run_async(Command command) {
  if (command.in.kind == Input::Kind::pipe) throw UsageError("run_async: nobody could write to Input::pipe()");
  command.leftovers = Leftovers::end;
  return core_->start(std::move(command), Core::Driver::monitor)->future();
}

std::vector<Result> ProcessManager::run_pipeline(std::vector<Command> commands) {
  if (commands.empty()) throw UsageError("run_pipeline: no command");
  std::vector<Process> processes;
  UniqueFd previous;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    Command& command = commands[i];
    if (previous.valid()) command.in = Input::from(previous.get());
    UniqueFd next;
    UniqueFd write_end;
    if (i + 1 < commands.size()) {
      std::array<int, 2> ends{};
      if (pipe2(ends.data(), O_CLOEXEC) != 0) throw SpawnError(std::string("pipe: ") + std::strerror(errno), errno);
      next.reset(ends[0]);
      write_end.reset(ends[1]);
      command.out = Output::to(write_end.get());
    }
    processes.push_back(spawn(std::move(command)));
    previous = std::move(next);
  }
  previous.reset();
  std::vector<Result> results;
  for (Process& process : processes) results.push_back(process.wait());
  return results;
}

StopReport ProcessManager::stop_all() { return core_->stop_all(); }
std::size_t ProcessManager::active() const { return core_->active(); }
const Config& ProcessManager::config() const { return core_->config(); }
const std::string& ProcessManager::run_id() const { return core_->run_id(); }
const std::string& ProcessManager::instance_id() const { return core_->instance_id(); }
Guarantee ProcessManager::guarantee() const { return core_->guarantee(); }
Health ProcessManager::health() const { return core_->health(); }
Metrics ProcessManager::metrics() const { return core_->metrics(); }
void ProcessManager::on_event(std::function<void(const Event&)> sink) { core_->on_event(std::move(sink)); }

}  // namespace v0
}  // namespace procsafe
