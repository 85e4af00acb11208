// What guard and cells use of the C library, as bare system calls of x86-64 Linux.
//
// A C library asks the processor some thirty questions before main (cpuid, to choose its memcpy). Each is an exit to
// the hypervisor in a virtual machine: 0.7 ms of the 0.85 ms it takes there to execute an empty static program. The
// guard is executed at the start of every manager, has one thread and needs none of the answers.
//
// Declared by the C library's own headers, whose structures are the kernel's on this architecture. There is no
// thread-local storage: errno is one variable, also of a child that shares memory, while its parent sleeps.
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

long bare_call(long number, long a, long b, long c, long d, long e, long f);
long bare_clone(int (*function)(void*), void* stack, long flags, void* argument);
int main(int argc, char** argv);

static int error_number;
int* __errno_location(void) { return &error_number; }

/// The kernel's answer as a library function gives it.
static long answer(long result) {
  if (result < 0 && result > -4096) {
    error_number = (int)-result;
    return -1;
  }
  return result;
}

#define CALL(number, a, b, c, d, e) answer(bare_call(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0))
#define CALL3(number, a, b, c) CALL(number, a, b, c, 0, 0)
/// The optional argument of a function like open(2).
#define OPTIONAL(last, argument)            \
  va_list list;                             \
  va_start(list, last);                     \
  const long argument = va_arg(list, long); \
  va_end(list)

/// From the linker.
extern void (*const __init_array_start[])(void);
extern void (*const __init_array_end[])(void);

/// Called by _start with the stack as execve(2) leaves it.
void bare_start(long* stack) {
  for (void (*const* constructor)(void) = __init_array_start; constructor != __init_array_end; ++constructor)
    (*constructor)();
  const int argc = (int)stack[0];
  bare_call(SYS_exit_group, main(argc, (char**)(stack + 1)), 0, 0, 0, 0, 0);
}

void _exit(int status) {
  for (;;) bare_call(SYS_exit_group, status, 0, 0, 0, 0, 0);
}

long syscall(long number, ...) {
  long arguments[6];
  va_list list;
  va_start(list, number);
  for (int i = 0; i < 6; ++i) arguments[i] = va_arg(list, long);
  va_end(list);
  return answer(bare_call(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]));
}

// Files.
int open(const char* path, int flags, ...) {
  OPTIONAL(flags, mode);
  return (int)CALL(SYS_openat, AT_FDCWD, path, flags, mode, 0);
}
int openat(int directory, const char* path, int flags, ...) {
  OPTIONAL(flags, mode);
  return (int)CALL(SYS_openat, directory, path, flags, mode, 0);
}
int close(int fd) { return (int)CALL3(SYS_close, fd, 0, 0); }
ssize_t read(int fd, void* data, size_t size) { return CALL3(SYS_read, fd, data, size); }
ssize_t write(int fd, const void* data, size_t size) { return CALL3(SYS_write, fd, data, size); }
ssize_t pread(int fd, void* data, size_t size, off_t at) { return CALL(SYS_pread64, fd, data, size, at, 0); }
int fstat(int fd, struct stat* status) { return (int)CALL3(SYS_fstat, fd, status, 0); }
int unlinkat(int directory, const char* path, int flags) { return (int)CALL3(SYS_unlinkat, directory, path, flags); }
int dup2(int from, int to) { return (int)CALL3(SYS_dup2, from, to, 0); }
int dup3(int from, int to, int flags) { return (int)CALL3(SYS_dup3, from, to, flags); }
int pipe2(int ends[2], int flags) { return (int)CALL3(SYS_pipe2, ends, flags, 0); }
int fcntl(int fd, int command, ...) {
  OPTIONAL(command, argument);
  return (int)CALL3(SYS_fcntl, fd, command, argument);
}
int ioctl(int fd, unsigned long request, ...) {
  OPTIONAL(request, argument);
  return (int)CALL3(SYS_ioctl, fd, request, argument);
}
int poll(struct pollfd* entries, nfds_t count, int timeout) { return (int)CALL3(SYS_poll, entries, count, timeout); }
void* mmap(void* at, size_t size, int protection, int flags, int fd, off_t offset) {
  return (void*)answer(bare_call(SYS_mmap, (long)at, (long)size, protection, flags, fd, offset));
}
int munmap(void* at, size_t size) { return (int)CALL3(SYS_munmap, at, size, 0); }
int mount(const char* source, const char* target, const char* type, unsigned long flags, const void* data) {
  return (int)CALL(SYS_mount, source, target, type, flags, data);
}

// Sockets.
int socketpair(int domain, int type, int protocol, int ends[2]) {
  return (int)CALL(SYS_socketpair, domain, type, protocol, ends, 0);
}
ssize_t sendmsg(int socket, const struct msghdr* message, int flags) {
  return CALL3(SYS_sendmsg, socket, message, flags);
}
ssize_t recvmsg(int socket, struct msghdr* message, int flags) { return CALL3(SYS_recvmsg, socket, message, flags); }

// Processes.
pid_t getpid(void) { return (pid_t)bare_call(SYS_getpid, 0, 0, 0, 0, 0, 0); }
uid_t geteuid(void) { return (uid_t)bare_call(SYS_geteuid, 0, 0, 0, 0, 0, 0); }
gid_t getegid(void) { return (gid_t)bare_call(SYS_getegid, 0, 0, 0, 0, 0, 0); }
int setgroups(size_t count, const gid_t* groups) { return (int)CALL3(SYS_setgroups, count, groups, 0); }
int setresgid(gid_t real, gid_t effective, gid_t saved) { return (int)CALL3(SYS_setresgid, real, effective, saved); }
int setresuid(uid_t real, uid_t effective, uid_t saved) { return (int)CALL3(SYS_setresuid, real, effective, saved); }
pid_t setsid(void) { return (pid_t)CALL3(SYS_setsid, 0, 0, 0); }
int chdir(const char* path) { return (int)CALL3(SYS_chdir, path, 0, 0); }
int fchdir(int fd) { return (int)CALL3(SYS_fchdir, fd, 0, 0); }
mode_t umask(mode_t mask) { return (mode_t)CALL3(SYS_umask, mask, 0, 0); }
pid_t fork(void) { return (pid_t)CALL(SYS_clone, SIGCHLD, 0, 0, 0, 0); }
int clone(int (*function)(void*), void* stack, int flags, void* argument, ...) {
  return (int)answer(bare_clone(function, stack, flags, argument));
}
int execve(const char* program, char* const* arguments, char* const* environment) {
  return (int)CALL3(SYS_execve, program, arguments, environment);
}
pid_t wait4(pid_t pid, int* status, int options, struct rusage* usage) {
  return (pid_t)CALL(SYS_wait4, pid, status, options, usage, 0);
}
pid_t waitpid(pid_t pid, int* status, int options) { return wait4(pid, status, options, NULL); }
int waitid(idtype_t type, id_t id, siginfo_t* info, int options) {
  return (int)CALL(SYS_waitid, type, id, info, options, 0);
}
int prctl(int option, ...) {
  OPTIONAL(option, argument);
  return (int)CALL(SYS_prctl, option, argument, 0, 0, 0);
}
long ptrace(enum __ptrace_request request, ...) {
  long arguments[3];
  va_list list;
  va_start(list, request);
  for (int i = 0; i < 3; ++i) arguments[i] = va_arg(list, long);
  va_end(list);
  return CALL(SYS_ptrace, request, (pid_t)arguments[0], arguments[1], arguments[2], 0);
}
int getrlimit(__rlimit_resource_t resource, struct rlimit* limit) {
  return (int)CALL3(SYS_getrlimit, resource, limit, 0);
}
int setrlimit(__rlimit_resource_t resource, const struct rlimit* limit) {
  return (int)CALL3(SYS_setrlimit, resource, limit, 0);
}
long sysconf(int name) {
  struct rlimit files;
  // The kernel's clock tick is 100 for every program of this architecture (USER_HZ).
  if (name == _SC_CLK_TCK) return 100;
  return name == _SC_OPEN_MAX && getrlimit(RLIMIT_NOFILE, &files) == 0 ? (long)files.rlim_cur : -1;
}

// Signals. The kernel's set has 64 bits.
#define SET_SIZE 8
int sigemptyset(sigset_t* set) {
  memset(set, 0, sizeof *set);
  return 0;
}
int sigfillset(sigset_t* set) {
  memset(set, 0xff, sizeof *set);
  return 0;
}
int sigaddset(sigset_t* set, int number) {
  set->__val[0] |= 1ul << (number - 1);
  return 0;
}
int sigprocmask(int how, const sigset_t* set, sigset_t* before) {
  return (int)CALL(SYS_rt_sigprocmask, how, set, before, SET_SIZE, 0);
}
/// Only for SIG_DFL and SIG_IGN: a handler would need a place to return to.
int sigaction(int number, const struct sigaction* action, struct sigaction* before) {
  const struct {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask;
  } disposition = {action->sa_handler, 0, NULL, 0};
  (void)before;
  return (int)CALL(SYS_rt_sigaction, number, &disposition, NULL, SET_SIZE, 0);
}
__sighandler_t signal(int number, __sighandler_t handler) {
  const struct sigaction action = {.sa_handler = handler};
  return sigaction(number, &action, NULL) == 0 ? SIG_DFL : SIG_ERR;
}
int signalfd(int fd, const sigset_t* set, int flags) { return (int)CALL(SYS_signalfd4, fd, set, SET_SIZE, flags, 0); }
int sigtimedwait(const sigset_t* set, siginfo_t* info, const struct timespec* time) {
  return (int)CALL(SYS_rt_sigtimedwait, set, info, time, SET_SIZE, 0);
}
int kill(pid_t pid, int number) { return (int)CALL3(SYS_kill, pid, number, 0); }
int pause(void) { return (int)CALL3(SYS_pause, 0, 0, 0); }

// Time.
int clock_gettime(clockid_t clock, struct timespec* time) { return (int)CALL3(SYS_clock_gettime, clock, time, 0); }
int nanosleep(const struct timespec* time, struct timespec* left) { return (int)CALL3(SYS_nanosleep, time, left, 0); }

// Memory and strings, also for what the compiler makes of assignments.
void* memcpy(void* to, const void* from, size_t size) {
  void* const result = to;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
  return result;
}
void* memset(void* to, int value, size_t size) {
  void* const result = to;
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(value) : "memory");
  return result;
}
size_t strlen(const char* text) {
  size_t length = 0;
  while (text[length] != '\0') ++length;
  return length;
}
int strncmp(const char* a, const char* b, size_t limit) {
  for (; limit > 0; ++a, ++b, --limit)
    if (*a != *b || *a == '\0') return (unsigned char)*a - (unsigned char)*b;
  return 0;
}
int strcmp(const char* a, const char* b) { return strncmp(a, b, (size_t)-1); }
char* strchr(const char* text, int wanted) {
  for (; *text != (char)wanted; ++text)
    if (*text == '\0') return NULL;
  return (char*)text;
}
char* strrchr(const char* text, int wanted) {
  const char* last = NULL;
  for (;; ++text) {
    if (*text == (char)wanted) last = text;
    if (*text == '\0') return (char*)last;
  }
}
char* strcpy(char* to, const char* from) { return memcpy(to, from, strlen(from) + 1); }
char* strcat(char* to, const char* from) {
  strcpy(to + strlen(to), from);
  return to;
}
char* strncpy(char* to, const char* from, size_t size) {
  size_t i = 0;
  for (; i < size && from[i] != '\0'; ++i) to[i] = from[i];
  for (; i < size; ++i) to[i] = '\0';
  return to;
}
