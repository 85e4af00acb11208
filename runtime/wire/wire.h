// What libprocsafe, its guard and its cells say to each other.
//
// Every message is one SOCK_SEQPACKET packet that begins with a Header; descriptors travel with it by SCM_RIGHTS.
// Two sockets are involved: the *control* socket (manager and guard: Hello, Spawn, Close, Abandon) and one *channel*
// per command (manager and cell: everything else). The end of a channel is the end of its scope. All parties run on
// one machine and come from one build (Header::version is checked), so fields are in native byte order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace procsafe::wire {

inline constexpr std::uint32_t magic = 0x46535250;  // "PRSF"
inline constexpr std::uint16_t version = 3;

/// Larger spawn payloads (arguments and environment) travel in a memfd: the kernel bounds a packet by SO_SNDBUF.
inline constexpr std::size_t max_packet = 64 * 1024;
/// Two times Linux' limit for arguments and environment together (MAX_ARG_STRLEN * 32 = 4 MiB; execve(2)).
inline constexpr std::uint64_t max_payload = 8u * 1024 * 1024;

enum class Type : std::uint16_t {
  hello = 1,  ///< guard → manager: the guard is ready
  spawn,      ///< manager → guard → cell: start a command
  close,      ///< manager → guard: end everything by escalation, then leave
  abandon,    ///< manager → guard: a cell does not answer; kill it and what it holds
  stop,       ///< manager → cell: end the tree by escalation
  signal,     ///< manager → cell: send a signal
  list,       ///< manager → cell: name the processes of the tree
  started,    ///< cell or guard → manager: the command runs, or why it does not
  step,       ///< cell → manager: one step of an escalation was taken
  exited,     ///< cell → manager: the main process ended
  finished,   ///< cell → manager: the tree ended, or what of it cannot be ended
  listing,    ///< cell → manager: answer to list
};

struct Header {
  std::uint32_t magic = wire::magic;
  std::uint16_t version = wire::version;
  Type type{};
};

/// With two descriptors: pidfds of the guard and of its sentinel; without them when `error` is set.
struct Hello {
  Header header{.type = Type::hello};
  std::int32_t guard = 0;         ///< pid in the guard's PID namespace
  std::int32_t sentinel = 0;      ///< pid in the manager's PID namespace
  std::int32_t error = 0;         ///< errno: the guard cannot do its work and ends
  std::int32_t cgroup_error = 0;  ///< errno: it could not enter the group it was given
  char failed[48] = {};           ///< which step failed
};

/// How an escalation runs. Milliseconds.
struct Escalation {
  std::int32_t soft_signal = 15;
  std::int32_t unused = 0;
  std::int64_t grace_ms = 3000;
  std::int64_t kill_wait_ms = 2000;
};

enum SpawnFlag : std::uint32_t {
  payload_in_memfd = 1u << 0,  ///< a memfd follows the five standard descriptors
  keep_leftovers = 1u << 1,    ///< descendants may outlive the main process until the scope ends
  controlling_tty = 1u << 2,   ///< standard input is a terminal to be controlled by
  has_umask = 1u << 3,
  has_user = 1u << 4,
  has_group = 1u << 5,
  has_groups = 1u << 6,
};
inline constexpr std::uint32_t spawn_flags =
    payload_in_memfd | keep_leftovers | controlling_tty | has_umask | has_user | has_group | has_groups;

struct ResourceLimit {
  std::int32_t resource = 0;  ///< RLIMIT_*
  std::int32_t unused = 0;
  std::uint64_t value = 0;
};
inline constexpr std::uint32_t max_resource_limits = 4;
inline constexpr std::uint32_t max_cgroups = 4;
inline constexpr std::uint32_t max_groups = 64;
/// With the others below what Linux takes in one message (SCM_MAX_FD, 253).
inline constexpr std::uint32_t max_passed = 240;

/// Descriptors: channel, standard input, output, error, working directory (O_PATH); then the memfd if the flag says
/// so; then one descriptor of a cgroup.procs file for each cgroup the command is to be born into; then those the
/// command gets at the numbers `passed`. Payload: an array of slots (offsets into the payload): program, arguments, 0,
/// environment, 0; then the strings.
struct Spawn {
  Header header{.type = Type::spawn};
  std::uint32_t slot = 0;  ///< written by the guard: which cell
  std::uint32_t flags = 0;
  std::uint32_t arguments = 0;
  std::uint32_t variables = 0;
  std::uint64_t payload_size = 0;
  std::int64_t timeout_ms = -1;  ///< negative: none
  std::int64_t drain_ms = 250;
  Escalation escalation{};
  std::uint32_t file_mode_mask = 0;
  std::uint32_t limit_count = 0;
  std::uint32_t cgroup_count = 0;
  std::uint32_t passed_count = 0;
  ResourceLimit limits[max_resource_limits]{};
  std::uint64_t ignored_signals = 0;  ///< bit N-1: signal N
  std::uint32_t user = 0;
  std::uint32_t group = 0;
  std::uint32_t group_count = 0;
  std::uint32_t unused = 0;
  std::uint32_t groups[max_groups]{};
  std::int32_t passed[max_passed]{};
};
inline constexpr std::size_t standard_descriptors = 5;
inline constexpr std::size_t max_descriptors = standard_descriptors + 1 + max_cgroups + max_passed;

struct Close {
  Header header{.type = Type::close};
  std::int64_t budget_ms = 5000;  ///< after it everything is killed
};

struct Abandon {
  Header header{.type = Type::abandon};
  std::uint32_t slot = 0;
  std::int32_t cell = 0;  ///< guards against a slot that was given to another cell
};

struct Stop {
  Header header{.type = Type::stop};
  Escalation escalation{};
};

struct Signal {
  Header header{.type = Type::signal};
  std::int32_t number = 0;
  std::uint32_t whole_tree = 0;
};

struct List {
  Header header{.type = Type::list};
};

/// What a failed spawn was about to do.
enum class Stage : std::uint32_t {
  none,
  request,      ///< the request is malformed
  cell,         ///< no cell: too many, or fork failed
  process,      ///< clone(2)
  session,      ///< setsid(2)
  terminal,     ///< ioctl(TIOCSCTTY)
  directory,    ///< fchdir(2)
  standard_io,  ///< dup2(2)
  descriptors,  ///< dup2(2) of those passed
  credentials,  ///< setgroups(2), setresgid(2), setresuid(2)
  limit,        ///< setrlimit(2)
  cgroup,       ///< writing cgroup.procs
  execute,      ///< execve(2)
};

/// In a PID namespace of the guard's own with one descriptor: a pidfd of the command.
struct Started {
  Header header{.type = Type::started};
  std::int32_t pid = 0;  ///< in the guard's PID namespace
  std::int32_t error = 0;
  Stage stage = Stage::none;
  std::uint32_t slot = 0;
  std::int32_t cell = 0;
  std::uint32_t unused = 0;
};

enum class StepKind : std::uint32_t {
  timeout,    ///< the deadline passed
  terminate,  ///< the soft signal was sent
  kill,       ///< SIGKILL was sent
  leftover,   ///< the main process ended and left descendants behind, which are now killed
  critical,   ///< something survived SIGKILL for the whole kill wait
};

struct Step {
  Header header{.type = Type::step};
  StepKind kind{};
  std::uint32_t processes = 0;  ///< how many were signalled or are left
};

struct Exited {
  Header header{.type = Type::exited};
  std::int32_t exit_code = -1;   ///< -1: ended by a signal
  std::int32_t term_signal = 0;  ///< 0: exited
  std::uint32_t core_dumped = 0;
  std::uint32_t tree_ended = 0;  ///< nothing is left and nothing else is to be told: no Finished follows
  std::int64_t user_us = 0;
  std::int64_t system_us = 0;
  std::int64_t max_rss_kib = 0;
};

struct ProcessEntry {
  std::int32_t pid = 0;
  std::int32_t parent = 0;
  char state = '?';
  char command[119] = {};  ///< NUL-terminated, arguments separated by spaces
};
inline constexpr std::size_t max_entries = 64;

/// `total` counts also the processes for which there was no room in `entries`.
struct Finished {
  Header header{.type = Type::finished};
  std::uint32_t timed_out = 0;
  std::uint32_t survivors = 0;  ///< non-zero: the entries are alive in spite of SIGKILL
  std::uint32_t total = 0;
  std::uint32_t count = 0;
  ProcessEntry entries[max_entries]{};
};

struct Listing {
  Header header{.type = Type::listing};
  std::uint32_t total = 0;
  std::uint32_t count = 0;
  ProcessEntry entries[max_entries]{};
};

/// Bytes of a Finished or Listing that carry information.
template <typename Message>
constexpr std::size_t used_size(const Message& message) {
  return sizeof(Message) - (max_entries - message.count) * sizeof(ProcessEntry);
}

/// Whether `data` holds a message that begins with a header of `type` and is at least `size` long.
inline bool is_message(const void* data, std::size_t length, Type type, std::size_t size) {
  Header header;
  if (length < sizeof header || length < size) return false;
  std::memcpy(&header, data, sizeof header);
  return header.magic == magic && header.version == version && header.type == type;
}

/// Takes a message out of a packet; false: the packet holds another one.
template <typename Message>
bool take(const void* data, std::size_t length, Message& message) {
  if (!is_message(data, length, Message{}.header.type, sizeof message)) return false;
  std::memcpy(&message, data, sizeof message);
  return true;
}

/// The slots of a payload, or nullptr when the request contradicts itself: sizes, offsets that leave the payload,
/// a string without an end. The payload must be 8-byte aligned.
inline std::uint64_t* checked_slots(const Spawn& request, unsigned char* payload, std::uint64_t size) {
  if (request.payload_size != size || size > max_payload || request.arguments == 0) return nullptr;
  if (request.arguments > size || request.variables > size) return nullptr;
  const std::uint64_t slots = std::uint64_t{request.arguments} + request.variables + 3;
  if (slots * sizeof(std::uint64_t) >= size || payload[size - 1] != 0) return nullptr;
  auto* slot = reinterpret_cast<std::uint64_t*>(payload);
  const std::uint64_t first_end = 1 + request.arguments;
  for (std::uint64_t i = 0; i < slots; ++i) {
    const bool terminator = i == first_end || i == slots - 1;
    if (terminator ? slot[i] != 0 : (slot[i] < slots * sizeof(std::uint64_t) || slot[i] >= size)) return nullptr;
  }
  return slot;
}

/// Whether counts, flags and times of a spawn request are possible and `descriptors` is what they announce.
inline bool is_consistent(const Spawn& request, std::size_t descriptors) {
  if (request.passed_count > max_passed || request.group_count > max_groups) return false;
  for (std::uint32_t i = 0; i < request.passed_count; ++i)
    if (request.passed[i] < 3) return false;
  const std::size_t wanted = standard_descriptors + ((request.flags & payload_in_memfd) != 0 ? 1 : 0) +
                             request.cgroup_count + request.passed_count;
  return (request.flags & ~std::uint32_t{spawn_flags}) == 0 && request.limit_count <= max_resource_limits &&
         request.cgroup_count <= max_cgroups && descriptors == wanted && request.drain_ms >= 0 &&
         request.escalation.grace_ms >= 0 && request.escalation.kill_wait_ms >= 0 &&
         request.escalation.soft_signal > 0 && request.escalation.soft_signal < 65;
}

}  // namespace procsafe::wire
