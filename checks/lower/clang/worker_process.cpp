#include "lower/clang/worker_process.h"

#include <procsafe/process_manager.h>

#include <cstdlib>
#include <utility>

namespace procsafe {
namespace {

constexpr std::size_t kMaxErrors = 8192;

/// Made when the first worker is needed: a run without one does not pay for it. No signal handlers, for whatever ends
/// the linter, the guard sees it and ends the workers; no cgroup, whose making would take longer than a small unit.
ProcessManager& manager() {
  static ProcessManager instance([] {
    Config config;
    if (const char* guard = std::getenv("PM_GUARD"); guard != nullptr) config.guard = guard;
    config.handlers = false;
    config.containment = Containment::guard;
    config.max_processes = 4000;  // as many as there are threads that ask
    config.component = "clang-tier";
    return config;
  }());
  return instance;
}

Command command_for(const std::filesystem::path& program, std::string_view input, const WorkerLimits& limits) {
  Command command{.argv = {program.string()}};
  command.in = Input::bytes(std::string(input));
  command.out = Output::capture_at_most(limits.output);
  command.err = Output::capture(kMaxErrors);
  command.timeout = limits.time;
  command.drain = milliseconds(0);
  command.stop = StopPolicy{.grace = milliseconds(0)};
  if (limits.memory != 0) command.limits.address_space = limits.memory;
  return command;
}

WorkerResult::End end_of(const Result& result, const WorkerLimits& limits) {
  using End = WorkerResult::End;
  if (result.timed_out) return End::timed_out;
  if (result.truncated && result.out.size() >= limits.output) return End::overflowed;
  return result.exit_code >= 0 ? End::exited : End::signalled;
}

}  // namespace

WorkerResult run_worker(const std::filesystem::path& program, std::string_view input, const WorkerLimits& limits) {
  WorkerResult worker;
  try {
    Result result = manager().run(command_for(program, input, limits));
    worker.end = end_of(result, limits);
    worker.code = worker.end == WorkerResult::End::exited ? result.exit_code : result.term_signal;
    worker.output = std::move(result.out);
    worker.errors = std::move(result.err);
  } catch (const Error& error) {
    worker.errors = error.what();
  }
  return worker;
}

}  // namespace procsafe
