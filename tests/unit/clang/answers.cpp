#include "answers.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "lower/clang/clang_tier.h"

namespace procsafe {
namespace {

/// A catalogue of its own, so that these tests say nothing about the real one.
std::vector<std::string> catalogue() {
  return {"system",          "kill",           "fork",        "execv",
          "popen",           "waitpid",        "posix_spawn", "QProcess",
          "QProcess::start", "QProcess::kill", "bp::child",   "bp::child::wait",
          "bp::system"};
}

std::string describe(const CppSemantics::Argument& argument, const std::string& text) {
  if (argument.number) return std::to_string(*argument.number);
  if (argument.text) return '"' + *argument.text + '"';
  if (argument.range.empty()) return "?";
  return text.substr(argument.range.begin, argument.range.end - argument.range.begin);
}

std::string describe(const CppSemantics::Call& call, const std::string& text) {
  std::string line = text.substr(call.range.begin, call.range.end - call.range.begin) + " = " + call.callee + "(";
  for (std::size_t i = 0; i < call.arguments.size(); ++i)
    line += (i == 0 ? "" : ", ") + describe(call.arguments[i], text);
  line += ")";
  if (call.project) line += " project";
  if (!call.receiver_type.empty()) {
    line += " on " + call.receiver_type;
    if (!call.receiver.empty()) line += " " + text.substr(call.receiver.begin, call.receiver.end - call.receiver.begin);
  }
  if (!call.macro.empty()) line += " by " + call.macro;
  return line;
}

}  // namespace

AskedProject::AskedProject(std::initializer_list<TextFile> files)
    : files_(files), limits_(ClangOptions::default_limits()) {
  for (const auto& [name, text] : files_) folder_.write(name, text);
}

AskedProject& AskedProject::arguments(std::vector<std::string> arguments) {
  arguments_ = std::move(arguments);
  return *this;
}

AskedProject& AskedProject::limits(WorkerLimits limits) {
  limits_ = limits;
  return *this;
}

AskedProject& AskedProject::places(std::vector<Offset> places) {
  places_ = std::move(places);
  return *this;
}

UnitOutcome AskedProject::run() const {
  const std::filesystem::path root = std::filesystem::canonical(folder_.root());
  UnitRequest request;
  request.directory = root.string();
  request.file = (root / files_.front().name).string();
  request.arguments = {files_.front().name.ends_with(".c") ? "cc" : "c++"};
  request.arguments.insert(request.arguments.end(), arguments_.begin(), arguments_.end());
  request.arguments.push_back(files_.front().name);
  request.names = catalogue();
  request.roots = {root.string()};
  for (const auto& [name, text] : files_) request.wanted.push_back({(root / name).string(), places_});
  return WorkerPool(PROCSAFE_WORKER, limits_, 1).run({request}).at(0);
}

const std::string& AskedProject::text_of(const std::string& file) const {
  for (const auto& [name, text] : files_) {
    if (name == file) return text;
  }
  return files_.front().text;
}

CppSemantics AskedProject::semantics(const std::string& file) const {
  const UnitOutcome outcome = run();
  if (!outcome.reply) {
    ADD_FAILURE() << outcome.problem;
    return {};
  }
  const std::filesystem::path root = std::filesystem::canonical(folder_.root());
  const auto found = outcome.reply->files.find((root / (file.empty() ? files_.front().name : file)).string());
  if (found == outcome.reply->files.end()) {
    ADD_FAILURE() << "no answer for " << file;
    return {};
  }
  return found->second;
}

std::vector<std::string> AskedProject::calls(const std::string& file) const {
  std::vector<std::string> lines;
  for (const CppSemantics::Call& call : semantics(file).calls) lines.push_back(describe(call, text_of(file)));
  return lines;
}

std::vector<std::string> AskedProject::texts(const std::vector<SourceRange>& ranges, const std::string& file) const {
  std::vector<std::string> texts;
  for (const SourceRange range : ranges) texts.push_back(text_of(file).substr(range.begin, range.end - range.begin));
  return texts;
}

std::vector<std::string> calls_of(const std::string& source) {
  const AskedProject project{{"main.cpp", source}};
  return project.calls();
}

}  // namespace procsafe
