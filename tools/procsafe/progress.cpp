#include "progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>

namespace procsafe {
namespace {

constexpr std::chrono::milliseconds kDelay{1000};
constexpr std::chrono::milliseconds kInterval{200};
constexpr std::string_view kEraseLine = "\r\x1b[K";

/// Whether the terminal shows it is of no interest to anybody else.
void write_error(std::string_view text) {
  [[maybe_unused]] const auto n = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

Progress::Progress(bool terminal) {
  if (!terminal) return;
  writer_ = std::jthread([this](const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const auto stopped_within = [&](std::chrono::milliseconds time) {
      return changed_.wait_for(lock, stop, time, [&] { return stop.stop_requested(); });
    };
    if (stopped_within(kDelay)) return;
    do show();
    while (!stopped_within(kInterval));
    write_error(kEraseLine);
  });
}

Progress::~Progress() {
  writer_.request_stop();
  if (writer_.joinable()) writer_.join();
}

void Progress::show() {
  const std::size_t total = total_;
  write_error(total == 0
                  ? fmt::format("{}procsafe: looking for files", kEraseLine)
                  : fmt::format("{}procsafe: {} of {} files", kEraseLine, std::min<std::size_t>(done_, total), total));
}

}  // namespace procsafe
