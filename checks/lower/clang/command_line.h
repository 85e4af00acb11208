// Compile commands as build systems write them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace procsafe {

/// Splits a command as a POSIX shell would (quotes and backslashes; nothing is expanded), which is how the
/// compilation database's `command` is defined.
[[nodiscard]] std::vector<std::string> split_command(std::string_view command);

/// Leaves out what stands before the compiler (ccache, distcc, env and its assignments), and puts the content
/// of response files (`@file`, relative to `directory`) in their place.
[[nodiscard]] std::vector<std::string> plain_command(std::vector<std::string> arguments,
                                                     const std::filesystem::path& directory);

}  // namespace procsafe
