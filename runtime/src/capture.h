// What becomes of output that is read from a pipe: kept in bounded memory, spilled to a file, or cut into lines.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "unique_fd.h"

namespace procsafe {

/// Keeps the first and the last half of `limit` bytes. With a spill path everything is written to that file as soon
/// as there is more than the limit. Not thread-safe.
class Capture {
 public:
  Capture(std::size_t limit, std::string spill_path) : limit_(limit), spill_path_(std::move(spill_path)) {}

  void append(std::string_view bytes);
  /// The kept bytes in order.
  std::string text() const;
  /// The same without a copy where there was room for everything; nothing is kept any more.
  std::string take() { return tail_.empty() ? std::move(head_) : text(); }
  bool truncated() const { return total_ > limit_; }
  /// Errno of the first failed write to the spill file, 0 when there was none.
  int spill_error() const { return spill_error_; }

 private:
  void append_tail(std::string_view bytes);
  void spill(std::string_view bytes);

  std::size_t limit_;
  std::string spill_path_;
  std::string head_;
  std::string tail_;  // a ring once it is full
  std::size_t tail_begin_ = 0;
  std::uint64_t total_ = 0;
  UniqueFd spill_file_;
  int spill_error_ = 0;
};

/// Calls back once a line, without its newline; a line longer than 1 MiB comes in pieces.
class LineSplitter {
 public:
  explicit LineSplitter(std::function<void(std::string_view)> callback) : callback_(std::move(callback)) {}
  void append(std::string_view bytes);
  /// The last line, when it had no newline.
  void finish();

 private:
  std::function<void(std::string_view)> callback_;
  std::string partial_;
};

}  // namespace procsafe
