#include "recovery.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <system_error>

#include "directory.h"
#include "kernel/process.h"
#include "pid_namespace.h"
#include "wire/run_record.h"

namespace procsafe {
namespace {

namespace fs = std::filesystem;
using wire::RunRecord;

constexpr std::string_view suffix = ".run";
/// More than a start needs from the creation of its record to the lock on it.
constexpr std::time_t start_seconds = 60;

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

template <std::size_t size>
void copy_text(char (&target)[size], const std::string& text) {
  std::strncpy(target, text.c_str(), size - 1);
  target[size - 1] = '\0';
}

/// A mapped record.
class Mapping {
 public:
  explicit Mapping(int file) : memory_(mmap(nullptr, sizeof(RunRecord), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)) {}
  ~Mapping() {
    if (memory_ != MAP_FAILED) munmap(memory_, sizeof(RunRecord));
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  RunRecord* record() const { return memory_ == MAP_FAILED ? nullptr : static_cast<RunRecord*>(memory_); }

 private:
  void* memory_;
};

using kernel::ProcessStatus;

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  kernel::for_each_process([&](pid_t pid) {
    ProcessStatus status;
    if (kernel::read_status(pid, status) && status.parent == parent) children.push_back(pid);
  });
  return children;
}

/// Kills a verified process and its descendants, children first while their parent, stopped, cannot fork or reap.
std::size_t kill_tree(pid_t pid, int pidfd) {
  if (!kernel::send_to_pidfd(pidfd, SIGSTOP)) return 0;
  std::size_t killed = 0;
  for (const pid_t child : children_of(pid)) {
    const UniqueFd child_fd(kernel::open_pidfd(child));
    // Parentage is read again after the pidfd was opened, and the parent is still the same process.
    ProcessStatus status;
    if (kernel::read_status(child, status) && status.parent == pid && kernel::send_to_pidfd(child_fd.get(), 0) &&
        kernel::send_to_pidfd(pidfd, 0))
      killed += kill_tree(child, child_fd.get());
  }
  return killed + (kernel::send_to_pidfd(pidfd, SIGKILL) ? 1 : 0);
}

std::size_t kill_recorded(const wire::CellSlot& slot) {
  const pid_t pid = slot.main.load();
  if (pid <= 1) return 0;
  const UniqueFd pidfd(kernel::open_pidfd(pid));
  ProcessStatus status;
  const bool same = kernel::read_status(pid, status) && status.started >= slot.started_after.load() &&
                    status.started <= slot.started_before.load() && kernel::send_to_pidfd(pidfd.get(), 0);
  return same ? kill_tree(pid, pidfd.get()) : 0;
}

bool has_members(const fs::path& group) {
  std::ifstream members(group / "cgroup.procs");
  if (std::string pid; members >> pid) return true;
  bool found = false;
  for_each_entry_in(group, [&](const fs::path& entry) {
    std::error_code error;
    found = fs::is_directory(entry, error) && has_members(entry);
    return !found;
  });
  return found;
}

Recovered end_run(const RunRecord& record) {
  Recovered recovered{.run_id = record.run_id};
  const fs::path group = record.group;
  if (std::error_code error; !group.empty() && fs::exists(group, error)) {
    recovered.group_killed = has_members(group);
    kill_and_remove_group(group, record.group_v2 != 0);
  }
  // In a PID namespace of its own nothing outlives the guard, and the numbers are not ours.
  if (!record.cells.namespaced)
    for (const wire::CellSlot& slot : record.cells.slots) recovered.killed += kill_recorded(slot);
  return recovered;
}

bool is_private_directory(const fs::path& path) {
  struct stat status{};
  return lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
         (status.st_mode & 022) == 0;
}

}  // namespace

fs::path run_directory(const fs::path& configured) {
  fs::path directory = configured;
  if (directory.empty()) {
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    directory = runtime != nullptr && *runtime == '/' ? fs::path(runtime) / "procsafe"
                                                      : fs::path("/tmp/procsafe-" + std::to_string(geteuid()));
  }
  (void)mkdir(directory.c_str(), 0700);
  return is_private_directory(directory) ? directory : fs::path();
}

RunRecordFile::RunRecordFile(const fs::path& directory, const std::string& instance, const std::string& run_id,
                             const ContainmentGroup* group)
    : path_(directory / (instance + "-" + std::to_string(getpid()) + std::string(suffix))) {
  const auto fail = [this](const char* what) {
    throw std::system_error(errno, std::generic_category(), what + path_.string());
  };
  file_.reset(open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  // Locked before it says anything: an empty unlocked record is one whose maker died here.
  if (!file_.valid() || flock(file_.get(), LOCK_EX | LOCK_NB) != 0) fail("run record ");
  if (ftruncate(file_.get(), sizeof(RunRecord)) != 0) fail("run record ");
  const Mapping mapping(file_.get());
  if (mapping.record() == nullptr) fail("run record ");
  RunRecord& record = *mapping.record();
  copy_text(record.boot_id, boot_id());
  copy_text(record.run_id, run_id);
  if (group != nullptr) copy_text(record.group, group->path().string());
  record.group_v2 = group != nullptr && group->is_v2() ? 1 : 0;
  record.pid_namespace = pid_namespace();
  record.manager = getpid();
  std::memcpy(record.magic, RunRecord::magic_text, sizeof record.magic);
}

RunRecordFile::~RunRecordFile() { unlink(path_.c_str()); }

namespace {

/// A record that says nothing of this boot can go, one of another PID namespace is for a program there to recover.
enum class Use { recover, remove, leave };

Use use_of(const RunRecord* record) {
  const bool valid = record != nullptr && std::memcmp(record->magic, RunRecord::magic_text, sizeof record->magic) == 0;
  if (!valid || boot_id() != record->boot_id) return Use::remove;
  return record->pid_namespace == pid_namespace() ? Use::recover : Use::leave;
}

/// Ends the run of one record, if that has crashed.
void recover_run(const fs::path& path, std::vector<Recovered>& all) {
  const UniqueFd file(open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  // Somebody of that run is alive, or another program recovers it at this moment.
  if (!file.valid() || flock(file.get(), LOCK_EX | LOCK_NB) != 0) return;
  struct stat status{};
  // A name that is gone: the file was recovered. An empty file is a start under way, or one that died there.
  if (fstat(file.get(), &status) != 0 || status.st_nlink == 0) return;
  if (status.st_size == 0 && std::time(nullptr) - status.st_mtime < start_seconds) return;
  if (static_cast<std::size_t>(status.st_size) >= sizeof(RunRecord)) {
    const Mapping mapping(file.get());
    const Use use = use_of(mapping.record());
    if (use == Use::leave) return;
    if (use == Use::recover) {
      Recovered recovered = end_run(*mapping.record());
      if (recovered.killed > 0 || recovered.group_killed) all.push_back(std::move(recovered));
    }
  }
  unlink(path.c_str());
}

}  // namespace

std::vector<Recovered> recover_stale_runs(const fs::path& directory) {
  std::vector<Recovered> all;
  for_each_entry_in(directory, [&](const fs::path& path) {
    if (path.extension() == suffix) recover_run(path, all);
    return true;
  });
  return all;
}

}  // namespace procsafe
