#include "channel.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "core.h"
#include "socket.h"

namespace procsafe {
inline namespace v0 {
namespace {

using std::chrono::seconds;

/// A cell answers at once; a stopped or overloaded one gets this long before it is replaced.
constexpr milliseconds answer_time{5000};
constexpr milliseconds slack{2000};
constexpr std::size_t max_pending_input = 256 * 1024;
constexpr int wide_pipe = 1 << 20;

Channel::Clock::time_point after(Channel::Clock::time_point start, milliseconds time) {
  return time == no_timeout ? Channel::Clock::time_point::max() : start + time;
}

std::vector<ProcessInfo> entries_of(const wire::ProcessEntry* entries, std::size_t count) {
  std::vector<ProcessInfo> processes;
  for (std::size_t i = 0; i < count; ++i) {
    const wire::ProcessEntry& entry = entries[i];
    processes.push_back({entry.pid, entry.parent, entry.state,
                         std::string(entry.command, strnlen(entry.command, sizeof entry.command))});
  }
  return processes;
}

const char* stage_name(wire::Stage stage) {
  switch (stage) {
    case wire::Stage::request: return "the request";
    case wire::Stage::cell: return "starting a cell";
    case wire::Stage::process: return "clone";
    case wire::Stage::session: return "setsid";
    case wire::Stage::terminal: return "taking the terminal";
    case wire::Stage::directory: return "entering the working directory";
    case wire::Stage::standard_io: return "attaching standard input and output";
    case wire::Stage::descriptors: return "passing descriptors";
    case wire::Stage::credentials: return "changing user and groups";
    case wire::Stage::limit: return "setting a resource limit";
    case wire::Stage::cgroup: return "entering the cgroup";
    case wire::Stage::execute: return "execve";
    case wire::Stage::none: break;
  }
  return "starting";
}

/// What an error of a stage is about.
std::string path_of(wire::Stage stage, const Command& command) {
  if (stage == wire::Stage::directory) return command.cwd.string();
  if (stage != wire::Stage::execute) return "";
  return command.executable.empty() ? command.argv.front() : command.executable;
}

/// The pid behind a pidfd as this program's PID namespace numbers it (proc(5), fdinfo).
pid_t pid_of(const UniqueFd& pidfd) {
  std::ifstream file("/proc/self/fdinfo/" + std::to_string(pidfd.get()));
  std::string name;
  for (pid_t pid = 0; file >> name;)
    if (name == "Pid:" && file >> pid) return pid;
  return 0;
}

}  // namespace

Channel::Channel(std::shared_ptr<Core> core, Command command, UniqueFd socket, StandardIo io,
                 std::unique_ptr<LimitGroup> limits)
    : core_(std::move(core)),
      command_(std::move(command)),
      socket_(above_standard(std::move(socket))),
      limits_(std::move(limits)),
      input_(above_standard(std::move(io.input))) {
  open_stream(out_, std::move(io.output), command_.out);
  open_stream(err_, std::move(io.error), command_.err);
}

Channel::~Channel() = default;

void Channel::open_stream(Stream& stream, UniqueFd fd, const Output& output) {
  if (!fd.valid()) return;
  stream.fd = above_standard(std::move(fd));
  if (output.kind == Output::Kind::lines) {
    stream.lines.emplace(output.on_line);
  } else {
    stream.capture.emplace(output.limit, output.path);
  }
}

const StopPolicy& Channel::policy() const { return command_.stop ? *command_.stop : core_->config().stop; }

milliseconds Channel::age() const { return std::chrono::duration_cast<milliseconds>(Clock::now() - start_); }

void Channel::await_start(Clock::time_point asked) {
  std::array<std::byte, 256> buffer{};
  std::size_t size = 0;
  if (wait_for_events(socket_.get(), POLLIN, static_cast<int>(answer_time.count())) == 0)
    throw ManagerError("the guard does not answer: nothing for 5 s");
  std::vector<UniqueFd> pidfd;
  if (receive_packet(socket_.get(), buffer, size, &pidfd) != Received::packet ||
      !wire::is_message(buffer.data(), size, wire::Type::started, sizeof started_))
    throw ManagerError("the guard or the cell ended while the command was started");
  std::memcpy(&started_, buffer.data(), sizeof started_);
  if (started_.error != 0) {
    if (started_.error == ESHUTDOWN) throw ManagerError("the manager has been stopped");
    throw SpawnError(
        "'" + command_.argv.front() + "': " + stage_name(started_.stage) + ": " + std::strerror(started_.error),
        started_.error, path_of(started_.stage, command_));
  }
  start_ = asked;
  pid_ = pidfd.empty() ? started_.pid : pid_of(pidfd.front());
  const milliseconds timeout = command_.timeout.value_or(core_->config().default_timeout);
  if (timeout != no_timeout)
    due_ = after(start_, timeout + policy().grace + policy().kill_wait + command_.drain + slack);
  result_.pid = pid_;
  result_.command = core_->describe(command_);
}

// ---- The driving thread ------------------------------------------------------------------------------------------

Channel::PollEntries Channel::poll_set() {
  const std::scoped_lock lock(mutex_);
  const bool feeding = input_.valid() && (!pending_input_.empty() || close_input_);
  return {pollfd{socket_.get(), POLLIN, 0}, pollfd{out_.fd.get(), POLLIN, 0}, pollfd{err_.fd.get(), POLLIN, 0},
          pollfd{feeding ? input_.get() : -1, POLLOUT, 0}};
}

void Channel::handle(const PollEntries& ready) {
  constexpr int reads_in_turn = 16;  // so that one chatty command does not starve the others
  if (ready[1].revents != 0) read_stream(out_, reads_in_turn);
  if (ready[2].revents != 0) read_stream(err_, reads_in_turn);
  if (ready[3].revents != 0) feed_input();
  if (!output_ended_it_) end_beyond_limit();
  if (ready[0].revents != 0) read_messages();
}

void Channel::mark_driver() {
  const std::scoped_lock lock(mutex_);
  driver_ = std::this_thread::get_id();
}

void Channel::drive_to_end() {
  while (!drive(seconds(1))) {
  }
}

bool Channel::drive(milliseconds time) {
  mark_driver();
  const auto end = Clock::now() + time;
  while (!finished()) {
    PollEntries entries = poll_set();
    const auto left = std::chrono::duration_cast<milliseconds>(std::min(due(), end) - Clock::now());
    // At least once a second, because another thread's request_stop() may bring the due time forward.
    const int ready =
        poll(entries.data(), entries.size(), static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1000)));
    const bool interrupted = ready < 0 && errno == EINTR;
    if (ready > 0) handle(entries);
    if (Clock::now() >= due()) handle_due();
    if (interrupted || Clock::now() >= end) break;
  }
  return finished();
}

Channel::Clock::time_point Channel::due() const {
  const std::scoped_lock lock(mutex_);
  return due_;
}

void Channel::handle_due() {
  bool again = false;
  {
    const std::scoped_lock lock(mutex_);
    if (finished_ || Clock::now() < due_) return;
    again = std::exchange(abandoned_, true);
    due_ = Clock::now() + slack;
  }
  if (again) return on_lost("neither its cell nor the guard answers; processes of it may be alive");
  core_->abandon(*this);
}

void Channel::read_stream(Stream& stream, int max_reads) {
  std::array<char, 64 * 1024> buffer;
  for (int reads = 0; stream.fd.valid() && reads < max_reads; ++reads) {
    const ssize_t got = read(stream.fd.get(), buffer.data(), buffer.size());
    if (got > 0) {
      if (static_cast<std::size_t>(got) == buffer.size() && !std::exchange(stream.widened, true))
        (void)fcntl(stream.fd.get(), F_SETPIPE_SZ, wide_pipe);  // fewer wake-ups; refused beyond the user's quota
      consume(stream, {buffer.data(), static_cast<std::size_t>(got)});
      if (static_cast<std::size_t>(got) < buffer.size() / 16) return;
    } else if (got < 0 && errno == EINTR) {
      continue;
    } else if (got < 0 && errno == EAGAIN) {
      return;
    } else {
      stream.fd.reset();  // end of file, or EIO: the last holder of a terminal is gone
    }
  }
}

void Channel::end_beyond_limit() {
  const auto full = [](const Stream& stream, const Output& output) {
    return output.end_beyond && stream.capture && stream.capture->truncated();
  };
  output_ended_it_ = full(out_, command_.out) || full(err_, command_.err);
  if (!output_ended_it_) return;
  StopPolicy at_once = policy();
  at_once.grace = milliseconds::zero();
  request_stop(at_once, "more output than its limit");
}

void Channel::consume(Stream& stream, std::string_view bytes) {
  if (stream.capture) {
    stream.capture->append(bytes);
    return;
  }
  try {
    stream.lines->append(bytes);
  } catch (...) {
    core_->count_callback_failure();
  }
}

void Channel::finish_stream(Stream& stream, std::string& text) {
  // The tree is gone, so what can come is in the pipe already; only a process outside that was handed the
  // descriptor could go on writing, and does not get to prolong this.
  const auto end = Clock::now() + seconds(1);
  while (stream.fd.valid()) {
    pollfd entry{stream.fd.get(), POLLIN, 0};
    if (poll(&entry, 1, 0) <= 0 || Clock::now() > end) break;
    read_stream(stream, 64);
  }
  stream.fd.reset();
  if (stream.lines) {
    try {
      stream.lines->finish();
    } catch (...) {
      core_->count_callback_failure();
    }
  }
  if (!stream.capture) return;
  text = stream.capture->take();
  if (stream.capture->truncated()) result_.truncated = true;
}

void Channel::feed_input() {
  const std::scoped_lock lock(mutex_);
  while (!pending_input_.empty()) {
    const ssize_t written = write(input_.get(), pending_input_.data(), pending_input_.size());
    if (written > 0) {
      pending_input_.erase(0, static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      pending_input_.clear();
      input_.reset();  // the command closed its end
    }
  }
  if (pending_input_.empty() && close_input_) input_.reset();
  changed_.notify_all();
}

void Channel::read_messages() {
  alignas(8) std::array<std::byte, sizeof(wire::Finished)> buffer;
  for (;;) {
    std::size_t size = 0;
    switch (receive_packet(socket_.get(), buffer, size)) {
      case Received::nothing: return;
      case Received::packet: take_message({buffer.data(), size}); break;
      case Received::end: on_lost("its cell was killed"); break;
    }
    if (finished()) return;
  }
}

void Channel::take_message(std::span<const std::byte> message) {
  const auto is = [&](wire::Type type, std::size_t size) {
    return wire::is_message(message.data(), message.size(), type, size);
  };
  if (is(wire::Type::exited, sizeof(wire::Exited))) {
    wire::Exited exited;
    std::memcpy(&exited, message.data(), sizeof exited);
    on_exited(exited);
  } else if (is(wire::Type::step, sizeof(wire::Step))) {
    wire::Step step;
    std::memcpy(&step, message.data(), sizeof step);
    on_step(step);
  } else if (is(wire::Type::finished, offsetof(wire::Finished, entries))) {
    on_finished(message);
  } else if (is(wire::Type::listing, offsetof(wire::Listing, entries))) {
    wire::Listing listing;
    std::memcpy(&listing, message.data(), std::min(message.size(), sizeof listing));
    const std::scoped_lock lock(mutex_);
    listing_ = entries_of(listing.entries, std::min<std::size_t>(listing.count, wire::max_entries));
    ++listings_;
    changed_.notify_all();
  }
}

void Channel::on_step(const wire::Step& step) {
  switch (step.kind) {
    case wire::StepKind::timeout: {
      {
        const std::scoped_lock lock(mutex_);
        result_.timed_out = true;
      }
      core_->on_timeout(*this);
      break;
    }
    case wire::StepKind::terminate:
      core_->emit(EventKind::terminate, Severity::info, this, "soft signal sent", step.processes);
      break;
    case wire::StepKind::kill: core_->on_kill(*this, step.processes); break;
    case wire::StepKind::leftover: core_->on_leftovers(*this, step.processes); break;
    case wire::StepKind::critical: break;  // told by what follows
  }
}

void Channel::on_exited(const wire::Exited& exited) {
  {
    const std::scoped_lock lock(mutex_);
    result_.exit_code = exited.exit_code;
    result_.term_signal = exited.term_signal;
    result_.stopped = stop_requested_;
    result_.duration = age();
    result_.usage.user = std::chrono::microseconds(exited.user_us);
    result_.usage.system = std::chrono::microseconds(exited.system_us);
    result_.usage.max_rss_bytes = static_cast<std::uint64_t>(exited.max_rss_kib) * 1024;
  }
  core_->on_exit(*this);
  if (exited.tree_ended != 0) return finish();
  if (command_.leftovers == Leftovers::keep) {
    read_stream(out_, 64);
    read_stream(err_, 64);
  }
  const std::scoped_lock lock(mutex_);
  main_ended_ = true;
  main_result_ = result_;
  if (command_.leftovers == Leftovers::keep) {
    if (out_.capture) main_result_.out = out_.capture->text();
    if (err_.capture) main_result_.err = err_.capture->text();
  }
  announce();
}

void Channel::on_finished(std::span<const std::byte> message) {
  wire::Finished finished;
  std::memcpy(&finished, message.data(), std::min(message.size(), sizeof finished));
  auto entries = entries_of(finished.entries, std::min<std::size_t>(finished.count, wire::max_entries));
  {
    const std::scoped_lock lock(mutex_);
    result_.timed_out = finished.timed_out != 0;
    (finished.survivors != 0 ? result_.survivors : result_.leftovers) = std::move(entries);
  }
  finish();
}

void Channel::on_lost(const char* why) {
  {
    const std::scoped_lock lock(mutex_);
    result_.lost = true;
    result_.stopped = stop_requested_;
    result_.duration = age();
  }
  core_->on_lost(*this, why);
  finish();
}

void Channel::finish() {
  finish_stream(out_, result_.out);
  finish_stream(err_, result_.err);
  std::optional<std::promise<Result>> promise;
  {
    const std::scoped_lock lock(mutex_);
    input_.reset();
  }
  core_->on_finished(*this);
  {
    const std::scoped_lock lock(mutex_);
    main_ended_ = finished_ = true;
    due_ = Clock::time_point::max();
    promise = std::exchange(promise_, std::nullopt);
    announce();
  }
  if (promise) promise->set_value(result_);
}

void Channel::announce() {
  if (event_.valid()) (void)eventfd_write(event_.get(), 1);
  if (main_ended_event_.valid()) (void)eventfd_write(main_ended_event_.get(), 1);
  if (finished_ && finished_event_.valid()) (void)eventfd_write(finished_event_.get(), 1);
  changed_.notify_all();
}

// ---- All threads -------------------------------------------------------------------------------------------------

template <typename Message>
bool Channel::tell(const Message& message) {
  return send_packet(socket_.get(), &message, sizeof message);
}

bool Channel::finished() const {
  const std::scoped_lock lock(mutex_);
  return finished_;
}

bool Channel::main_running() const {
  const std::scoped_lock lock(mutex_);
  return !main_ended_;
}

const Result* Channel::wait_until(std::optional<Clock::time_point> deadline) {
  std::unique_lock lock(mutex_);
  const auto done = [&] { return finished_ || (main_ended_ && command_.leftovers == Leftovers::keep); };
  if (!done() && driver_ == std::this_thread::get_id())
    throw UsageError("a callback cannot wait for the process whose output it gets");
  if (deadline) {
    if (!changed_.wait_until(lock, *deadline, done)) return nullptr;
  } else {
    changed_.wait(lock, done);
  }
  return finished_ ? &result_ : &main_result_;
}

void Channel::wait_finished() {
  std::unique_lock lock(mutex_);
  if (!finished_ && driver_ == std::this_thread::get_id())
    throw UsageError("a callback cannot wait for the process whose output it gets");
  changed_.wait(lock, [&] { return finished_; });
}

void Channel::request_stop(const StopPolicy& policy, const char* reason) {
  {
    const std::scoped_lock lock(mutex_);
    if (finished_) return;
    if (!main_ended_) stop_requested_ = true;
    due_ = std::min(due_, Clock::now() + policy.grace + policy.kill_wait + slack);
  }
  core_->emit(EventKind::stop, Severity::info, this, reason);
  wire::Stop stop;
  stop.escalation = {.soft_signal = policy.soft_signal,
                     .unused = 0,
                     .grace_ms = policy.grace.count(),
                     .kill_wait_ms = policy.kill_wait.count()};
  tell(stop);
  core_->wake_monitor();
}

void Channel::send_signal(int number, bool whole_tree) {
  if (number < 1 || number > 64) throw UsageError("signal " + std::to_string(number) + " does not exist");
  if (finished()) return;
  wire::Signal signal;
  signal.number = number;
  signal.whole_tree = whole_tree ? 1 : 0;
  tell(signal);
}

bool Channel::write_input(std::string_view bytes) {
  if (command_.in.kind != Input::Kind::pipe) throw UsageError("standard input is not Input::pipe()");
  std::unique_lock lock(mutex_);
  while (!bytes.empty() && input_.valid() && !close_input_) {
    const std::size_t room = max_pending_input - std::min(max_pending_input, pending_input_.size());
    pending_input_.append(bytes.substr(0, room));
    bytes.remove_prefix(std::min(room, bytes.size()));
    core_->wake_monitor();
    if (driver_ == std::this_thread::get_id()) break;  // it feeds when it is back; waiting here would be for ever
    changed_.wait(lock, [&] { return !input_.valid() || pending_input_.size() < max_pending_input; });
  }
  return bytes.empty() && input_.valid();
}

void Channel::close_input() {
  {
    const std::scoped_lock lock(mutex_);
    close_input_ = true;
  }
  core_->wake_monitor();
}

std::vector<ProcessInfo> Channel::tree() {
  std::unique_lock lock(mutex_);
  if (finished_) return result_.survivors;
  const std::uint64_t before = listings_;
  if (!tell(wire::List{})) return {};
  if (!changed_.wait_for(lock, answer_time, [&] { return listings_ > before || finished_; }))
    throw ManagerError("the cell of '" + result_.command + "' does not answer: nothing for 5 s");
  return finished_ ? result_.survivors : listing_;
}

int Channel::event_fd() {
  const std::scoped_lock lock(mutex_);
  if (!event_.valid()) {
    event_ = above_standard(UniqueFd(eventfd(main_ended_ ? 1 : 0, EFD_CLOEXEC | EFD_NONBLOCK)));
    if (!event_.valid()) throw ManagerError(std::string("eventfd: ") + std::strerror(errno));
  }
  return event_.get();
}

int Channel::ended_fd(bool tree) {
  const std::scoped_lock lock(mutex_);
  UniqueFd& event = tree ? finished_event_ : main_ended_event_;
  if (!event.valid()) {
    event = above_standard(UniqueFd(eventfd((tree ? finished_ : main_ended_) ? 1 : 0, EFD_CLOEXEC | EFD_NONBLOCK)));
    if (!event.valid()) throw ManagerError(std::string("eventfd: ") + std::strerror(errno));
  }
  return event.get();
}

const Result* Channel::known_result() const {
  const std::scoped_lock lock(mutex_);
  return finished_ ? &result_ : main_ended_ ? &main_result_ : nullptr;
}

std::future<Result> Channel::future() {
  const std::scoped_lock lock(mutex_);
  promise_.emplace();
  std::future<Result> future = promise_->get_future();
  if (finished_) promise_->set_value(result_);
  return future;
}

}  // namespace v0
}  // namespace procsafe
