#include "lower/clang/clang_tier.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "lower/clang/compile_database.h"
#include "lower/clang/merge.h"
#include "lower/clang/selection.h"
#include "lower/clang/worker_pool.h"

#if defined(__SANITIZE_ADDRESS__)
#define PROCSAFE_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PROCSAFE_ADDRESS_SANITIZER
#endif
#endif

namespace procsafe {
namespace fs = std::filesystem;
namespace {

/// How often a header that its unit turned out not to include is tried through another.
constexpr int kMaxRounds = 3;

bool is_cpp(const SourceFile& file) { return file.language == Language::c || file.language == Language::cpp; }

/// Extensions of files that are compiled on their own; a header is seen through what includes it.
bool is_header(const SourceFile& file) {
  constexpr std::array<std::string_view, 5> kTextual{".inl", ".ipp", ".tpp", ".txx", ".tcc"};
  const std::string extension = file.real_path.extension().string();
  return extension.starts_with(".h") || extension.starts_with(".H") ||
         std::find(kTextual.begin(), kTextual.end(), extension) != kTextual.end();
}

/// The databases that govern the files, each read once.
class Databases {
 public:
  /// Throws CompileDatabaseError when the one that the options name cannot be read.
  explicit Databases(const ClangOptions& options) {
    if (!options.compile_database.empty())
      given_ = std::make_unique<CompileDatabase>(CompileDatabase::load(options.compile_database));
  }

  /// Throws CompileDatabaseError when the one that is found cannot be read.
  const CompileDatabase* governing(const SourceFile& file) {
    if (given_ != nullptr) return given_.get();
    const auto [folder, is_new] = by_folder_.try_emplace(file.real_path.parent_path());
    if (is_new) folder->second = CompileDatabase::find(file.real_path);
    if (folder->second.empty()) return nullptr;
    const auto [loaded, first] = loaded_.try_emplace(folder->second);
    if (first) loaded->second = std::make_unique<CompileDatabase>(CompileDatabase::load(folder->second));
    return loaded->second.get();
  }

 private:
  std::unique_ptr<CompileDatabase> given_;
  std::map<fs::path, fs::path> by_folder_;
  std::map<fs::path, std::unique_ptr<CompileDatabase>> loaded_;
};

class ClangTier {
 public:
  ClangTier(std::vector<SourceFile>& files, const Catalog& catalog, const ClangOptions& options, unsigned threads,
            const std::function<void(SourceFile&)>& wake)
      : files_(files), catalog_(catalog), options_(options), threads_(threads), wake_(wake), commands_(files.size()) {
    for (std::size_t i = 0; i < files.size(); ++i) by_path_.emplace(files[i].real_path.string(), i);
  }

  ClangResult run() && {
    if (find_commands()) ask();
    return std::move(result_);
  }

 private:
  void notice(std::size_t file, std::string message, Notice::Level level = Notice::Level::note) {
    result_.notices[files_[file].path].push_back({level, {}, std::move(message)});
  }

  [[nodiscard]] Notice::Level required() const {
    return options_.tier == CppTier::clang ? Notice::Level::error : Notice::Level::note;
  }

  /// False when there is nothing to ask Clang about.
  bool find_commands() {
    const auto first = std::find_if(files_.begin(), files_.end(), is_cpp);
    if (first == files_.end()) return false;
    std::size_t reading = static_cast<std::size_t>(first - files_.begin());
    try {
      Databases databases(options_);
      for (std::size_t i = reading; i < files_.size(); ++i) {
        if (!is_cpp(files_[i]) || files_[i].real_path.empty()) continue;
        reading = i;
        read_command(i, databases);
      }
    } catch (const CompileDatabaseError& error) {
      const bool asked_for = !options_.compile_database.empty() || options_.tier == CppTier::clang;
      notice(reading, fmt::format("no answers from Clang: {}", error.what()),
             asked_for ? Notice::Level::error : Notice::Level::note);
      return false;
    }
    return result_.commands > 0;
  }

  void read_command(std::size_t file, Databases& databases) {
    const CompileDatabase* database = databases.governing(files_[file]);
    std::optional<CompileCommand> command;
    if (database != nullptr) {
      command = database->command(files_[file].real_path);
      roots_.insert(database->project().string());
    }
    if (command && is_header(files_[file])) command.reset();
    if (command) {
      command->arguments.insert(command->arguments.end(), options_.extra_arguments.begin(),
                                options_.extra_arguments.end());
      ++result_.commands;
    } else if (options_.tier == CppTier::clang && !is_header(files_[file])) {
      notice(file, "Clang was asked for, but there is no compile command for this file", Notice::Level::error);
    }
    commands_[file] = std::move(command);
  }

  void ask() {
    const fs::path worker = options_.worker.empty() ? default_worker() : options_.worker;
    std::error_code ignored;
    if (!fs::exists(worker, ignored)) {
      const auto file = std::find_if(commands_.begin(), commands_.end(), [](const auto& c) { return c.has_value(); });
      notice(static_cast<std::size_t>(file - commands_.begin()),
             fmt::format("no answers from Clang: {} is missing", worker.string()), required());
      return;
    }
    std::vector<bool> compiled(files_.size());
    for (std::size_t i = 0; i < files_.size(); ++i) compiled[i] = commands_[i].has_value();
    const Selection selection(files_, compiled, catalog_.cpp(), threads_, wake_);
    for (const std::size_t file : selection.wanted())
      wanted_.push_back({files_[file].real_path.string(), selection.places(file)});
    const WorkerPool pool(worker, options_.limits, threads_);
    std::vector<bool> run(files_.size(), false);
    std::vector<std::size_t> units = selection.units();
    for (int round = 0; round < kMaxRounds && !units.empty(); ++round) {
      run_units(units, pool);
      for (const std::size_t unit : units) run[unit] = true;
      units = second_choices(selection, run);
    }
  }

  /// Units for the wanted headers that no unit has contained yet.
  [[nodiscard]] std::vector<std::size_t> second_choices(const Selection& selection,
                                                        const std::vector<bool>& run) const {
    std::set<std::size_t> units;
    for (const std::size_t file : selection.wanted()) {
      if (commands_[file] || result_.semantics.contains(files_[file].path)) continue;
      const std::size_t unit = selection.representative(file, run);
      if (unit < files_.size()) units.insert(unit);
    }
    return {units.begin(), units.end()};
  }

  [[nodiscard]] UnitRequest request(std::size_t unit) const {
    UnitRequest request;
    request.directory = commands_[unit]->directory;
    request.file = commands_[unit]->file;
    request.arguments = commands_[unit]->arguments;
    for (const Api& api : catalog_.cpp().apis()) request.names.push_back(api.name);
    for (const ApiType& type : catalog_.cpp().types()) request.names.push_back(type.name);
    request.roots.assign(roots_.begin(), roots_.end());
    request.wanted = wanted_;
    return request;
  }

  void run_units(const std::vector<std::size_t>& units, const WorkerPool& pool) {
    std::vector<UnitRequest> requests;
    for (const std::size_t unit : units) requests.push_back(request(unit));
    std::vector<UnitOutcome> outcomes = pool.run(requests);
    result_.units += units.size();
    for (std::size_t i = 0; i < units.size(); ++i) take(units[i], std::move(outcomes[i]));
  }

  void take(std::size_t unit, UnitOutcome outcome) {
    if (!outcome.reply) {
      notice(unit, outcome.problem + "; judged by its syntax alone", required());
      return;
    }
    if (outcome.reply->errors > 0) {
      const std::string first = outcome.reply->diagnostics.empty() ? std::string("?") : outcome.reply->diagnostics[0];
      notice(unit, fmt::format("Clang found {} error{} in this unit; the first: {}", outcome.reply->errors,
                               outcome.reply->errors == 1 ? "" : "s", first));
    }
    for (auto& [path, semantics] : outcome.reply->files) add(path, std::move(semantics));
  }

  void add(const std::string& path, CppSemantics semantics) {
    const auto file = by_path_.find(path);
    if (file == by_path_.end() || !wake(files_[file->second], semantics)) return;
    if (!fits(semantics, files_[file->second])) return;
    const auto [known, is_new] = result_.semantics.try_emplace(files_[file->second].path);
    known->second = is_new ? std::move(semantics) : merge(std::move(known->second), std::move(semantics));
  }

  /// False when the file can go on sleeping: nothing of the catalogue happens in it.
  [[nodiscard]] bool wake(SourceFile& file, const CppSemantics& semantics) const {
    if (!file.dormant) return true;
    const bool matters =
        !semantics.references.empty() || std::any_of(semantics.calls.begin(), semantics.calls.end(),
                                                     [](const CppSemantics::Call& call) { return !call.project; });
    if (!matters || !wake_) return false;
    wake_(file);
    file.dormant = false;
    return true;
  }

  /// A file that was changed while we ran gets no answers, for they would point anywhere.
  static bool fits(const CppSemantics& semantics, const SourceFile& file) {
    const auto inside = [&](SourceRange range) { return range.end <= file.text.size(); };
    return std::all_of(semantics.calls.begin(), semantics.calls.end(),
                       [&](const CppSemantics::Call& call) {
                         return inside(call.range) && inside(call.receiver) &&
                                std::all_of(call.arguments.begin(), call.arguments.end(),
                                            [&](const auto& argument) { return inside(argument.range); });
                       }) &&
           std::all_of(semantics.references.begin(), semantics.references.end(),
                       [&](const auto& reference) { return inside(reference.range); }) &&
           std::all_of(semantics.variables.begin(), semantics.variables.end(),
                       [&](const auto& variable) { return inside(variable.declaration); }) &&
           std::all_of(semantics.inactive.begin(), semantics.inactive.end(), inside) &&
           std::all_of(semantics.unknown.begin(), semantics.unknown.end(), inside);
  }

  std::vector<SourceFile>& files_;
  const Catalog& catalog_;
  const ClangOptions& options_;
  unsigned threads_;
  const std::function<void(SourceFile&)>& wake_;
  std::vector<std::optional<CompileCommand>> commands_;  ///< by file
  std::map<std::string, std::size_t> by_path_;           ///< canonical path → file
  std::set<std::string> roots_;
  std::vector<WantedFile> wanted_;
  ClangResult result_;
};

}  // namespace

WorkerLimits ClangOptions::default_limits() {
  WorkerLimits limits;
#ifndef PROCSAFE_ADDRESS_SANITIZER
  limits.memory = std::uint64_t{4} << 30U;
#endif
  return limits;
}

fs::path default_worker() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path("procsafe-clang") : self.parent_path() / "procsafe-clang";
}

ClangResult clang_semantics(std::vector<SourceFile>& files, const Catalog& catalog, const ClangOptions& options,
                            unsigned threads, const std::function<void(SourceFile&)>& wake) {
  if (options.tier == CppTier::syntax) return {};
  return ClangTier(files, catalog, options, threads, wake).run();
}

}  // namespace procsafe
