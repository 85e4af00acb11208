// The entries of a directory that may change or go meanwhile, as those of /proc and of control groups do.
#pragma once

#include <filesystem>
#include <system_error>

namespace procsafe {

/// Calls `use` with the path of each entry until it returns false. What cannot be read (any more) has no entries:
/// unlike in a range-for over directory_iterator, whose ++ throws, nothing is thrown but by `use`.
template <typename Use>
void for_each_entry_in(const std::filesystem::path& directory, const Use& use) {
  std::error_code error;
  std::filesystem::directory_iterator at(directory, error);
  for (const std::filesystem::directory_iterator end; !error && at != end; at.increment(error))
    if (!use(at->path())) return;
}

}  // namespace procsafe
