#include <array>

#include "lower/host/host.h"
#include "lower/host/yaml.h"

namespace procsafe {
namespace {

bool is_shell(std::string_view name) {
  return name.empty() || name.find("sh") == 0 || name.find("bash") != std::string_view::npos ||
         name.find("zsh") != std::string_view::npos;
}

void add_scripts(std::vector<Text> values, std::vector<HostCommand>& commands) {
  for (Text& value : values) commands.emplace_back().words.push_back(std::move(value));
}

/// Steps of a job on Windows run in PowerShell unless they say otherwise.
bool on_windows(const std::vector<YamlEntry>& runners, const YamlEntry& step) {
  bool windows = false;
  for (const YamlEntry& runner : runners) {
    if (runner.line > step.line) break;
    windows = !runner.values.empty() && runner.values.front().bytes().starts_with("windows");
  }
  return windows;
}

/// The lines of a list run in one shell, one after the other.
void add_joined(const std::vector<Text>& values, std::vector<HostCommand>& commands) {
  Text script;
  for (const Text& value : values) {
    if (!script.empty()) script.append('\n', value.source_range(0, 1).begin);
    script.append(value);
  }
  commands.emplace_back().words.push_back(std::move(script));
}

}  // namespace

std::vector<HostCommand> read_workflow(std::string_view text) {
  std::vector<HostCommand> commands;
  const std::vector<HostLine> lines = lines_of(text);
  const std::vector<YamlEntry> runners = yaml_entries(lines, {"runs-on"});
  for (YamlEntry& entry : yaml_entries(lines, {"run"})) {
    const std::string shell = yaml_sibling(lines, entry, "shell");
    const bool posix = shell.empty() ? !on_windows(runners, entry) : is_shell(shell);
    if (!entry.list && posix) add_scripts(std::move(entry.values), commands);
  }
  return commands;
}

std::vector<HostCommand> read_pipeline_file(std::string_view text) {
  std::vector<HostCommand> commands;
  const std::vector<HostLine> lines = lines_of(text);
  for (const YamlEntry& entry : yaml_entries(lines, {"script", "before_script", "after_script"}))
    add_joined(entry.values, commands);
  return commands;
}

std::vector<HostCommand> read_compose_file(std::string_view text) {
  std::vector<HostCommand> commands;
  const std::vector<HostLine> lines = lines_of(text);
  for (YamlEntry& entry : yaml_entries(lines, {"command", "entrypoint", "test"})) {
    std::vector<Text>& words = entry.values;
    if (!entry.list) {
      add_scripts(std::move(words), commands);
      continue;
    }
    if (!words.empty() && words.front().bytes() == "CMD-SHELL") {  // healthcheck: test: ["CMD-SHELL", "…"]
      words.erase(words.begin());
      add_scripts(std::move(words), commands);
      continue;
    }
    if (!words.empty() && words.front().bytes() == "CMD") words.erase(words.begin());
    commands.push_back({std::move(words), false});
  }
  return commands;
}

std::vector<HostCommand> read_hook_file(std::string_view text) {
  std::vector<HostCommand> commands;
  const std::vector<HostLine> lines = lines_of(text);
  for (YamlEntry& entry : yaml_entries(lines, {"entry"})) {
    const std::string language = yaml_sibling(lines, entry, "language");
    if (language.empty() || language == "system" || language == "script" || language == "unsupported")
      add_scripts(std::move(entry.values), commands);
  }
  return commands;
}

std::vector<HostCommand> read_package_file(std::string_view text) {
  std::vector<HostCommand> commands;
  const HostLine all{text, 0};
  std::size_t at = text.find("\"scripts\"");
  at = at == std::string_view::npos ? at : text.find('{', at);
  if (at == std::string_view::npos) return commands;
  bool value = false;
  for (++at; at < text.size() && text[at] != '}';) {
    if (text[at] == '"') {
      std::optional<Text> string = read_quoted(all, at);
      if (!string) return commands;
      if (value) commands.emplace_back().words.push_back(std::move(*string));
      value = false;
    } else {
      value = value || text[at] == ':';
      if (text[at] == ',') value = false;
      ++at;
    }
  }
  return commands;
}

}  // namespace procsafe
