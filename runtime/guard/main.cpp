// procsafe-guard: the process that outlives a manager just long enough to end what the manager started.
//
//   manager … procsafe-guard (sentinel) ── guard ── cell ── command … descendants
//
// Started by libprocsafe with descriptors 3 (control socket) and 4 (pidfd of the manager) and letters:
//   r  descriptor 5 is the run record            c  6 and 7 are directory and cgroup.kill of a version 2 group
//   p  own PID namespace for guard and below     f  6 and 7 are cgroup.procs and freezer.state of a version 1 group
//   u  and a user namespace for it               t  cells trace their commands
//   -  nothing of these
// and then the directories of control groups that the run may leave behind, for the sentinel to remove.
//
// The sentinel only waits: when the guard is killed, all that the guard and its cells held is re-parented to it, and
// it kills that. So any two of manager, guard and cell may be killed at the same instant and nothing they started
// stays alive. With a PID namespace the guard is its init and the kernel itself does that, whoever dies.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "guard.h"
#include "kernel/group.h"
#include "kernel/namespaces.h"
#include "kernel/packet.h"
#include "kernel/probe_tree.h"
#include "kernel/process.h"
#include "kernel/signals.h"
#include "kernel/tree.h"

namespace procsafe::guard {
namespace {

using namespace kernel;

struct Options {
  bool record = false;
  bool group = false;
  bool freezer = false;
  bool pid_namespace = false;
  bool user_namespace = false;
  bool traced = false;
  char** directories = nullptr;  ///< of groups, ends with a null
};

/// Tells the manager what failed and ends.
[[noreturn]] void die(const char* what) {
  wire::Hello hello;
  hello.error = errno != 0 ? errno : EINVAL;
  strncpy(hello.failed, what, sizeof hello.failed - 1);
  send_packet(control_socket, &hello, sizeof hello);
  _exit(125);
}

/// Puts `fd` at the fixed place `wanted`.
void place(int fd, int wanted) {
  if (fd < 0) die("pidfd or signalfd");
  if (fd == wanted) return;
  if (dup3(fd, wanted, O_CLOEXEC) < 0) die("dup3");
  close(fd);
}

void detach() {
  setsid();
  // The manager's directory could otherwise not be unmounted while the guard lives.
  if (chdir("/") != 0) die("chdir to /");
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) die("PR_SET_CHILD_SUBREAPER");
}

[[noreturn]] void watch(pid_t guard, const Options& options) {
  close(control_socket);
  close_from(sentinel_pidfd);
  dup2(STDIN_FILENO, STDERR_FILENO);
  pollfd events[] = {{open_pidfd(guard), POLLIN, 0}, {manager_pidfd, POLLIN, 0}};
  while (poll(events, 2, -1) >= 0 && events[0].revents == 0) {
    // A manager that dies while it holds its guard stopped, as the probe does, leaves nobody else to let it go on.
    kill(guard, SIGCONT);
    events[1].fd = -1;
  }
  while (waitpid(guard, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (options.freezer) {
    kill_frozen_members(group_entrance, group_killer);
  } else if (options.group) {
    (void)!write(group_killer, "1", 1);
  }
  end_all_children();
  for (char** directory = options.directories; *directory != nullptr; ++directory) remove_group(*directory);
  _exit(0);
}

/// `in_group`: the guard is born in its containment group.
pid_t fork_guard(const Options& options, bool& in_group) {
  if (options.pid_namespace) return fork_into_namespaces(options.user_namespace);
  in_group = options.group && !options.freezer;
  const pid_t guard = in_group ? fork_into_group(group_entrance) : -1;
  if (guard >= 0) return guard;
  in_group = false;
  return fork();
}

/// Returns 0 or an errno.
int join_group(const Options& options) {
  const bool joined = options.freezer ? write(group_entrance, "0", 1) == 1 : enter_group(group_entrance);
  return joined ? 0 : errno;
}

void keep_or_close(int fd, bool keep) {
  if (keep) {
    fcntl(fd, F_SETFD, FD_CLOEXEC);
  } else {
    close(fd);
  }
}

[[noreturn]] void start(const Options& options) {
  block_all_signals();
  reset_dispositions();
  close_from(group_killer + 1);
  keep_or_close(control_socket, true);
  keep_or_close(manager_pidfd, true);
  keep_or_close(run_record, options.record);
  keep_or_close(group_entrance, options.group);
  keep_or_close(group_killer, options.group);
  detach();
  const pid_t sentinel = getpid();
  const uid_t user = geteuid();
  const gid_t group = getegid();
  place(open_pidfd(sentinel), sentinel_pidfd);
  bool in_group = false;
  const pid_t guard = fork_guard(options, in_group);
  if (guard < 0) die("fork");
  if (guard > 0) watch(guard, options);
  const int cgroup_error = options.group && !in_group ? join_group(options) : 0;
  if (options.pid_namespace)
    if (const char* failed = enter_namespaces(options.user_namespace, user, group)) die(failed);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) die("PR_SET_CHILD_SUBREAPER");
  place(open_pidfd(getpid()), guard_pidfd);
  sigset_t child_ended;
  sigemptyset(&child_ended);
  sigaddset(&child_ended, SIGCHLD);
  place(signalfd(-1, &child_ended, SFD_CLOEXEC | SFD_NONBLOCK), child_signals);
  run_guard({.sentinel = sentinel,
             .cgroup_error = cgroup_error,
             .namespaced = options.pid_namespace,
             .traced = options.traced,
             .record = options.record});
}

bool parse(const char* letters, Options& options) {
  for (; *letters != '\0'; ++letters) {
    switch (*letters) {
      case 'r': options.record = true; break;
      case 'c': options.group = true; break;
      case 'f': options.group = options.freezer = true; break;
      case 'p': options.pid_namespace = true; break;
      case 't': options.traced = true; break;
      case 'u': options.user_namespace = true; break;
      case '-': break;
      default: return false;
    }
  }
  return true;
}

}  // namespace
}  // namespace procsafe::guard

int main(int argc, char** argv) {
  procsafe::guard::Options options;
  if (argc == 2 && strcmp(argv[1], "probe-tree") == 0) procsafe::kernel::stand_as_probe_tree();
  if (argc >= 2 && procsafe::guard::parse(argv[1], options)) {
    options.directories = argv + 2;
    procsafe::guard::start(options);
  }
  constexpr char usage[] = "procsafe-guard is started by libprocsafe\n";
  (void)!write(STDERR_FILENO, usage, sizeof usage - 1);
  return 125;
}
