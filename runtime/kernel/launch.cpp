#include "launch.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "signals.h"
#include "trace.h"

namespace procsafe::kernel {
namespace {

using wire::Stage;

struct Launch {
  const wire::Spawn* request = nullptr;
  const char* program = nullptr;
  char** arguments = nullptr;
  char** environment = nullptr;
  const int* descriptors = nullptr;  ///< as in wire::Spawn
  const int* cgroups = nullptr;
  const int* passed = nullptr;
  int report = -1;  ///< where the child writes its result; without one it is in the memory of its parent
  Launched result;
};

bool apply_limits(const wire::Spawn& request) {
  for (std::uint32_t i = 0; i < request.limit_count; ++i) {
    const auto resource = static_cast<__rlimit_resource>(request.limits[i].resource);
    rlimit limit{};
    if (getrlimit(resource, &limit) != 0) return false;
    // Soft and hard alike, so that the command cannot lift it; never above the hard limit, which needs a privilege.
    limit.rlim_cur = request.limits[i].value < limit.rlim_max ? request.limits[i].value : limit.rlim_max;
    limit.rlim_max = limit.rlim_cur;
    if (setrlimit(resource, &limit) != 0) return false;
  }
  return true;
}

bool enter_cgroups(const Launch& launch) {
  for (std::uint32_t i = 0; i < launch.request->cgroup_count; ++i)
    if (write(launch.cgroups[i], "0", 1) != 1) return false;
  return true;
}

bool attach_standard_io(const Launch& launch) {
  for (int standard = 0; standard < 3; ++standard)
    if (dup2(launch.descriptors[1 + standard], standard) < 0) return false;
  return true;
}

/// Gives the command the descriptors it is to have at their numbers.
bool attach_passed(Launch& launch) {
  const wire::Spawn& request = *launch.request;
  if (request.passed_count == 0) return true;
  int above = 0;
  for (std::uint32_t i = 0; i < request.passed_count; ++i)
    if (request.passed[i] >= above) above = request.passed[i] + 1;
  // Above all places first, so that no dup2 overwrites a descriptor still needed.
  if (launch.report >= 0 && (launch.report = fcntl(launch.report, F_DUPFD_CLOEXEC, above)) < 0) return false;
  int moved[wire::max_passed];
  for (std::uint32_t i = 0; i < request.passed_count; ++i)
    if ((moved[i] = fcntl(launch.passed[i], F_DUPFD_CLOEXEC, above)) < 0) return false;
  for (std::uint32_t i = 0; i < request.passed_count; ++i)
    if (dup2(moved[i], request.passed[i]) < 0) return false;
  return true;
}

bool changes_credentials(const wire::Spawn& request) {
  return (request.flags & (wire::has_user | wire::has_group | wire::has_groups)) != 0;
}

bool change_credentials(const wire::Spawn& request) {
  if ((request.flags & wire::has_groups) != 0 && setgroups(request.group_count, request.groups) != 0) return false;
  if ((request.flags & wire::has_group) != 0 && setresgid(request.group, request.group, request.group) != 0)
    return false;
  return (request.flags & wire::has_user) == 0 || setresuid(request.user, request.user, request.user) == 0;
}

/// Runs in the child, on its own stack but in the memory of the cell, which sleeps until exec or exit: errors are
/// reported by plain assignment.
int run_child(void* argument) {
  auto& launch = *static_cast<Launch*>(argument);
  const wire::Spawn& request = *launch.request;
  const auto fail = [&launch](Stage stage) {
    launch.result.error = errno;
    launch.result.stage = stage;
    if (launch.report >= 0) (void)!write(launch.report, &launch.result, sizeof launch.result);
    _exit(127);
  };
  if (!enter_cgroups(launch)) fail(Stage::cgroup);
  if (setsid() < 0) fail(Stage::session);
  if (!attach_standard_io(launch)) fail(Stage::standard_io);
  if ((request.flags & wire::controlling_tty) != 0 && ioctl(0, TIOCSCTTY, 0) != 0) fail(Stage::terminal);
  if (fchdir(launch.descriptors[4]) != 0) fail(Stage::directory);
  if (!attach_passed(launch)) fail(Stage::descriptors);
  if ((request.flags & wire::has_umask) != 0) umask(request.file_mode_mask);
  if (!apply_limits(request)) fail(Stage::limit);
  if (!change_credentials(request)) fail(Stage::credentials);
  ignore_signals(request.ignored_signals);
  unblock_all_signals();
  execve(launch.program, launch.arguments, launch.environment);
  fail(Stage::execute);
  return 127;
}

/// The payload of a request; a private mapping of its memfd where there is one. Null: not what was announced.
unsigned char* payload_of(const wire::Spawn& request, Packet& packet) {
  const std::size_t size = request.payload_size;
  if ((request.flags & wire::payload_in_memfd) == 0)
    return size == packet.size - sizeof request ? packet.data + sizeof request : nullptr;
  const int memfd = packet.descriptors[wire::standard_descriptors];
  struct stat file{};
  // A file shorter than announced would be a SIGBUS on access.
  const bool complete = fstat(memfd, &file) == 0 && static_cast<std::size_t>(file.st_size) >= size;
  if (!complete || size == 0 || size > wire::max_payload) return nullptr;
  void* payload = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, memfd, 0);
  return payload == MAP_FAILED ? nullptr : static_cast<unsigned char*>(payload);
}

/// Turns the checked slots of a payload into the pointers execve(2) wants.
void resolve(Launch& launch, unsigned char* payload, std::uint64_t* slots) {
  static_assert(sizeof(char*) == sizeof(std::uint64_t), "slots become pointers in place");
  const wire::Spawn& request = *launch.request;
  const std::uint64_t count = std::uint64_t{request.arguments} + request.variables + 3;
  for (std::uint64_t i = 0; i < count; ++i)
    if (slots[i] != 0) slots[i] = reinterpret_cast<std::uint64_t>(payload + slots[i]);
  auto** pointers = reinterpret_cast<char**>(slots);
  launch.program = pointers[0];
  launch.arguments = pointers + 1;
  launch.environment = pointers + 1 + request.arguments + 1;
}

void start(Launch& launch) {
  // CLONE_VFORK: the cost does not depend on anybody's memory, and the outcome of exec is known on return.
  alignas(16) static char stack[64 * 1024];
  Launched& result = launch.result;
  const pid_t child = clone(run_child, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &launch);
  if (child < 0) {
    result = {.stage = Stage::process, .error = errno};
  } else if (result.error == 0) {
    result.pid = child;
  } else {
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

/// For a child that must not share the caller's memory: a tracer cannot seize a process that it sleeps for, and a
/// process of another user could be made to write there. It waits until it is seized; should the caller die before
/// that, the gate is at its end and the child leaves.
void start_apart(Launch& launch, bool traced) {
  int gate[2];
  int report[2];
  const auto fail = [&launch] { launch.result = {.stage = Stage::process, .error = errno}; };
  if (pipe2(gate, O_CLOEXEC) != 0) return fail();
  if (pipe2(report, O_CLOEXEC) != 0) {
    fail();
    close(gate[0]);
    close(gate[1]);
    return;
  }
  const pid_t child = fork();
  if (child == 0) {
    char go = 0;
    close(gate[1]);
    launch.report = report[1];
    if (read(gate[0], &go, 1) != 1) _exit(127);
    run_child(&launch);
  }
  close(gate[0]);
  close(report[1]);
  const bool ready = child > 0 && (!traced || seize(child));
  if (!ready) fail();
  if (ready && write(gate[1], "x", 1) == 1) (void)!read(report[0], &launch.result, sizeof launch.result);
  close(gate[1]);
  close(report[0]);
  if (launch.result.error == 0) {
    launch.result.pid = child;
  } else if (child > 0) {
    while (waitpid(child, nullptr, __WALL) < 0 && errno == EINTR) {
    }
  }
}

}  // namespace

Launched launch(const wire::Spawn& request, Packet& packet, bool traced) {
  constexpr Launched malformed{.stage = Stage::request, .error = EINVAL};
  if (!wire::is_consistent(request, packet.descriptor_count)) return malformed;
  // The manager may have given up or died while the request was on its way.
  pollfd channel{packet.descriptors[0], 0, 0};
  if (poll(&channel, 1, 0) > 0) return {.stage = Stage::request, .error = ECANCELED};
  unsigned char* payload = payload_of(request, packet);
  if (payload == nullptr) return malformed;
  const bool mapped = (request.flags & wire::payload_in_memfd) != 0;
  Launch launch{.request = &request,
                .descriptors = packet.descriptors,
                .cgroups = packet.descriptors + wire::standard_descriptors + (mapped ? 1 : 0),
                .result = malformed};
  launch.passed = launch.cgroups + request.cgroup_count;
  if (std::uint64_t* slots = wire::checked_slots(request, payload, request.payload_size)) {
    launch.result = {};
    resolve(launch, payload, slots);
    traced || changes_credentials(request) ? start_apart(launch, traced) : start(launch);
  }
  if (mapped) munmap(payload, request.payload_size);
  return launch.result;
}

}  // namespace procsafe::kernel
