// procsafe-guard: the process that outlives a manager just long enough to end what the manager started.
//
//   manager … procsafe-guard (sentinel) ── guard ── cell ── command … descendants
//
// Started by libprocsafe with descriptors 3 (control socket) and 4 (pidfd of the manager). The sentinel only waits:
// when the guard is killed, all that the guard and its cells held is re-parented to it, and it kills that. So any two
// of manager, guard and cell may be killed at the same instant and nothing they started stays alive.
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "guard.h"
#include "system.h"
#include "tree.h"

namespace procsafe::guard {
namespace {

void die(const char* what) {
  const char* text = strerrordesc_np(errno);
  (void)!write(STDERR_FILENO, "procsafe-guard: ", 16);
  (void)!write(STDERR_FILENO, what, strlen(what));
  (void)!write(STDERR_FILENO, ": ", 2);
  (void)!write(STDERR_FILENO, text, strlen(text));
  (void)!write(STDERR_FILENO, "\n", 1);
  _exit(125);
}

/// Signals meant for a terminal's foreground group or sent to "everything" must not end the guard.
void block_all_signals() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
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

[[noreturn]] void watch(pid_t guard) {
  close_from(control_socket);
  dup2(STDIN_FILENO, STDERR_FILENO);
  while (waitpid(guard, nullptr, 0) < 0 && errno == EINTR) {
  }
  end_all_children();
  _exit(0);
}

}  // namespace

void start() {
  block_all_signals();
  fcntl(control_socket, F_SETFD, FD_CLOEXEC);
  fcntl(manager_pidfd, F_SETFD, FD_CLOEXEC);
  detach();
  close_from(manager_pidfd + 1);
  const pid_t sentinel = getpid();
  place(open_pidfd(sentinel), sentinel_pidfd);
  const pid_t guard = fork();
  if (guard < 0) die("fork");
  if (guard > 0) watch(guard);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) die("PR_SET_CHILD_SUBREAPER");
  place(open_pidfd(getpid()), guard_pidfd);
  sigset_t child_ended;
  sigemptyset(&child_ended);
  sigaddset(&child_ended, SIGCHLD);
  place(signalfd(-1, &child_ended, SFD_CLOEXEC | SFD_NONBLOCK), child_signals);
  run_guard(sentinel);
}

}  // namespace procsafe::guard

int main(int argc, char**) {
  if (argc != 1) {
    constexpr char usage[] = "procsafe-guard is started by libprocsafe and takes no arguments\n";
    (void)!write(STDERR_FILENO, usage, sizeof usage - 1);
    return 125;
  }
  procsafe::guard::start();
}
