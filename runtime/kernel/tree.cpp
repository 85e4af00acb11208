#include "tree.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "process.h"

namespace procsafe::kernel {
namespace {

/// Whether `pid` is a child of the caller that has not ended.
bool is_living_child(pid_t pid) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 && info.si_pid == 0;
}

struct Known {
  pid_t pid;
  pid_t parent;
};
constexpr unsigned max_known = 32768;
Known known[max_known];
unsigned known_count = 0;

void take_snapshot() {
  known_count = 0;
  for_each_process([](pid_t pid) {
    ProcessStatus status;
    if (known_count < max_known && read_status(pid, status)) known[known_count++] = {pid, status.parent};
  });
}

constexpr int max_depth = 64;

/// Visits the verified, living descendants below `parent`, each parent before its children.
template <typename Visit>
void visit_below(pid_t parent, int parent_pidfd, int depth, Visit& visit) {
  for (unsigned i = 0; i < known_count; ++i) {
    if (known[i].parent != parent) continue;
    const pid_t pid = known[i].pid;
    const int pidfd = open_pidfd(pid);
    if (pidfd < 0) continue;
    ProcessStatus status;
    // The order matters: the parentage is read after the pidfd was opened, and both the parent and the process
    // are found alive after that, so neither number can have changed hands in between.
    const bool verified = read_status(pid, status) && status.parent == parent && status.state != 'Z' &&
                          (parent_pidfd < 0 || send_to_pidfd(parent_pidfd, 0) || errno == EPERM) &&
                          (send_to_pidfd(pidfd, 0) || errno == EPERM);
    if (verified) {
      const bool keep = visit(pid, parent, status.state, pidfd);
      if (depth < max_depth) visit_below(pid, pidfd, depth + 1, visit);
      if (keep) continue;
    }
    close(pidfd);
  }
}

/// The command line with its arguments separated by spaces, else the name in brackets as ps(1) prints it.
void read_command(pid_t pid, char* command, std::size_t size) {
  std::size_t length = read_proc(pid, "/cmdline", command, size - 1);
  while (length > 0 && command[length - 1] == '\0') --length;
  for (std::size_t i = 0; i < length; ++i)
    if (static_cast<unsigned char>(command[i]) < ' ') command[i] = ' ';
  if (length == 0) {
    command[0] = '[';
    length = read_proc(pid, "/comm", command + 1, size - 3);
    if (length > 0 && command[length] == '\n') --length;
    command[++length] = ']';
    ++length;
  }
  command[length] = '\0';
}

}  // namespace

unsigned kill_children(Spare spare) {
  unsigned killed = 0;
  for_each_process([&](pid_t pid) {
    if (is_living_child(pid) && (spare == nullptr || !spare(pid)) && kill(pid, SIGKILL) == 0) ++killed;
  });
  return killed;
}

void end_all_children() {
  sigset_t child_ended;
  sigemptyset(&child_ended);
  sigaddset(&child_ended, SIGCHLD);
  for (;;) {
    pid_t reaped = 0;
    do {
      reaped = waitpid(-1, nullptr, WNOHANG | __WALL);
    } while (reaped > 0);
    if (reaped < 0 && errno == ECHILD) return;
    kill_children();
    // An orphan that becomes ours announces itself by nothing: look again soon.
    const timespec soon{.tv_sec = 0, .tv_nsec = 2'000'000};
    sigtimedwait(&child_ended, nullptr, &soon);
  }
}

unsigned signal_descendants(int signal) {
  constexpr unsigned max_held = 256;
  int held[max_held];
  unsigned held_count = 0;
  unsigned sent = 0;
  const auto deliver = [&](int pidfd) {
    if (send_to_pidfd(pidfd, signal)) ++sent;
    if (signal != SIGSTOP) send_to_pidfd(pidfd, SIGCONT);
  };
  // All are held before the first is signalled: one that ends would orphan its children, whose parentage could then
  // no longer be verified.
  auto visit = [&](pid_t, pid_t, char, int pidfd) {
    if (held_count == max_held) {
      deliver(pidfd);
      return false;
    }
    held[held_count++] = pidfd;
    return true;
  };
  take_snapshot();
  visit_below(getpid(), -1, 0, visit);
  for (unsigned i = 0; i < held_count; ++i) {
    deliver(held[i]);
    close(held[i]);
  }
  return sent;
}

unsigned list_descendants(wire::ProcessEntry* entries, unsigned capacity) {
  unsigned total = 0;
  auto visit = [&](pid_t pid, pid_t parent, char state, int) {
    if (total < capacity) {
      entries[total].pid = pid;
      entries[total].parent = parent;
      entries[total].state = state;
      read_command(pid, entries[total].command, sizeof entries[total].command);
    }
    ++total;
    return false;
  };
  take_snapshot();
  visit_below(getpid(), -1, 0, visit);
  return total;
}

}  // namespace procsafe::kernel
