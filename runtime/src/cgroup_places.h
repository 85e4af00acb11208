// Where a program may make control groups, and how their files are read.
#pragma once

#include <procsafe/process_manager.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace procsafe {

/// The directories this program may make groups in. Found once: what removes the groups of a manager has to look where
/// they were made, also when the program was moved to another group since.
class CgroupPlaces {
 public:
  explicit CgroupPlaces(CgroupVersion version);

  /// In the hierarchy of version 2; empty where there is none that can be written.
  const std::filesystem::path& v2() const { return v2_; }
  /// In the hierarchy of version 1 with `controller` (freezer, memory, pids or cpu); empty likewise.
  std::filesystem::path v1(const std::string& controller) const;
  std::vector<std::filesystem::path> all() const;

 private:
  std::filesystem::path v2_;
  std::map<std::string, std::filesystem::path> v1_;
};

/// A file of a group; empty when it cannot be read.
std::string read_control(const std::filesystem::path& file);

bool has_word(std::string_view list, std::string_view word, char separator);

}  // namespace procsafe
