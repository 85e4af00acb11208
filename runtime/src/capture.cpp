#include "capture.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace procsafe {
namespace {
constexpr std::size_t max_line = 1u << 20;
}

void Capture::append(std::string_view bytes) {
  const bool overflow = total_ + bytes.size() > limit_;
  if (overflow && !spill_path_.empty()) {
    if (!spill_file_.valid() && spill_error_ == 0) {
      spill_file_.reset(open(spill_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
      if (!spill_file_.valid()) spill_error_ = errno;
      spill(text());
    }
    spill(bytes);
  }
  total_ += bytes.size();
  const std::size_t head_capacity = limit_ - limit_ / 2;
  if (head_.size() < head_capacity) {
    const std::size_t taken = std::min(bytes.size(), head_capacity - head_.size());
    head_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
  }
  append_tail(bytes);
}

void Capture::append_tail(std::string_view bytes) {
  const std::size_t capacity = limit_ / 2;
  if (bytes.size() >= capacity) {
    tail_.assign(bytes.substr(bytes.size() - capacity));
    tail_begin_ = 0;
    return;
  }
  if (tail_.size() < capacity) {
    const std::size_t taken = std::min(bytes.size(), capacity - tail_.size());
    tail_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
  }
  while (!bytes.empty()) {
    const std::size_t taken = std::min(bytes.size(), capacity - tail_begin_);
    bytes.copy(tail_.data() + tail_begin_, taken);
    tail_begin_ = (tail_begin_ + taken) % capacity;
    bytes.remove_prefix(taken);
  }
}

std::string Capture::text() const {
  std::string all;
  all.reserve(head_.size() + tail_.size());
  all.append(head_).append(tail_, tail_begin_).append(tail_, 0, tail_begin_);
  return all;
}

void Capture::spill(std::string_view bytes) {
  while (!bytes.empty() && spill_error_ == 0) {
    const ssize_t written = write(spill_file_.get(), bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      spill_error_ = errno;
    }
  }
}

void LineSplitter::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t newline = bytes.find('\n');
    if (newline == std::string_view::npos) {
      partial_.append(bytes);
      if (partial_.size() >= max_line) finish();
      return;
    }
    if (partial_.empty()) {
      callback_(bytes.substr(0, newline));
    } else {
      partial_.append(bytes.substr(0, newline));
      finish();
    }
    bytes.remove_prefix(newline + 1);
  }
}

void LineSplitter::finish() {
  if (partial_.empty()) return;
  std::string line;
  line.swap(partial_);
  callback_(line);
}

}  // namespace procsafe
