#include "monitor.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "core.h"
#include "socket.h"

namespace procsafe {

Monitor::~Monitor() { stop(); }

void Monitor::start() {
  const std::scoped_lock lock(mutex_);
  if (thread_) return;
  wake_ = above_standard(UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)));
  if (!wake_.valid()) throw std::system_error(errno, std::generic_category(), "eventfd");
  if (core_.config().cleanup_interval.count() > 0)
    next_health_ = std::chrono::steady_clock::now() + core_.config().cleanup_interval;
  // The program's signals are its own threads' business; SIGPIPE of a command that closed its input is nobody's.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::make_unique<std::thread>([this] { run(); });
  } catch (const std::system_error& error) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw std::system_error(error.code(), "the thread that watches processes");
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Monitor::add(std::shared_ptr<Channel> channel) {
  {
    const std::scoped_lock lock(mutex_);
    added_.push_back(std::move(channel));
  }
  wake();
}

void Monitor::wake() noexcept {
  if (wake_.valid()) (void)eventfd_write(wake_.get(), 1);
}

void Monitor::stop() {
  {
    const std::scoped_lock lock(mutex_);
    if (!thread_) return;
    stopping_ = true;
  }
  wake();
  thread_->join();
  thread_.reset();
}

void Monitor::disown() noexcept { (void)thread_.release(); }

void Monitor::run() {
  std::vector<std::shared_ptr<Channel>> channels;
  for (;;) {
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_) return;
      for (auto& channel : added_) {
        channel->mark_driver();
        channels.push_back(std::move(channel));
      }
      added_.clear();
    }
    turn(channels);
    std::erase_if(channels, [](const auto& channel) { return channel->finished(); });
    if (std::chrono::steady_clock::now() >= next_health_) {
      next_health_ = std::chrono::steady_clock::now() + core_.config().cleanup_interval;
      core_.report_health();
    }
  }
}

std::chrono::steady_clock::time_point Monitor::next_due(const std::vector<std::shared_ptr<Channel>>& channels) const {
  auto due = next_health_;
  for (const auto& channel : channels) due = std::min(due, channel->due());
  return due;
}

int Monitor::turn(std::vector<std::shared_ptr<Channel>>& channels) {
  std::vector<pollfd> entries{{wake_.get(), POLLIN, 0}};
  for (const auto& channel : channels) {
    const Channel::PollEntries set = channel->poll_set();
    entries.insert(entries.end(), set.begin(), set.end());
  }
  const auto left = next_due(channels) - std::chrono::steady_clock::now();
  const auto wait = std::clamp<std::int64_t>(std::chrono::duration_cast<milliseconds>(left).count() + 1, 0, 3'600'000);
  const int ready = poll(entries.data(), entries.size(), static_cast<int>(wait));
  eventfd_t count = 0;
  if (entries[0].revents != 0) (void)eventfd_read(wake_.get(), &count);
  for (std::size_t i = 0; i < channels.size(); ++i) {
    Channel::PollEntries set;
    std::copy_n(entries.begin() + static_cast<std::ptrdiff_t>(1 + i * Channel::poll_entries), set.size(), set.begin());
    if (ready > 0) channels[i]->handle(set);
    channels[i]->handle_due();
  }
  return ready;
}

}  // namespace procsafe
