// Run records: writing one's own, and ending what crashed runs left.
#pragma once

#include <procsafe/process_manager.h>

#include <filesystem>

#include "cgroup.h"
#include "unique_fd.h"

namespace procsafe {

/// Where records are kept: `configured`, else procsafe below XDG_RUNTIME_DIR, else a directory of this user's own in
/// /tmp. Created when missing. Empty when it cannot be trusted: not a directory, or writable for others.
std::filesystem::path run_directory(const std::filesystem::path& configured);

/// The record of a manager, locked. Removed with the object, which happens after its guard is gone.
class RunRecordFile {
 public:
  /// Throws std::system_error.
  RunRecordFile(const std::filesystem::path& directory, const std::string& instance, const std::string& run_id,
                const ContainmentGroup* group);
  ~RunRecordFile();
  RunRecordFile(const RunRecordFile&) = delete;
  RunRecordFile& operator=(const RunRecordFile&) = delete;
  int descriptor() const { return file_.get(); }

 private:
  std::filesystem::path path_;
  UniqueFd file_;
};

struct Recovered {
  std::string run_id;
  std::size_t killed = 0;     ///< processes that were signalled one by one
  bool group_killed = false;  ///< its containment group had members, which were killed
};

/// Ends what is left of runs in `directory` of which nobody is alive, and forgets them. A process is signalled only
/// through a pidfd and only when boot, pid and start time are those recorded, or when it descends from such a one;
/// nothing is looked up by name, port or environment.
std::vector<Recovered> recover_stale_runs(const std::filesystem::path& directory);

}  // namespace procsafe
