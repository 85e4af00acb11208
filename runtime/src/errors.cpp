#include <procsafe/process_manager.h>

#include <csignal>
#include <cstring>

namespace procsafe {

int library_version() noexcept { return PROCSAFE_VERSION; }

inline namespace v0 {
namespace {

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : "; ") + part;
  return text;
}

std::string describe(const Result& result) {
  const std::string who = "'" + result.command + "' (pid " + std::to_string(result.pid) + ")";
  if (!result.survivors.empty())
    return who + ": " + std::to_string(result.survivors.size()) + " process(es) survived SIGKILL, the first is pid " +
           std::to_string(result.survivors.front().pid) + " (" + result.survivors.front().command + ")";
  if (result.timed_out) return who + " timed out after " + std::to_string(result.duration.count()) + " ms";
  if (result.lost) return who + " was ended because its cell was killed; its status is not known";
  if (result.stopped) return who + " was stopped";
  if (result.term_signal != 0) {
    const char* name = sigabbrev_np(result.term_signal);
    return who + " was ended by signal " + std::to_string(result.term_signal) +
           (name != nullptr ? std::string(" (SIG") + name + ")" : std::string());
  }
  return who + " exited with status " + std::to_string(result.exit_code);
}

void throw_unless_ok(const Result& result) {
  if (!result.survivors.empty()) throw CleanupError(describe(result), result);
  if (result.timed_out) throw TimeoutError(describe(result), result);
  if (!result.ok()) throw ExitError(describe(result), result);
}

}  // namespace

ConfigError::ConfigError(std::vector<std::string> all) : Error(join(all)), faults(std::move(all)) {}

const Result& Result::or_throw() const& {
  throw_unless_ok(*this);
  return *this;
}

Result Result::or_throw() && {
  throw_unless_ok(*this);
  return std::move(*this);
}

}  // namespace v0
}  // namespace procsafe
