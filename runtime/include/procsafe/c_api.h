// libprocsafe for other languages: the promise of procsafe/process_manager.h behind plain C.
//
// Nothing is thrown and nothing is called back: what happens is waited for by descriptors, so that every language can
// do so in its own loop. Strings are UTF-8 where they are ours and bytes where they are the caller's; what a function
// returns as `char*` is released by procsafe_free(), what it returns as `const char*` belongs to the object it was
// asked of.
//
// Threads: any function may be called from any thread, except that destroying a handle must not overlap with another
// call on it. The last error is kept per thread. After fork() the child must not use its parent's handles: calls on
// them return PROCSAFE_USAGE, destroying them does nothing.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Of structures and functions in this file. A caller compares it with procsafe_c_abi() before anything else.
#define PROCSAFE_C_ABI 1

typedef struct procsafe_manager procsafe_manager;
typedef struct procsafe_process procsafe_process;

/// What a function returns. Errors are those of procsafe/result.h; their text is procsafe_error_text().
enum {
  PROCSAFE_OK = 0,
  PROCSAFE_AGAIN = 1,  ///< not yet; no error
  PROCSAFE_USAGE = 2,
  PROCSAFE_CONFIG = 3,  ///< the text holds all faults, one a line
  PROCSAFE_MANAGER = 4,
  PROCSAFE_SPAWN = 5,  ///< procsafe_error_number() is an errno
  PROCSAFE_LIMIT = 6,
  PROCSAFE_OTHER = 7,  ///< out of memory, out of descriptors
};

/// Where a standard stream comes from or goes to.
enum {
  PROCSAFE_NULL = 0,
  PROCSAFE_DESCRIPTOR = 1,  ///< borrowed until procsafe_start() returns
  PROCSAFE_FILE = 2,
  PROCSAFE_APPEND = 3,
  PROCSAFE_CAPTURE = 4,    ///< output: `limit` bytes are kept, the first and the last half
  PROCSAFE_BYTES = 5,      ///< input
  PROCSAFE_PIPE = 6,       ///< input: procsafe_write()
  PROCSAFE_TO_OUTPUT = 7,  ///< standard error: where standard output goes
};

typedef struct procsafe_stream {
  int32_t kind;
  int32_t descriptor;
  uint64_t limit;
  const char* path;  ///< file, append; capture: a file that gets everything beyond the limit too, or null
  const char* data;  ///< bytes
  size_t size;
} procsafe_stream;

enum { PROCSAFE_DEFAULT = -1, PROCSAFE_NO_TIMEOUT = -2 };

/// What to run; see procsafe::Command for the meaning of each field. procsafe_command_init() fills in the defaults.
typedef struct procsafe_command {
  const char* const* arguments;
  size_t argument_count;
  const char* executable;          ///< or null
  const char* directory;           ///< or null
  const char* name;                ///< or null
  const char* const* environment;  ///< "NAME=value" sets, "NAME" removes
  size_t environment_count;
  const int32_t* passed;
  size_t passed_count;
  const uint32_t* groups;
  int64_t group_count;  ///< PROCSAFE_DEFAULT: as they are
  procsafe_stream input, output, error;
  int64_t timeout_ms;  ///< or PROCSAFE_DEFAULT, PROCSAFE_NO_TIMEOUT
  int64_t drain_ms;    ///< this and below to file_mode_mask: or PROCSAFE_DEFAULT
  int64_t grace_ms;
  int64_t kill_wait_ms;
  int64_t user;
  int64_t group;
  int32_t soft_signal;
  int32_t file_mode_mask;
  uint64_t ignored_signals;  ///< bit N-1: signal N
  uint64_t memory_bytes;     ///< this and below to open_files: 0 is no limit
  double cpus;
  uint64_t cpu_seconds;
  uint64_t processes;
  uint64_t open_files;
  int32_t inherit_environment;
  int32_t keep_leftovers;
  int32_t pty;
  int32_t driven;  ///< the caller calls procsafe_drive() until it says PROCSAFE_OK; else a thread of the manager does
} procsafe_command;

enum { PROCSAFE_TIMED_OUT = 1, PROCSAFE_STOPPED = 2, PROCSAFE_LOST = 4, PROCSAFE_TRUNCATED = 8 };

/// How a command ended; see procsafe::Result. Pointers are valid until the process is destroyed.
typedef struct procsafe_result {
  int32_t exit_code;
  int32_t term_signal;
  uint32_t flags;
  uint32_t leftover_count;
  uint32_t survivor_count;
  uint32_t unused;
  int64_t duration_ms;
  int64_t user_us;
  int64_t system_us;
  uint64_t max_rss_bytes;
  const char* output;
  size_t output_size;
  const char* error;
  size_t error_size;
} procsafe_result;

int procsafe_c_abi(void);
int procsafe_version(void);
void procsafe_free(char* text);

/// The last error of the calling thread. The pointers are valid until its next failing call.
const char* procsafe_error_text(void);
int procsafe_error_number(void);
const char* procsafe_error_path(void);  ///< what could not be executed or entered; empty: not known

/// Creates a manager from PM_ variables; `settings` ("PM_MAX_PROCESSES=5") win over the environment.
int procsafe_manager_create(const char* const* settings, size_t count, procsafe_manager** manager);
/// Ends everything by escalation, then the guard.
void procsafe_manager_destroy(procsafe_manager* manager);
/// Ends everything, newest first. `report` is JSON: {"ended": N, "unclean": [PROCESS, …]}.
int procsafe_stop_all(procsafe_manager* manager, char** report);

/// Text about a manager; JSON but for PROMETHEUS, RUN_ID and INSTANCE_ID.
enum {
  PROCSAFE_HEALTH = 0,
  PROCSAFE_METRICS = 1,
  PROCSAFE_PROMETHEUS = 2,
  PROCSAFE_GUARANTEE = 3,
  PROCSAFE_CONFIGURATION = 4,
  PROCSAFE_RUN_ID = 5,
  PROCSAFE_INSTANCE_ID = 6,
};
int procsafe_describe(procsafe_manager* manager, int what, char** text);

/// Events from now on whose severity is at least `severity` (0 information, 1 warning, 2 critical; 3: none) are kept
/// until they are taken. `descriptor`, which is the manager's, is readable while there are some.
int procsafe_keep_events(procsafe_manager* manager, int severity, int* descriptor);
/// The oldest event as JSON; PROCSAFE_AGAIN: there is none.
int procsafe_take_event(procsafe_manager* manager, char** event);

/// Leaves a signal to the program's own handler (`yes` != 0): the manager does not end its processes because of it.
void procsafe_leave_signal(int number, int yes);

void procsafe_command_init(procsafe_command* command);
/// Starts a command. Nothing was started when it returns an error.
int procsafe_start(procsafe_manager* manager, const procsafe_command* command, procsafe_process** process);
/// Ends the tree if it lives, and waits for that.
void procsafe_destroy(procsafe_process* process);

/// Moves output and messages of a driven process for at most `time_ms`; PROCSAFE_OK: its tree has ended. PROCSAFE_AGAIN
/// comes earlier when a signal was handled, so that the caller can look at what its handlers did. One thread at a time.
int procsafe_drive(procsafe_process* process, int time_ms);

int procsafe_pid(const procsafe_process* process);
/// Readable, from then on for ever, once the main process has ended, or (`tree` != 0) all of the tree has.
int procsafe_ended_fd(procsafe_process* process, int tree, int* descriptor);
/// PROCSAFE_OK: the main process, or the tree, has ended. Does not wait.
int procsafe_has_ended(procsafe_process* process, int tree);
/// The result as far as it is known; PROCSAFE_AGAIN while the main process runs.
int procsafe_result_of(procsafe_process* process, procsafe_result* result);
/// {"leftovers": [PROCESS, …], "survivors": [PROCESS, …]}, where PROCESS has pid, parent, state and command.
int procsafe_remains_of(procsafe_process* process, char** text);
/// Asks for the end of the tree; negative times and signal 0: by the command's policy. Does not wait.
int procsafe_stop(procsafe_process* process, int soft_signal, int64_t grace_ms, int64_t kill_wait_ms);
int procsafe_signal(procsafe_process* process, int number, int whole_tree);
/// PROCSAFE_AGAIN: the command has closed its input.
int procsafe_write(procsafe_process* process, const char* data, size_t size);
int procsafe_close_input(procsafe_process* process);
/// [PROCESS, …]
int procsafe_tree(procsafe_process* process, char** text);

/// {"port": N, "processes": [PROCESS, …]}; PROCSAFE_AGAIN: nobody listens on that TCP port.
int procsafe_port_holder(int port, char** text);

#ifdef __cplusplus
}
#endif
