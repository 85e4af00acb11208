#include <array>
#include <cctype>
#include <string>

#include "lower/host/host.h"
#include "lower/host/text_lines.h"

namespace procsafe {
namespace {

/// The instruction's name in capitals; `rest` becomes what stands behind it.
std::string instruction_of(HostLine& rest) {
  std::string name;
  std::size_t at = 0;
  for (; at < rest.text.size() && std::isalpha(static_cast<unsigned char>(rest.text[at])) != 0; ++at)
    name += static_cast<char>(std::toupper(static_cast<unsigned char>(rest.text[at])));
  rest = rest.from(at).trimmed();
  return name;
}

/// `--mount=… --network=…` in front of a command.
void skip_options(HostLine& rest) {
  while (rest.text.starts_with("--")) {
    const std::size_t blank = rest.text.find_first_of(" \t");
    rest = blank == std::string_view::npos ? rest.from(rest.text.size()) : rest.from(blank).trimmed();
  }
}

/// The end marker of `RUN <<EOF`, or nothing.
std::string here_document_of(const HostLine& rest) {
  if (!rest.text.starts_with("<<")) return {};
  std::string marker;
  for (const char c : rest.text.substr(2)) {
    if (c == ' ' || c == '\t') break;
    if (c != '-' && c != '"' && c != '\'') marker += c;
  }
  return marker;
}

}  // namespace

std::vector<HostCommand> read_container_file(std::string_view text) {
  std::vector<HostCommand> commands;
  const std::vector<HostLine> lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    HostLine rest = lines[i].trimmed();
    std::string name = instruction_of(rest);
    skip_options(rest);
    if (name == "HEALTHCHECK" || name == "ONBUILD") {
      name = instruction_of(rest);
      skip_options(rest);
    }
    if (name != "RUN" && name != "CMD" && name != "ENTRYPOINT") continue;
    if (std::optional<std::vector<Text>> words = read_list(rest)) {
      commands.push_back({std::move(*words), false});
      continue;
    }
    Text command;
    if (const std::string marker = here_document_of(rest); !marker.empty()) {
      for (++i; i < lines.size() && lines[i].trimmed().text != marker; ++i) {
        append_line(command, lines[i]);
        command.append('\n', lines[i].begin + static_cast<Offset>(lines[i].text.size()));
      }
    } else {
      append_line(command, rest);
      while (rest.text.ends_with('\\') && i + 1 < lines.size()) {
        rest = lines[++i].trimmed();
        if (rest.text.starts_with('#')) {  // a comment between continued lines is no part of them
          rest.text = "\\";
          continue;
        }
        command.append('\n', rest.begin);
        append_line(command, rest);
      }
    }
    commands.emplace_back().words.push_back(std::move(command));
  }
  return commands;
}

}  // namespace procsafe
