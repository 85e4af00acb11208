// procsafe_tree SHAPE READY TAG…: builds a tree of processes that is hard to end, and stays.
// Every process appends one byte to READY when it stands. The tag is only there to be found in /proc.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#ifdef PROCSAFE_TREE_NESTED
#include <procsafe/process_manager.h>
#endif

namespace {

std::string ready_path;

void report() {
  const int file = open(ready_path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0 || write(file, "x", 1) != 1) _exit(99);
  close(file);
}

[[noreturn]] void stay() {
  report();
  for (;;) pause();
}

template <typename Body>
pid_t child(Body body) {
  const pid_t pid = fork();
  if (pid < 0) _exit(98);
  if (pid == 0) {
    body();
    _exit(0);
  }
  return pid;
}

void ignore_soft_signals() {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) signal(number, SIG_IGN);
}

/// As daemon(3) books tell: fork, setsid, fork, leave the directory, close everything.
void double_fork() {
  const pid_t middle = child([] {
    setsid();
    child([] {
      if (chdir("/") != 0) _exit(97);
      for (int fd = 0; fd < 64; ++fd) close(fd);
      stay();
    });
  });
  waitpid(middle, nullptr, 0);
}

/// Forks and exits, over and over, in new sessions: a moving target.
[[noreturn]] void run_chain() {
  report();
  for (;;) {
    if (fork() > 0) _exit(0);
    setsid();
  }
}

void with_grandchild() {
  child([] {
    child([] { stay(); });
    stay();
  });
}

void in_new_session() {
  child([] {
    setsid();
    child([] { stay(); });
    stay();
  });
}

void ignoring() {
  child([] {
    ignore_soft_signals();
    stay();
  });
}

void stopped() {
  child([] {
    report();
    raise(SIGSTOP);
    for (;;) pause();
  });
}

/// Eight processes: the root, a plain child, child and grandchild, child and grandchild in a new session, a daemon,
/// and one that ignores the soft signals.
void full() {
  child([] { stay(); });
  with_grandchild();
  in_new_session();
  double_fork();
  ignoring();
}

#ifdef PROCSAFE_TREE_NESTED
void nested(char** argv) {
  procsafe::Config config = procsafe::Config::from_environment();
  // A process has one tracer, and here that is the outer manager's cell.
  if (config.containment == procsafe::Containment::trace) config.containment = procsafe::Containment::guard;
  procsafe::ProcessManager manager(config);
  auto inner = manager.spawn({.argv = {argv[0], "full", argv[2], argv[3]}, .timeout = procsafe::no_timeout});
  inner.wait();
}
#endif

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: procsafe_tree SHAPE READY TAG\n", stderr);
    return 2;
  }
  const std::string shape = argv[1];
  ready_path = argv[2];
  if (shape == "grandchild") with_grandchild();
  if (shape == "setsid") in_new_session();
  if (shape == "daemon") double_fork();
  if (shape == "ignoring") {
    ignore_soft_signals();
    ignoring();
  }
  if (shape == "stopped") stopped();
  if (shape == "full") full();
  if (shape == "leave") {
    full();
    report();
    return 7;
  }
  if (shape == "holder") {
    child([] { stay(); });
    std::puts("done");
    return 0;
  }
  if (shape == "chain") child([] { run_chain(); });
#ifdef PROCSAFE_TREE_NESTED
  if (shape == "nested") nested(argv);
#endif
  stay();
}
