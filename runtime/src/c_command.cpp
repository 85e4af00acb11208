#include "c_command.h"

namespace procsafe {
namespace {

std::string text_or_empty(const char* text) { return text == nullptr ? "" : text; }

Input input_of(const procsafe_stream& stream) {
  switch (stream.kind) {
    case PROCSAFE_NULL: return Input::null();
    case PROCSAFE_DESCRIPTOR: return Input::from(stream.descriptor);
    case PROCSAFE_FILE: return Input::file(text_or_empty(stream.path));
    case PROCSAFE_BYTES: return Input::bytes({stream.data, stream.size});
    case PROCSAFE_PIPE: return Input::pipe();
    default: throw UsageError("standard input of kind " + std::to_string(stream.kind));
  }
}

Output output_of(const procsafe_stream& stream) {
  switch (stream.kind) {
    case PROCSAFE_NULL: return Output::null();
    case PROCSAFE_DESCRIPTOR: return Output::to(stream.descriptor);
    case PROCSAFE_FILE: return Output::file(text_or_empty(stream.path));
    case PROCSAFE_APPEND: return Output::append(text_or_empty(stream.path));
    case PROCSAFE_CAPTURE: return Output::spill(stream.limit, text_or_empty(stream.path));
    case PROCSAFE_TO_OUTPUT: return Output::with_output();
    default: throw UsageError("standard output or error of kind " + std::to_string(stream.kind));
  }
}

Environment environment_of(const procsafe_command& command) {
  Environment environment{.inherit = command.inherit_environment != 0};
  environment.set.reserve(command.environment_count);
  for (std::size_t i = 0; i < command.environment_count; ++i) {
    const std::string_view text(command.environment[i]);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
      environment.set.emplace_back(text, std::nullopt);
    } else {
      environment.set.emplace_back(text.substr(0, equals), std::string(text.substr(equals + 1)));
    }
  }
  return environment;
}

template <typename Value, typename Number>
std::optional<Value> unless(Number number, Number unset) {
  if (number == unset) return std::nullopt;
  return static_cast<Value>(number);
}

Limits limits_of(const procsafe_command& command) {
  Limits limits{.memory_bytes = unless<std::uint64_t>(command.memory_bytes, std::uint64_t{0}),
                .processes = unless<std::uint64_t>(command.processes, std::uint64_t{0}),
                .open_files = unless<std::uint64_t>(command.open_files, std::uint64_t{0})};
  if (command.cpus != 0) limits.cpus = command.cpus;
  if (command.cpu_seconds != 0) limits.cpu_time = std::chrono::seconds(command.cpu_seconds);
  return limits;
}

Credentials credentials_of(const procsafe_command& command) {
  constexpr std::int64_t unset = PROCSAFE_DEFAULT;
  Credentials credentials{.user = unless<uid_t>(command.user, unset), .group = unless<gid_t>(command.group, unset)};
  if (command.group_count >= 0) credentials.groups.emplace(command.groups, command.groups + command.group_count);
  return credentials;
}

}  // namespace

StopPolicy policy_of(int soft_signal, std::int64_t grace_ms, std::int64_t kill_wait_ms, const StopPolicy& otherwise) {
  StopPolicy policy = otherwise;
  if (soft_signal > 0) policy.soft_signal = soft_signal;
  if (grace_ms >= 0) policy.grace = milliseconds(grace_ms);
  if (kill_wait_ms >= 0) policy.kill_wait = milliseconds(kill_wait_ms);
  return policy;
}

Command command_of(const procsafe_command& command, const StopPolicy& standard) {
  Command made{.argv = {command.arguments, command.arguments + command.argument_count},
               .executable = text_or_empty(command.executable),
               .cwd = text_or_empty(command.directory),
               .env = environment_of(command),
               .in = input_of(command.input),
               .out = output_of(command.output),
               .err = output_of(command.error),
               .limits = limits_of(command),
               .leftovers = command.keep_leftovers != 0 ? Leftovers::keep : Leftovers::end,
               .name = text_or_empty(command.name),
               .pty = command.pty != 0,
               .credentials = credentials_of(command),
               .pass_descriptors = {command.passed, command.passed + command.passed_count}};
  if (command.timeout_ms == PROCSAFE_NO_TIMEOUT) made.timeout = no_timeout;
  if (command.timeout_ms >= 0) made.timeout = milliseconds(command.timeout_ms);
  if (command.drain_ms >= 0) made.drain = milliseconds(command.drain_ms);
  made.stop = policy_of(command.soft_signal, command.grace_ms, command.kill_wait_ms, standard);
  if (command.file_mode_mask >= 0) made.umask = static_cast<mode_t>(command.file_mode_mask);
  for (int signal = 1; signal <= 64; ++signal)
    if ((command.ignored_signals >> (signal - 1) & 1) != 0) made.ignored_signals.push_back(signal);
  return made;
}

}  // namespace procsafe

extern "C" void procsafe_command_init(procsafe_command* command) {
  *command = {};
  command->group_count = command->timeout_ms = command->drain_ms = command->grace_ms = command->kill_wait_ms =
      command->user = command->group = PROCSAFE_DEFAULT;
  command->soft_signal = command->file_mode_mask = PROCSAFE_DEFAULT;
  command->inherit_environment = 1;
}
