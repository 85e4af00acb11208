#include "source/read.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "source/classify.h"
#include "source/decode.h"
#include "source/parallel.h"

namespace procsafe {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kLanguages = "Python, shell, C and C++";

/// An open file that closes itself.
class Descriptor {
 public:
  explicit Descriptor(const char* path)
      // Not blocking: opening a pipe would wait for its writer.
      : descriptor_(::open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) {}
  ~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

/// Reads one file from the beginning to the end.
class Reader {
 public:
  Reader(const FoundFile& found, const ReadOptions& options, std::vector<ReadProblem>& problems)
      : found_(found), options_(options), problems_(problems) {}

  /// Nothing: not a source file, or a problem was noted.
  std::optional<SourceFile> read() {
    const NameVerdict name = classify_name(found_.path);
    if (name.kind == NameVerdict::Kind::foreign) return unknown_language();
    const Descriptor file(found_.absolute.c_str());
    if (file.get() < 0) return failed(errno);
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) return failed(errno);
    if (!S_ISREG(status.st_mode)) return problem("became something other than a regular file while it was looked at");
    const std::size_t size = status.st_size > 0 ? static_cast<std::size_t>(status.st_size) : 0;
    const bool known = name.kind == NameVerdict::Kind::known;
    std::string bytes;
    if (!append(file.get(), known && size <= options_.max_file_size ? size + 1 : classify_bytes, bytes))
      return failed(errno);
    SourceFile source;
    Classification found = classify(found_.path, bytes);
    if (found.language == Language::none) return unknown_language();
    if (size > options_.max_file_size) return too_large(size);
    if (!append_rest(file.get(), size, bytes)) return failed(errno);
    if (bytes.size() > options_.max_file_size) return too_large(bytes.size());
    source.path = found_.path;
    source.real_path = found_.absolute;
    source.language = found.language;
    source.dialect = std::move(found.dialect);
    if (!decode(std::move(bytes), source, problems_)) return std::nullopt;
    return source;
  }

 private:
  /// Appends up to `most` bytes; fewer only at the end of the file. False: errno says why.
  static bool append(int descriptor, std::size_t most, std::string& bytes) {
    const std::size_t before = bytes.size();
    bytes.resize(before + most);
    std::size_t at = before;
    while (at < bytes.size()) {
      const ssize_t count = ::read(descriptor, bytes.data() + at, bytes.size() - at);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return false;
      if (count == 0) break;
      at += static_cast<std::size_t>(count);
    }
    bytes.resize(at);
    return true;
  }

  /// The size is only a hint: files of /proc have none, and a file may grow or shrink while it is read.
  bool append_rest(int descriptor, std::size_t size, std::string& bytes) const {
    constexpr std::size_t kChunk = 65536;
    while (bytes.size() <= options_.max_file_size) {
      const std::size_t want = size >= bytes.size() ? size - bytes.size() + 1 : kChunk;
      const std::size_t before = bytes.size();
      if (!append(descriptor, want, bytes)) return false;
      if (bytes.size() - before < want) return true;
    }
    return true;
  }

  std::optional<SourceFile> problem(std::string message) {
    problems_.push_back({Notice::Level::error, found_.path, std::move(message)});
    return std::nullopt;
  }
  std::optional<SourceFile> failed(int error) {
    return problem(fmt::format("cannot be read: {}; it was not checked (--exclude leaves it out)",
                               std::system_category().message(error)));
  }
  std::optional<SourceFile> too_large(std::uint64_t size) {
    return problem(
        fmt::format("holds {} bytes, more than the limit of {}: raise --max-file-size, or leave it out with "
                    "--exclude",
                    size, options_.max_file_size));
  }
  std::optional<SourceFile> unknown_language() {
    if (!found_.named) return std::nullopt;
    return problem(
        fmt::format("is in no language that procsafe knows ({}), by its name and its first line", kLanguages));
  }

  const FoundFile& found_;
  const ReadOptions& options_;
  std::vector<ReadProblem>& problems_;
};

/// Dotted names of the Python packages that folders are.
class PackageNames {
 public:
  std::string module_name(const fs::path& path) {
    const std::string stem = path.stem().string();
    const std::string& package = package_of(path.parent_path());
    if (stem == "__init__") return package;
    return package.empty() ? stem : package + "." + stem;
  }

 private:
  const std::string& package_of(const fs::path& folder) {
    const auto known = known_.find(folder);
    if (known != known_.end()) return known->second;
    std::error_code ignored;
    std::string name;
    if (folder != folder.parent_path() && fs::exists(folder / "__init__.py", ignored)) {
      const std::string& above = package_of(folder.parent_path());
      name = above.empty() ? folder.filename().string() : above + "." + folder.filename().string();
    }
    return known_[folder] = std::move(name);
  }
  std::map<fs::path, std::string> known_;
};

/// Canonical paths; folders are resolved once, and only a file the user named can itself be a link.
class RealPaths {
 public:
  fs::path resolve(const FoundFile& found) {
    std::error_code ignored;
    if (found.named) return fs::weakly_canonical(found.absolute, ignored);
    const fs::path path(found.absolute);
    auto [known, inserted] = folders_.try_emplace(path.parent_path());
    if (inserted) known->second = fs::weakly_canonical(path.parent_path(), ignored);
    return known->second / path.filename();
  }

 private:
  std::map<fs::path, fs::path> folders_;
};

struct ReadResult {
  std::optional<SourceFile> file;
  std::vector<ReadProblem> problems;
};

ReadResult read_one(const FoundFile& found, const ReadOptions& options) {
  ReadResult result;
  result.file = Reader(found, options, result.problems).read();
  if (!result.file) return result;
  if (options.wanted && !options.wanted(*result.file)) {
    result.file->dormant = true;
    result.file->text = {};
  }
  result.file->index_lines();
  return result;
}

}  // namespace

SourceFile source_from_text(std::string path, std::string text) {
  SourceFile file;
  Classification found = classify(path, std::string_view(text).substr(0, classify_bytes));
  file.path = std::move(path);
  file.language = found.language;
  file.dialect = std::move(found.dialect);
  std::vector<ReadProblem> ignored;
  if (!decode(std::move(text), file, ignored)) file.language = Language::none;
  file.index_lines();
  return file;
}

SourceSet read_sources(const std::vector<std::string>& paths, const ReadOptions& options) {
  return read_files(find_files(paths, options.find), options);
}

SourceSet read_files(FoundFiles found, const ReadOptions& options) {
  std::vector<ReadResult> results(found.files.size());
  parallel_for(results.size(), options.threads, [&](std::size_t i) { results[i] = read_one(found.files[i], options); });
  SourceSet set;
  set.problems = std::move(found.problems);
  PackageNames packages;
  RealPaths real_paths;
  for (std::size_t i = 0; i < results.size(); ++i) {
    std::move(results[i].problems.begin(), results[i].problems.end(), std::back_inserter(set.problems));
    if (!results[i].file) continue;
    SourceFile& file = *results[i].file;
    file.real_path = real_paths.resolve(found.files[i]);
    if (file.language == Language::python) file.module = packages.module_name(file.real_path);
    set.files.push_back(std::move(file));
  }
  std::stable_sort(set.problems.begin(), set.problems.end(),
                   [](const ReadProblem& a, const ReadProblem& b) { return a.path < b.path; });
  return set;
}

void wake(SourceFile& file, const ReadOptions& options) {
  const FoundFile found{file.path, file.real_path.string(), true};
  std::vector<ReadProblem> known_already;
  std::optional<SourceFile> again = Reader(found, options, known_already).read();
  file.dormant = false;
  if (!again) return;
  file.text = std::move(again->text);
  file.index_lines();
}

}  // namespace procsafe
