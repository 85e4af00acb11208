// A shell script in place of the Clang worker.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "temp_tree.h"

namespace procsafe {

class FakeWorker {
 public:
  explicit FakeWorker(std::string_view script)
      : path_(folder_.write("worker", "#!/bin/sh\n" + std::string(script) + "\n")) {
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  test::TempTree folder_;
  std::filesystem::path path_;
};

}  // namespace procsafe
