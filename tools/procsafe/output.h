// Writing reports.
#pragma once

#include <string>
#include <string_view>

namespace procsafe {

/// Writes all of `text` to standard output. Returns an error message, or nothing.
[[nodiscard]] std::string write_standard_output(std::string_view text);

/// Why `path` cannot be written, as far as that can be told before the work; empty: nothing speaks against it.
[[nodiscard]] std::string check_output_path(const std::string& path);

/// Writes a file whole or not at all: a temporary file beside it takes its place when it is complete, and
/// SIGINT, SIGTERM and SIGHUP wait that long. What is no regular file (a pipe, /dev/null) is written
/// directly. Returns an error message, or nothing.
[[nodiscard]] std::string write_file(const std::string& path, std::string_view text);

}  // namespace procsafe
