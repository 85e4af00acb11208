#include "request.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "config_check.h"

namespace procsafe {
namespace {

constexpr std::string_view default_path = "/usr/local/bin:/usr/bin:/bin";

void check_text(std::string_view text, const char* what) {
  if (text.find('\0') != std::string_view::npos)
    throw UsageError(std::string(what) + " '" + std::string(text.data()) + "…' holds a NUL character");
}

void check_time(milliseconds time, const char* what) {
  if (time < milliseconds::zero())
    throw UsageError(std::string(what) + " is negative (" + std::to_string(time.count()) + " ms)");
  if (time > max_time)
    throw UsageError(std::string(what) + " is more than ten years (" + std::to_string(time.count()) + " ms)");
}

template <typename Value>
void check_limit(const std::optional<Value>& limit, const char* what) {
  if (limit && *limit <= Value{0}) throw UsageError(std::string("limit ") + what + " must be greater than 0");
}

void check_lists(const Command& command) {
  if (command.pass_descriptors.size() > wire::max_passed)
    throw UsageError(std::to_string(command.pass_descriptors.size()) + " descriptors to pass; at most " +
                     std::to_string(wire::max_passed) + " are possible");
  for (const int descriptor : command.pass_descriptors)
    if (descriptor < 3)
      throw UsageError("descriptor " + std::to_string(descriptor) + " cannot be passed; 3 is the first");
  // Now, because what the spawn itself opens may get the number of one that is closed.
  for (const int descriptor : command.pass_descriptors)
    if (fcntl(descriptor, F_GETFD) < 0)
      throw SpawnError("descriptor " + std::to_string(descriptor) + " to be passed is not open", EBADF);
  for (const int signal : command.ignored_signals)
    if (signal < 1 || signal > 64) throw UsageError("ignored signal " + std::to_string(signal) + " does not exist");
  if (command.credentials.groups && command.credentials.groups->size() > wire::max_groups)
    throw UsageError(std::to_string(command.credentials.groups->size()) + " supplementary groups; at most " +
                     std::to_string(wire::max_groups) + " are possible");
}

/// The environment as "NAME=value" strings.
std::vector<std::string> environment_of(const Environment& changes, std::string_view run_id) {
  std::vector<std::string> variables;
  if (changes.inherit) {
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
      const std::string_view text(*variable);
      const std::string_view name = text.substr(0, text.find('='));
      const auto is_name = [&](const auto& change) { return change.first == name; };
      if (name != "PM_RUN_ID" && std::none_of(changes.set.begin(), changes.set.end(), is_name))
        variables.emplace_back(text);
    }
  }
  for (auto change = changes.set.begin(); change != changes.set.end(); ++change) {
    const auto again = [&](const auto& later) { return later.first == change->first; };
    if (change->second && std::none_of(change + 1, changes.set.end(), again))
      variables.push_back(change->first + "=" + *change->second);
  }
  variables.push_back("PM_RUN_ID=" + std::string(run_id));
  return variables;
}

std::string_view path_of(const std::vector<std::string>& environment) {
  for (const std::string& variable : environment)
    if (variable.starts_with("PATH=")) return std::string_view(variable).substr(5);
  return default_path;
}

bool is_executable(int directory, const std::string& path) {
  struct stat file{};
  if (faccessat(directory, path.c_str(), X_OK, AT_EACCESS) != 0 || fstatat(directory, path.c_str(), &file, 0) != 0)
    return false;
  errno = EACCES;  // what execve(2) says of a directory
  return S_ISREG(file.st_mode);
}

/// As execvp(3), but in the command's own PATH and directory.
std::string find_program(const std::string& name, std::string_view path, int directory) {
  if (name.find('/') != std::string::npos) return name;
  bool denied = false;
  for (std::string_view rest = path;;) {
    const std::size_t colon = rest.find(':');
    const std::string_view entry = rest.substr(0, colon);
    const std::string candidate = (entry.empty() ? "." : std::string(entry)) + "/" + name;
    if (is_executable(directory, candidate)) return candidate;
    denied = denied || errno == EACCES;
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  if (denied) throw SpawnError("program '" + name + "' in PATH is not executable", EACCES, name);
  throw SpawnError("program '" + name + "' is not in PATH (" + std::string(path) + ")", ENOENT, name);
}

UniqueFd open_directory(const std::filesystem::path& cwd) {
  UniqueFd directory(open(cwd.empty() ? "." : cwd.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) {
    const int error = errno;
    throw SpawnError("working directory '" + cwd.string() + "': " + std::strerror(error), error, cwd.string());
  }
  return directory;
}

/// Slots, then strings: see wire::Spawn.
class Payload {
 public:
  explicit Payload(std::size_t slots) : bytes_(slots * sizeof(std::uint64_t)) {}
  void add(std::string_view text) {
    const std::uint64_t offset = bytes_.size();
    std::memcpy(bytes_.data() + used_++ * sizeof offset, &offset, sizeof offset);
    const auto* begin = reinterpret_cast<const std::byte*>(text.data());
    bytes_.insert(bytes_.end(), begin, begin + text.size());
    bytes_.push_back(std::byte{0});
  }
  void add_end() { ++used_; }
  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  std::size_t used_ = 0;
  std::vector<std::byte> bytes_;
};

UniqueFd memfd_of(const std::vector<std::byte>& bytes) {
  UniqueFd memfd(memfd_create("procsafe-spawn", MFD_CLOEXEC));
  if (!memfd.valid() || write(memfd.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    const int error = errno;
    throw SpawnError(std::string("memfd for arguments and environment: ") + std::strerror(error), error);
  }
  return memfd;
}

void add_limit(wire::Spawn& spawn, int resource, std::uint64_t value) {
  spawn.limits[spawn.limit_count++] = {.resource = resource, .unused = 0, .value = value};
}

wire::Escalation escalation_of(const StopPolicy& policy) {
  return {.soft_signal = policy.soft_signal,
          .unused = 0,
          .grace_ms = policy.grace.count(),
          .kill_wait_ms = policy.kill_wait.count()};
}

void fill_credentials(wire::Spawn& spawn, const Credentials& credentials) {
  if (credentials.user) {
    spawn.flags |= wire::has_user;
    spawn.user = *credentials.user;
  }
  if (credentials.group) {
    spawn.flags |= wire::has_group;
    spawn.group = *credentials.group;
  }
  if (!credentials.groups) return;
  spawn.flags |= wire::has_groups;
  for (const gid_t group : *credentials.groups) spawn.groups[spawn.group_count++] = group;
}

void fill_policy(wire::Spawn& spawn, const Command& command, const RequestDefaults& defaults) {
  const milliseconds timeout = command.timeout.value_or(defaults.timeout);
  spawn.timeout_ms = timeout == no_timeout ? -1 : timeout.count();
  spawn.drain_ms = command.drain.count();
  spawn.escalation = escalation_of(command.stop.value_or(defaults.stop));
  spawn.cgroup_count = defaults.cgroups;
  if (command.leftovers == Leftovers::keep) spawn.flags |= wire::keep_leftovers;
  if (command.pty) spawn.flags |= wire::controlling_tty;
  if (command.umask) {
    spawn.flags |= wire::has_umask;
    spawn.file_mode_mask = *command.umask;
  }
  for (const int signal : command.ignored_signals) spawn.ignored_signals |= std::uint64_t{1} << (signal - 1);
  for (const int descriptor : command.pass_descriptors) spawn.passed[spawn.passed_count++] = descriptor;
  fill_credentials(spawn, command.credentials);
  if (command.limits.memory_bytes && !defaults.memory_in_cgroup)
    add_limit(spawn, RLIMIT_AS, *command.limits.memory_bytes);
  if (command.limits.cpu_time)
    add_limit(spawn, RLIMIT_CPU, static_cast<std::uint64_t>(command.limits.cpu_time->count()));
  if (command.limits.open_files) add_limit(spawn, RLIMIT_NOFILE, *command.limits.open_files);
  if (command.limits.address_space) add_limit(spawn, RLIMIT_AS, *command.limits.address_space);
}

}  // namespace

void check_policy(const StopPolicy& policy) {
  check_time(policy.grace, "stop.grace");
  check_time(policy.kill_wait, "stop.kill_wait");
  if (policy.soft_signal < 1 || policy.soft_signal > 64)
    throw UsageError("stop.soft_signal " + std::to_string(policy.soft_signal) + " is not a signal");
}

void check_command(const Command& command) {
  if (command.argv.empty()) throw UsageError("argv is empty: there is no program to run");
  if (command.argv.front().empty() && command.executable.empty())
    throw UsageError("argv[0] is empty: there is no program to run");
  check_text(command.executable, "executable");
  for (const std::string& argument : command.argv) check_text(argument, "argument");
  check_text(command.cwd.native(), "working directory");
  for (const auto& [name, value] : command.env.set) {
    check_text(name, "environment variable");
    if (name.empty() || name.find('=') != std::string::npos)
      throw UsageError("environment variable name '" + name + "' is empty or holds '='");
    if (value) check_text(*value, "value of environment variable");
  }
  if (command.timeout && *command.timeout != no_timeout) check_time(*command.timeout, "timeout");
  check_time(command.drain, "drain");
  if (command.stop) check_policy(*command.stop);
  check_limit(command.limits.memory_bytes, "memory_bytes");
  check_limit(command.limits.cpus, "cpus");
  check_limit(command.limits.cpu_time, "cpu_time");
  check_limit(command.limits.processes, "processes");
  check_limit(command.limits.open_files, "open_files");
  check_limit(command.limits.address_space, "address_space");
  check_lists(command);
  if (command.out.kind == Output::Kind::to_output) throw UsageError("output cannot go where output goes");
  for (const Output* output : {&command.out, &command.err})
    if (output->kind == Output::Kind::lines && !output->on_line) throw UsageError("Output::lines without a callback");
}

Request encode(const Command& command, const RequestDefaults& defaults) {
  Request request;
  request.directory = open_directory(command.cwd);
  const std::vector<std::string> environment = environment_of(command.env, defaults.run_id);
  Payload payload(command.argv.size() + environment.size() + 3);
  const std::string& program = command.executable.empty() ? command.argv.front() : command.executable;
  payload.add(find_program(program, path_of(environment), request.directory.get()));
  for (const std::string& argument : command.argv) payload.add(argument);
  payload.add_end();
  for (const std::string& variable : environment) payload.add(variable);
  payload.add_end();
  if (payload.bytes().size() > wire::max_payload)
    throw SpawnError("arguments and environment need " + std::to_string(payload.bytes().size()) + " bytes", E2BIG);
  wire::Spawn spawn;
  spawn.arguments = static_cast<std::uint32_t>(command.argv.size());
  spawn.variables = static_cast<std::uint32_t>(environment.size());
  spawn.payload_size = payload.bytes().size();
  fill_policy(spawn, command, defaults);
  const bool inline_payload = sizeof spawn + payload.bytes().size() <= wire::max_packet;
  if (!inline_payload) {
    request.memfd = memfd_of(payload.bytes());
    spawn.flags |= wire::payload_in_memfd;
  }
  request.packet.resize(sizeof spawn);
  std::memcpy(request.packet.data(), &spawn, sizeof spawn);
  if (inline_payload) request.packet.insert(request.packet.end(), payload.bytes().begin(), payload.bytes().end());
  return request;
}

}  // namespace procsafe
