#include "source/find.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "source/classify.h"
#include "source/ignore.h"

namespace procsafe {
namespace fs = std::filesystem;
namespace {

std::string reason(int error) { return std::system_category().message(error); }

/// "./a//b/." as "a/b"; ".." stays, it may lead through a symbolic link.
std::string clean(std::string_view path) {
  std::string out = path.starts_with('/') ? "/" : "";
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (!out.empty() && !out.ends_with('/')) out += '/';
    out += part;
  }
  return out;
}

std::string joined(const std::string& folder, std::string_view name) {
  std::string out = folder;
  if (!out.empty() && !out.ends_with('/')) out += '/';
  return out.append(name);
}

std::string_view kind_name(mode_t mode) {
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "no regular file";
}

enum class EntryType : std::uint8_t { file, folder, link, other };

struct Entry {
  std::string name;
  EntryType type = EntryType::other;
};

EntryType type_of(const dirent& entry, const std::string& path) {
  switch (entry.d_type) {
    case DT_REG: return EntryType::file;
    case DT_DIR: return EntryType::folder;
    case DT_LNK: return EntryType::link;
    case DT_UNKNOWN: break;  // some file systems do not tell
    default: return EntryType::other;
  }
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return EntryType::other;
  if (S_ISREG(status.st_mode)) return EntryType::file;
  if (S_ISDIR(status.st_mode)) return EntryType::folder;
  return S_ISLNK(status.st_mode) ? EntryType::link : EntryType::other;
}

class Finder {
 public:
  explicit Finder(const FindOptions& options) : options_(options), working_directory_(fs::current_path().string()) {
    for (const std::string& pattern : options.excludes) excludes_.add(pattern);
  }

  void add(const std::string& given) {
    const std::string path = clean(given);
    if (given.empty()) return problem(given, "an empty path names nothing");
    struct stat status{};
    if (::stat(given.c_str(), &status) != 0) return unreachable(given, errno);
    const std::string absolute = (fs::path(working_directory_) / path).lexically_normal().string();
    if (S_ISDIR(status.st_mode)) {
      root_ = without_slash(absolute);
      walk(path, root_, options_.ignore_files ? IgnoreScope::enter_with_parents(root_) : nullptr);
    } else if (S_ISREG(status.st_mode)) {
      root_ = fs::path(absolute).parent_path().string();
      if (!options_.filter_named || !excludes_.covers(relative(absolute)))
        found_.files.push_back({path, absolute, !options_.filter_named});
    } else {
      problem(given, fmt::format("is {}: name a file or a folder", kind_name(status.st_mode)));
    }
  }

  FoundFiles take() {
    std::vector<FoundFile>& files = found_.files;
    // Of several ways to one file the one the user named counts, then the first.
    std::sort(files.begin(), files.end(), [](const FoundFile& a, const FoundFile& b) {
      return std::tie(a.absolute, b.named, a.path) < std::tie(b.absolute, a.named, b.path);
    });
    const auto same = [](const FoundFile& a, const FoundFile& b) { return a.absolute == b.absolute; };
    files.erase(std::unique(files.begin(), files.end(), same), files.end());
    std::sort(files.begin(), files.end(), [](const FoundFile& a, const FoundFile& b) { return a.path < b.path; });
    return std::move(found_);
  }

 private:
  void problem(const std::string& path, std::string message) {
    found_.problems.push_back({Notice::Level::error, path, std::move(message)});
  }

  void unreachable(const std::string& path, int error) {
    struct stat status{};
    const bool link = ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
    if (error == ENOENT && link) return problem(path, "is a symbolic link to nothing");
    if (error == ENOENT) return problem(path, "no such file or folder");
    problem(path, fmt::format("cannot be reached: {}", reason(error)));
  }

  static std::string without_slash(std::string path) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return path;
  }

  [[nodiscard]] std::optional<std::vector<Entry>> list(const std::string& path, const std::string& absolute) {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(absolute.c_str()), &::closedir);
    if (!folder) {
      problem(path.empty() ? "." : path, fmt::format("the folder cannot be opened: {}; what is in it was not checked "
                                                     "(--exclude leaves it out)",
                                                     reason(errno)));
      return std::nullopt;
    }
    std::vector<Entry> entries;
    errno = 0;
    while (const dirent* entry = ::readdir(folder.get())) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      entries.push_back({std::string(name), type_of(*entry, joined(absolute, name))});
      errno = 0;
    }
    if (errno != 0) problem(path, fmt::format("the folder cannot be read to its end: {}", reason(errno)));
    return entries;
  }

  void walk(const std::string& path, const std::string& absolute, std::shared_ptr<const IgnoreScope> scope) {
    const std::optional<std::vector<Entry>> entries = list(path, absolute);
    if (!entries) return;
    if (options_.ignore_files && absolute != root_) {
      IgnoreScope::Present present;
      for (const Entry& entry : *entries) present.note(entry.name);
      scope = IgnoreScope::enter(absolute, present, std::move(scope));
    }
    for (const Entry& entry : *entries) visit(entry, joined(path, entry.name), joined(absolute, entry.name), scope);
  }

  void visit(const Entry& entry, const std::string& path, const std::string& absolute,
             const std::shared_ptr<const IgnoreScope>& scope) {
    if (entry.type == EntryType::link || entry.name == ".git") return;
    const bool folder = entry.type == EntryType::folder;
    if (excluded(absolute, folder) || (scope && scope->ignored(absolute, folder))) return;
    if (folder) {
      walk(path, absolute, scope);
    } else if (entry.type == EntryType::file) {
      found_.files.push_back({path, absolute, false});
    } else if (classify_name(path).kind == NameVerdict::Kind::known) {
      problem(path,
              "is a pipe, socket or device with the name of a source file: it was not checked (--exclude "
              "leaves it out)");
    }
  }

  /// As patterns see it: from the working directory, or from the folder being walked where that lies outside.
  [[nodiscard]] std::string_view relative(std::string_view absolute) const {
    const std::string& base = below(root_, working_directory_) ? working_directory_ : root_;
    return absolute.substr(base == "/" ? 1 : base.size() + 1);
  }

  [[nodiscard]] bool excluded(const std::string& absolute, bool folder) const {
    return !excludes_.empty() && excludes_.verdict(relative(absolute), folder) == IgnoreVerdict::ignored;
  }

  static bool below(std::string_view path, std::string_view folder) {
    if (folder == "/" || path == folder) return true;
    return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
  }

  const FindOptions& options_;
  std::string working_directory_;
  IgnoreList excludes_;
  std::string root_;  ///< absolute path of the folder being walked
  FoundFiles found_;
};

}  // namespace

FoundFiles find_files(const std::vector<std::string>& paths, const FindOptions& options) {
  Finder finder(options);
  for (const std::string& path : paths) finder.add(path);
  return finder.take();
}

}  // namespace procsafe
