// The programs that trials start.
#pragma once

#include <filesystem>

namespace procsafe::faults {

/// The folder of the host programs, the tree and the guard, where every user can execute them. Below a folder that is
/// closed to others (a home of mode 0700) they are copied to a temporary one for as long as this program runs; throws
/// std::filesystem::filesystem_error when that fails.
[[nodiscard]] const std::filesystem::path& programs();
/// The script that compares Python's subprocess, likewise.
[[nodiscard]] const std::filesystem::path& comparison_script();

}  // namespace procsafe::faults
