#include "grouped_host.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace procsafe::faults {
namespace {

constexpr unsigned max_processes = 64;

std::filesystem::path make_directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "procsafe-syscall-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
  return pattern;
}

std::uint64_t next_number() {
  static std::atomic<std::uint64_t> count{0};
  return ++count;
}

}  // namespace

GroupedHost::GroupedHost(std::string tier, std::vector<std::string> arguments)
    : directory_(make_directory()),
      tier_(std::move(tier)),
      arguments_(std::move(arguments)),
      group_(TrialGroup::name_for(next_number()), max_processes) {}

GroupedHost::~GroupedHost() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

pid_t GroupedHost::start(void (*before_exec)()) {
  const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  std::vector<std::string> texts{(here / "procsafe_syscall_host").string(), (directory_ / "ready").string(), "tag"};
  texts.insert(texts.end(), arguments_.begin(), arguments_.end());
  std::vector<std::string> variables{"PATH=/usr/bin:/bin",    "PM_CONTAINMENT=" + tier_,
                                     "PM_TERM_WAIT=0.2",      "PM_KILL_WAIT=1",
                                     "PM_GRACEFUL_TIMEOUT=1", "PM_RUN_DIR=" + (directory_ / "runs").string()};
  std::vector<char*> argv;
  std::vector<char*> envp;
  for (std::string& text : texts) argv.push_back(text.data());
  for (std::string& text : variables) envp.push_back(text.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  const std::string errors = (directory_ / "stderr").string();
  const pid_t host = fork();
  if (host != 0) return host;
  const int procs = open(group_.procs_file().c_str(), O_WRONLY | O_CLOEXEC);
  const int null_device = open("/dev/null", O_RDWR | O_CLOEXEC);
  const int error_file = open(errors.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (procs < 0 || write(procs, "0", 1) != 1) _exit(96);
  dup2(null_device, 0);
  dup2(null_device, 1);
  dup2(error_file, 2);
  if (before_exec != nullptr) before_exec();
  execve(argv[0], argv.data(), envp.data());
  _exit(94);
}

std::string GroupedHost::error_output() const {
  std::ifstream file(directory_ / "stderr");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string GroupedHost::alive() const {
  std::string names;
  for (const ProcessStatus& process : group_.alive()) names += process.name + "(" + process.state + ") ";
  return names;
}

}  // namespace procsafe::faults
