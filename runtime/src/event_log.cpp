#include "event_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "json.h"

namespace procsafe {
namespace {

constexpr std::string_view mask = "***";

char fold(char c) { return c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool is_secret(std::string_view name, const std::vector<std::string>& names) {
  while (name.starts_with('-')) name.remove_prefix(1);
  return std::any_of(names.begin(), names.end(), [&](std::string_view secret) {
    return std::equal(name.begin(), name.end(), secret.begin(), secret.end(),
                      [](char a, char b) { return fold(a) == fold(b); });
  });
}

/// ISO 8601 with milliseconds, UTC.
std::string timestamp(std::chrono::system_clock::time_point time) {
  const auto since = std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = since / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  const std::string fraction = std::to_string(1000 + since % 1000).substr(1);
  return std::string(text.data(), length) + "." + fraction + "Z";
}

}  // namespace

std::string redact(const std::vector<std::string>& arguments, const std::vector<std::string>& names) {
  std::string text;
  bool value_follows = false;
  for (const std::string& argument : arguments) {
    if (!text.empty()) text += ' ';
    const std::size_t equals = argument.find('=');
    if (value_follows) {
      text += mask;
    } else if (equals != std::string::npos && is_secret(std::string_view(argument).substr(0, equals), names)) {
      text.append(argument, 0, equals + 1).append(mask);
    } else {
      text += argument;
    }
    value_follows =
        !value_follows && equals == std::string::npos && argument.starts_with('-') && is_secret(argument, names);
  }
  return text;
}

void EventLog::open(const std::string& target) {
  if (target.empty()) return;
  if (target == "stderr") {
    line_fd_ = STDERR_FILENO;
  } else {
    file_.reset(::open(target.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!file_.valid()) throw ConfigError({"PM_EVENTS: '" + target + "': " + std::strerror(errno)});
    line_fd_ = file_.get();
  }
  enabled_ = true;
}

void EventLog::add_sink(std::function<void(const Event&)> sink) {
  const std::scoped_lock lock(mutex_);
  sinks_.push_back(std::move(sink));
  enabled_ = true;
}

void EventLog::emit(const Event& event) {
  const std::scoped_lock lock(mutex_);
  if (line_fd_ >= 0) {
    const std::string line = event.json() + "\n";
    // One write a line: O_APPEND keeps lines of several programs whole (write(2)).
    if (write(line_fd_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ++failures_;
  }
  for (const auto& sink : sinks_) {
    try {
      sink(event);
    } catch (...) {
      ++failures_;
    }
  }
}

inline namespace v0 {

std::string_view to_string(EventKind kind) noexcept {
  constexpr std::array<std::string_view, 14> names{"config", "spawn",   "exit",    "stop",    "terminate",
                                                   "kill",   "timeout", "cleanup", "limit",   "orphan",
                                                   "zombie", "alert",   "health",  "recovery"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(Severity severity) noexcept {
  constexpr std::array<std::string_view, 3> names{"info", "warning", "critical"};
  return names[static_cast<std::size_t>(severity)];
}

std::string Event::json() const {
  JsonObject object;
  object.add("time", timestamp(time)).add("event", to_string(kind)).add("severity", to_string(severity));
  if (pid != 0) object.add("pid", pid);
  if (!name.empty()) object.add("name", name);
  if (!command.empty()) object.add("command", command);
  if (duration) object.add("duration_ms", duration->count());
  if (exit_code) object.add("exit_code", *exit_code);
  if (term_signal) object.add("signal", *term_signal);
  if (processes) object.add("processes", *processes);
  if (!reason.empty()) object.add("reason", reason);
  object.add("manager_pid", manager_pid).add("run_id", run_id).add("instance_id", instance_id);
  if (!component.empty()) object.add("component", component);
  if (!parent_run_id.empty()) object.add("parent_run_id", parent_run_id);
  return object.text();
}

}  // namespace v0
}  // namespace procsafe
