// Runs under clang-tidy with the plug-in; "CHECK: rule" marks the lines that it reports.
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUN(command) system(command)

namespace ours {
int system(const char*);
}

using Runner = int (*)(const char*);

void direct() {
  if (system("make") != 0) abort();  // CHECK: direct-spawn, missing-timeout
  if (RUN("make") != 0) abort();     // CHECK: direct-spawn, missing-timeout
  ours::system("make");
  const Runner run = &::system;
  if (run("make") != 0) abort();  // CHECK: direct-spawn, missing-timeout
}

template <class T>
void stop(T pid) {
  kill(pid, SIGKILL);  // CHECK: foreign-signal, force-kill-first
}

void caller(pid_t pid) { stop(pid); }

void suppressed() {
  if (system("make") != 0) abort();  // NOLINT(procsafe-*)
  // procsafe: allow(direct-spawn, missing-timeout) reason="shows that our own comments count"
  if (system("make") != 0) abort();
}
