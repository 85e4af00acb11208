#include "output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace procsafe {
namespace fs = std::filesystem;
namespace {

std::string reason() { return std::system_category().message(errno); }

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Holds back the signals that end a program, so that no half-written file stays behind.
class DelayedSignals {
 public:
  DelayedSignals() {
    sigset_t delayed;
    sigemptyset(&delayed);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&delayed, signal);
    pthread_sigmask(SIG_BLOCK, &delayed, &before_);
  }
  ~DelayedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  DelayedSignals(const DelayedSignals&) = delete;
  DelayedSignals& operator=(const DelayedSignals&) = delete;

 private:
  sigset_t before_{};
};

/// The mode the finished file gets: that of the file it replaces, else what the umask leaves of 0666.
mode_t final_mode(const fs::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0) return status.st_mode & 07777U;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666U & ~mask;
}

std::string write_directly(const fs::path& path, std::string_view text) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
  if (descriptor < 0) return reason();
  std::string error = write_all(descriptor, text) ? "" : reason();
  if (::close(descriptor) != 0 && error.empty()) error = reason();
  return error;
}

std::string replace(const fs::path& path, std::string_view text) {
  const DelayedSignals delayed;
  std::string temporary = path.string() + ".XXXXXX";
  const int descriptor = ::mkstemp(temporary.data());
  if (descriptor < 0) return reason();
  std::string error;
  if (::fchmod(descriptor, final_mode(path)) != 0 || !write_all(descriptor, text)) error = reason();
  if (::close(descriptor) != 0 && error.empty()) error = reason();
  if (error.empty() && ::rename(temporary.c_str(), path.c_str()) != 0) error = reason();
  if (!error.empty()) ::unlink(temporary.c_str());
  return error;
}

/// The file behind symbolic links, so that the link stays.
fs::path target_of(const std::string& path) {
  std::error_code error;
  fs::path target = fs::weakly_canonical(path, error);
  return error ? fs::path(path) : target;
}

}  // namespace

std::string write_standard_output(std::string_view text) {
  if (write_all(STDOUT_FILENO, text)) return {};
  return fmt::format("standard output: {}", reason());
}

std::string check_output_path(const std::string& path) {
  const fs::path target = target_of(path);
  std::error_code error;
  if (fs::is_directory(target, error)) return fmt::format("{}: is a directory; name a file for --output", path);
  if (fs::exists(target, error) && !fs::is_regular_file(target, error)) return {};
  const fs::path folder = target.parent_path().empty() ? "." : target.parent_path();
  if (::access(folder.c_str(), W_OK | X_OK) != 0) return fmt::format("{}: cannot be written: {}", path, reason());
  return {};
}

std::string write_file(const std::string& path, std::string_view text) {
  const fs::path target = target_of(path);
  std::error_code ignored;
  const bool special = fs::exists(target, ignored) && !fs::is_regular_file(target, ignored);
  const std::string error = special ? write_directly(target, text) : replace(target, text);
  return error.empty() ? error : fmt::format("{}: cannot be written: {}", path, error);
}

}  // namespace procsafe
