#include <cctype>

#include "lower/host/host.h"
#include "lower/host/text_lines.h"

namespace procsafe {
namespace {

/// Appends recipe text: `$$` is a dollar sign for the shell, `$(NAME)` and `$@` are filled in by make.
void append_recipe(Text& text, const HostLine& line) {
  for (std::size_t i = 0; i < line.text.size(); ++i) {
    const Offset place = line.begin + static_cast<Offset>(i);
    if (line.text[i] != '$' || i + 1 >= line.text.size()) {
      text.append(line.text[i], place);
      continue;
    }
    const char next = line.text[++i];
    if (next == '$') {
      text.append('$', place);
      continue;
    }
    if (next == '(' || next == '{') {
      const char close = next == '(' ? ')' : '}';
      for (int depth = 0; i < line.text.size(); ++i) {
        if (line.text[i] == next) ++depth;
        if (line.text[i] == close && --depth == 0) break;
      }
    }
    const std::size_t end = std::min(i + 1, line.text.size());
    text.append_hole(Value::unknown(), {place, line.begin + static_cast<Offset>(end)});
  }
}

/// The command of a recipe line: what stands behind the tab and the signs that make reads itself.
HostLine recipe_of(const HostLine& line) {
  std::size_t at = 1;
  while (at < line.text.size() && std::string_view(" \t@-+").find(line.text[at]) != std::string_view::npos) ++at;
  return line.from(at);
}

/// `$(shell …)` outside recipes runs while the file is read.
void add_shell_calls(const HostLine& line, std::vector<HostCommand>& commands) {
  static constexpr std::string_view kCall = "$(shell ";
  for (std::size_t at = line.text.find(kCall); at != std::string_view::npos; at = line.text.find(kCall, at + 1)) {
    int depth = 1;
    std::size_t stop = at + kCall.size();
    for (; stop < line.text.size() && depth > 0; ++stop) {
      if (line.text[stop] == '(') ++depth;
      if (line.text[stop] == ')') --depth;
    }
    HostLine inner = line.from(at + kCall.size());
    inner.text = inner.text.substr(0, stop - at - kCall.size() - (depth == 0 ? 1 : 0));
    append_recipe(commands.emplace_back().words.emplace_back(), inner);
  }
}

}  // namespace

std::vector<HostCommand> read_makefile(std::string_view text) {
  std::vector<HostCommand> commands;
  const std::vector<HostLine> lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].text.starts_with('\t')) {
      if (!lines[i].trimmed().text.starts_with('#')) add_shell_calls(lines[i], commands);
      continue;
    }
    Text command;
    HostLine part = recipe_of(lines[i]);
    if (part.text.starts_with('#')) continue;
    append_recipe(command, part);
    // The shell gets the backslash, the line end, and the next line without its tab.
    while (part.text.ends_with('\\') && i + 1 < lines.size()) {
      part = lines[++i];
      if (part.text.starts_with('\t')) part = part.from(1);
      command.append('\n', part.begin);
      append_recipe(command, part);
    }
    commands.emplace_back().words.push_back(std::move(command));
  }
  return commands;
}

}  // namespace procsafe
