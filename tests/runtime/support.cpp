#include "support.h"

#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "pid_namespace.h"

namespace procsafe::test {

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "procsafe-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string group_prefix_of(pid_t program) {
  return "procsafe-" + std::to_string(pid_namespace()) + "-" + std::to_string(program) + "-";
}

std::string unique_tag() {
  static std::atomic<int> count{0};
  return "procsafe-tag-" + std::to_string(getpid()) + "-" + std::to_string(++count);
}

bool is_alive(pid_t pid) {
  const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t name_end = stat.rfind(')');
  return name_end != std::string::npos && stat.size() > name_end + 2 && stat[name_end + 2] != 'Z' &&
         stat[name_end + 2] != 'X';
}

std::vector<pid_t> alive_with(const std::string& tag) {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string arguments = read_file(entry.path() / "cmdline");
    // The whole argument: a shell or host program that only mentions the tag does not count.
    if (('\0' + arguments).find('\0' + tag + '\0') == std::string::npos) continue;
    if (const pid_t pid = std::stoi(name); is_alive(pid)) found.push_back(pid);
  }
  return found;
}

bool eventually(const std::function<bool()>& condition, milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return true;
}

std::string program(std::string_view name) {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / name).string();
}

Command tree_command(const std::string& shape, const std::string& tag, const std::filesystem::path& ready) {
  return {.argv = {program("procsafe_tree"), shape, ready.string(), tag}};
}

bool wait_ready(const std::filesystem::path& ready, std::size_t count) {
  return eventually([&] { return read_file(ready).size() >= count; }, milliseconds(20'000));
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

ScopedVariable::ScopedVariable(std::string name, const std::string& value) : name_(std::move(name)) {
  setenv(name_.c_str(), value.c_str(), 1);
}

ScopedVariable::~ScopedVariable() { unsetenv(name_.c_str()); }

Config quick_config() {
  Config config;
  config.handlers = false;
  config.stop.grace = milliseconds(300);
  config.default_timeout = milliseconds(20'000);
  return config;
}

struct EventRecorder::State {
  std::mutex mutex;
  std::vector<Event> events;
};

EventRecorder::EventRecorder(ProcessManager& manager) : state_(std::make_shared<State>()) {
  manager.on_event([state = state_](const Event& event) {
    const std::scoped_lock lock(state->mutex);
    state->events.push_back(event);
  });
}

std::vector<Event> EventRecorder::all() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->events;
}

std::vector<Event> EventRecorder::of(EventKind kind) const {
  std::vector<Event> events = all();
  std::erase_if(events, [&](const Event& event) { return event.kind != kind; });
  return events;
}

}  // namespace procsafe::test
