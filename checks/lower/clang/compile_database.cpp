#include "lower/clang/compile_database.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "lower/clang/command_line.h"

namespace procsafe {
namespace fs = std::filesystem;
namespace {

constexpr const char* kCommands = "compile_commands.json";
constexpr const char* kFlags = "compile_flags.txt";
constexpr const char* kBuildFolder = "build";

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw CompileDatabaseError(fmt::format("{}: cannot be opened", path.string()));
  return {std::istreambuf_iterator<char>(in), {}};
}

fs::path canonical_path(const fs::path& path) {
  std::error_code error;
  fs::path found = fs::weakly_canonical(path, error);
  return error ? path.lexically_normal() : found;
}

/// The database in a folder or in its build folder; empty if there is none.
fs::path database_in(const fs::path& folder) {
  std::error_code ignored;
  for (const fs::path& candidate : {folder / kCommands, folder / kBuildFolder / kCommands, folder / kFlags}) {
    if (fs::is_regular_file(candidate, ignored)) return candidate;
  }
  return {};
}

CompileCommand read_command(const nlohmann::json& entry, const fs::path& database) {
  CompileCommand command;
  // Relative folders are relative to the database: written so by some generators, undefined by the format.
  const fs::path directory = database.parent_path() / entry.at("directory").get<std::string>();
  command.directory = directory.lexically_normal().string();
  command.file = (directory / entry.at("file").get<std::string>()).lexically_normal().string();
  std::vector<std::string> arguments = entry.contains("arguments")
                                           ? entry.at("arguments").get<std::vector<std::string>>()
                                           : split_command(entry.at("command").get<std::string>());
  command.arguments = plain_command(std::move(arguments), directory);
  return command;
}

}  // namespace

CompileDatabase CompileDatabase::load(const fs::path& path) {
  std::error_code error;
  fs::path file = fs::absolute(path, error);
  if (fs::is_directory(file, error)) {
    const fs::path folder = file;
    file = database_in(folder);
    if (file.empty()) throw CompileDatabaseError(fmt::format("{}: there is no {} here", folder.string(), kCommands));
  }
  CompileDatabase database;
  const fs::path folder = canonical_path(file).parent_path();
  const bool of_build = folder.filename().string().starts_with(kBuildFolder) && file.filename() == kCommands;
  database.project_ = of_build ? folder.parent_path() : folder;
  if (file.filename() == kFlags) {
    database.read_flags(file);
  } else {
    database.read_commands(file);
  }
  return database;
}

fs::path CompileDatabase::find(const fs::path& file) {
  std::error_code error;
  for (fs::path folder = fs::absolute(file, error).parent_path(); !folder.empty(); folder = folder.parent_path()) {
    fs::path database = database_in(folder);
    if (!database.empty()) return database;
    if (folder == folder.parent_path()) break;
  }
  return {};
}

void CompileDatabase::read_commands(const fs::path& path) {
  const std::string text = read_file(path);
  try {
    const nlohmann::json entries = nlohmann::json::parse(text);
    if (!entries.is_array()) throw CompileDatabaseError(fmt::format("{}: is no array of commands", path.string()));
    for (const nlohmann::json& entry : entries) {
      CompileCommand command = read_command(entry, path);
      std::string file = canonical_path(command.file).string();
      if (!command.arguments.empty()) commands_.emplace(std::move(file), std::move(command));
    }
  } catch (const nlohmann::json::exception& error) {
    throw CompileDatabaseError(fmt::format("{}: is no compilation database: {}", path.string(), error.what()));
  }
}

void CompileDatabase::read_flags(const fs::path& path) {
  // One argument a line, blanks and all.
  flags_.emplace();
  std::ifstream in(path);
  if (!in) throw CompileDatabaseError(fmt::format("{}: cannot be opened", path.string()));
  for (std::string line; std::getline(in, line);) {
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string::npos) continue;
    flags_->push_back(line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1));
  }
}

std::optional<CompileCommand> CompileDatabase::command(const fs::path& file) const {
  const auto found = commands_.find(file.string());
  if (found != commands_.end()) return found->second;
  if (!flags_) return std::nullopt;
  const fs::path relative = file.lexically_relative(project_);
  if (relative.empty() || *relative.begin() == "..") return std::nullopt;
  CompileCommand command{project_.string(), file.string(), {"clang"}};
  command.arguments.insert(command.arguments.end(), flags_->begin(), flags_->end());
  command.arguments.push_back(command.file);
  return command;
}

}  // namespace procsafe
