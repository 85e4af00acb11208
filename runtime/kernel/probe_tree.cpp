#include "probe_tree.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <initializer_list>

namespace procsafe::kernel {
namespace {

[[noreturn]] void stand() {
  if (write(STDOUT_FILENO, "x", 1) != 1) _exit(1);
  for (;;) pause();
}

}  // namespace

void stand_as_probe_tree() {
  for (const int soft : {SIGTERM, SIGINT, SIGHUP}) signal(soft, SIG_IGN);
  // procsafe: allow(unmanaged-lifetime) reason="the containment that is probed has to end it"
  if (fork() == 0) stand();
  // procsafe: allow(unmanaged-lifetime) reason="the containment that is probed has to end it"
  if (fork() == 0) {
    setsid();
    stand();
  }
  const pid_t middle = fork();
  if (middle == 0) {
    setsid();
    if (fork() == 0) stand();
    _exit(0);
  }
  waitpid(middle, nullptr, 0);
  stand();
}

}  // namespace procsafe::kernel
