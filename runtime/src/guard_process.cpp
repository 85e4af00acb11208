#include "guard_process.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <procsafe/process_manager.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "cgroup.h"
#include "socket.h"
#include "wire/wire.h"

namespace procsafe {
namespace {

constexpr int hello_wait_ms = 5000;
constexpr std::size_t stack_size = 32 * 1024;

#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define PROCSAFE_THREAD_SANITIZER
#endif
#elif defined(__SANITIZE_THREAD__)
#define PROCSAFE_THREAD_SANITIZER
#endif

#ifdef PROCSAFE_THREAD_SANITIZER
/// ThreadSanitizer's interceptors do not survive a child that shares memory; without it a failing execve is only seen
/// as a guard that ended at once.
constexpr int share_memory = 0;
#else
constexpr int share_memory = CLONE_VM;
#endif

/// Descriptors 3 to 7 of the guard, see guard/system.h; -1 where there is none.
constexpr int first_descriptor = 3;
using Descriptors = std::array<int, 5>;

struct Start {
  const char* executable = nullptr;
  char** arguments = nullptr;
  int null_device = -1;
  Descriptors descriptors{};
  int error = 0;
  char* grandchild_stack = nullptr;
};

/// Runs in the grandchild, in the memory of the sleeping caller (CLONE_VFORK): system calls only.
int execute_guard(void* argument) {
  auto& start = *static_cast<Start*>(argument);
  // Above all fixed places first, so that no dup2 overwrites a descriptor still needed.
  constexpr int above = 16;
  Descriptors moved = start.descriptors;
  bool good = true;
  for (int& fd : moved)
    if (fd >= 0) good = good && (fd = fcntl(fd, F_DUPFD_CLOEXEC, above)) >= 0;
  const int null_device = fcntl(start.null_device, F_DUPFD_CLOEXEC, above);
  good = good && dup2(null_device, 0) == 0 && dup2(null_device, 1) == 1;
  for (int i = 0; i < static_cast<int>(moved.size()); ++i)
    if (moved[static_cast<std::size_t>(i)] >= 0)
      good = good && dup2(moved[static_cast<std::size_t>(i)], first_descriptor + i) >= 0;
  if (good) {
    char* const environment[] = {nullptr};
    execve(start.executable, start.arguments, environment);
  }
  start.error = errno;
  _exit(127);
}

/// Runs in the child: makes the guard an orphan by construction.
int fork_guard(void* argument) {
  auto& start = *static_cast<Start*>(argument);
  if (clone(execute_guard, start.grandchild_stack + stack_size, share_memory | CLONE_VFORK | SIGCHLD, argument) < 0)
    start.error = errno;
  _exit(0);
}

/// Returns 0 or an errno.
int run_detached(Start& start) {
  std::vector<char> stacks(2 * stack_size);
  start.grandchild_stack = stacks.data() + stack_size;
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  // The children share this program's memory: none of its handlers may run in them.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  // Exit signal 0: no SIGCHLD, and wait(-1) in another thread does not see the child (clone(2), __WCLONE).
  const pid_t child = clone(fork_guard, stacks.data() + stack_size, share_memory | CLONE_VFORK, &start);
  const int error = child < 0 ? errno : start.error;
  if (child > 0)
    while (waitpid(child, nullptr, __WALL) < 0 && errno == EINTR) {
    }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return error;
}

void receive_hello(GuardProcess& guard, const std::string& executable) {
  const auto fail = [&](const std::string& why) { throw ManagerError("guard " + executable + ": " + why); };
  std::array<std::byte, 4096> buffer{};
  std::size_t size = 0;
  std::vector<UniqueFd> descriptors;
  if (wait_for_events(guard.control.get(), POLLIN, hello_wait_ms) == 0) fail("does not answer within 5 s");
  if (receive_packet(guard.control.get(), buffer, size, &descriptors) != Received::packet) fail("ended at once");
  wire::Header header;
  if (size >= sizeof header) std::memcpy(&header, buffer.data(), sizeof header);
  if (size < sizeof header || header.magic != wire::magic) fail("is not a procsafe guard");
  if (header.version != wire::version)
    fail("speaks protocol " + std::to_string(header.version) + ", this library " + std::to_string(wire::version));
  if (!wire::is_message(buffer.data(), size, wire::Type::hello, sizeof(wire::Hello))) fail("sent no greeting");
  wire::Hello hello;
  std::memcpy(&hello, buffer.data(), sizeof hello);
  if (hello.error != 0) fail(std::string(hello.failed) + ": " + std::strerror(hello.error));
  if (descriptors.size() != 2) fail("sent no descriptors");
  guard.cgroup_error = hello.cgroup_error;
  guard.guard_pidfd = above_standard(std::move(descriptors[0]));
  guard.sentinel_pidfd = above_standard(std::move(descriptors[1]));
}

std::vector<std::filesystem::path> guard_places() {
  std::vector<std::filesystem::path> places;
  Dl_info self{};
  if (dladdr(reinterpret_cast<void*>(&library_version), &self) != 0 && self.dli_fname != nullptr) {
    std::error_code error;
    // For a static library this is the program, whose dli_fname is argv[0] and may be relative.
    std::filesystem::path binary =
        std::filesystem::path(self.dli_fname).filename().string().find(".so") != std::string::npos
            ? std::filesystem::canonical(self.dli_fname, error)
            : std::filesystem::read_symlink("/proc/self/exe", error);
    places.push_back(binary.parent_path() / "procsafe-guard");
    places.push_back(binary.parent_path().parent_path() / "libexec/procsafe/procsafe-guard");
  }
  places.emplace_back(PROCSAFE_GUARD_INSTALL_PATH);
  return places;
}

}  // namespace

std::filesystem::path find_guard(const std::filesystem::path& configured) {
  std::vector<std::filesystem::path> places = configured.empty() ? guard_places() : std::vector{configured};
  std::string looked;
  for (const auto& place : places) {
    if (access(place.c_str(), X_OK) == 0) return place;
    looked += (looked.empty() ? "" : ", ") + place.string() + " (" + std::strerror(errno) + ")";
  }
  throw ManagerError("no guard executable: looked at " + looked + "; set PM_GUARD or Config::guard");
}

GuardProcess start_guard(const std::filesystem::path& executable, const GuardOptions& options) {
  auto [manager_end, guard_end] = make_socket_pair();
  UniqueFd manager_pidfd(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0u)));
  if (!manager_pidfd.valid())
    throw ManagerError(std::string("pidfd_open: ") + std::strerror(errno) + " (Linux 5.4 or newer is needed)");
  UniqueFd null_device(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null_device.valid()) throw ManagerError(std::string("/dev/null: ") + std::strerror(errno));
  const std::string path = executable.string();
  std::string letters = "-";
  if (options.run_record >= 0) letters += 'r';
  if (options.group != nullptr) letters += options.group->is_v2() ? 'c' : 'f';
  if (options.pid_namespace) letters += 'p';
  if (options.user_namespace) letters += 'u';
  if (options.traced) letters += 't';
  Start start;
  start.executable = path.c_str();
  std::vector<std::string> texts{"procsafe-guard", letters};
  texts.insert(texts.end(), options.directories.begin(), options.directories.end());
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);
  start.arguments = arguments.data();
  start.null_device = null_device.get();
  start.descriptors = {guard_end.get(), manager_pidfd.get(), options.run_record,
                       options.group != nullptr ? options.group->entrance() : -1,
                       options.group != nullptr ? options.group->killer() : -1};
  if (const int error = run_detached(start); error != 0)
    throw ManagerError("guard " + path + " cannot be started: " + std::strerror(error));
  guard_end.reset();
  GuardProcess guard;
  guard.control = above_standard(std::move(manager_end));
  receive_hello(guard, path);
  return guard;
}

}  // namespace procsafe
