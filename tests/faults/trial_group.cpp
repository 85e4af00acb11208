#include "trial_group.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace procsafe::faults {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "procsafe-campaign-";

fs::path pids_hierarchy() {
  for (const char* root : {"/sys/fs/cgroup/pids", "/sys/fs/cgroup"})
    if (fs::exists(fs::path(root) / "cgroup.procs")) return root;
  throw std::runtime_error("no cgroup hierarchy with a pids controller: the campaign does not run without a limit");
}

std::vector<pid_t> members(const std::string& procs_file) {
  std::vector<pid_t> pids;
  std::ifstream file(procs_file);
  for (pid_t pid = 0; file >> pid;) pids.push_back(pid);
  return pids;
}

bool read_status(pid_t pid, ProcessStatus& status) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(')');
  if (open == std::string::npos || close == std::string::npos) return false;
  status.pid = pid;
  status.name = text.substr(open + 1, close - open - 1);
  std::istringstream(text.substr(close + 1)) >> status.state >> status.parent;
  return status.state != 'Z' && status.state != 'X';
}

}  // namespace

TrialGroup::TrialGroup(const std::string& name, unsigned max_processes) : path_(pids_hierarchy() / name) {
  std::error_code error;
  fs::create_directory(path_, error);
  std::ofstream limit(path_ / "pids.max");
  limit << max_processes << std::flush;
  if (error || !limit)
    throw std::runtime_error("cannot create the cgroup " + path_.string() + " with a limit of processes");
  procs_file_ = (path_ / "cgroup.procs").string();
}

TrialGroup::TrialGroup(fs::path existing)
    : path_(std::move(existing)), procs_file_((path_ / "cgroup.procs").string()) {}

std::string TrialGroup::name_for(std::uint64_t number) {
  return std::string(prefix) + std::to_string(getpid()) + "-" + std::to_string(number);
}

void TrialGroup::remove_stale() {
  for (const auto& entry : fs::directory_iterator(pids_hierarchy())) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    const pid_t owner = static_cast<pid_t>(std::strtol(name.c_str() + prefix.size(), nullptr, 10));
    if (owner > 0 && ::kill(owner, 0) != 0 && errno == ESRCH) TrialGroup{entry.path()};
  }
}

TrialGroup::~TrialGroup() {
  for (int i = 0; i < 2000; ++i) {
    kill_all();
    reap_all();
    if (rmdir(path_.c_str()) == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

std::vector<ProcessStatus> TrialGroup::alive() const {
  std::vector<ProcessStatus> all;
  for (const pid_t pid : members(procs_file_)) {
    ProcessStatus status;
    if (read_status(pid, status)) all.push_back(std::move(status));
  }
  return all;
}

bool TrialGroup::signal(pid_t pid, int number) const {
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) return false;
  bool sent = false;
  // Membership is looked up after the pidfd was opened: a reused number would not be in the group.
  for (const pid_t member : members(procs_file_))
    if (member == pid) sent = syscall(SYS_pidfd_send_signal, pidfd, number, nullptr, 0) == 0;
  close(pidfd);
  return sent;
}

void TrialGroup::kill_all() const {
  for (const pid_t pid : members(procs_file_)) signal(pid, SIGKILL);
}

void reap_all() {
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
  }
}

}  // namespace procsafe::faults
