#include <cctype>
#include <utility>

#include "lower/host/host.h"
#include "lower/host/text_lines.h"

namespace procsafe {
namespace {

/// Words as systemd splits them: quotes group, a backslash escapes; no shell is involved.
std::vector<Text> split_words(const HostLine& line) {
  std::vector<Text> words;
  Text word;
  bool open = false;
  const auto close = [&] {
    if (open) words.push_back(std::exchange(word, Text()));
    open = false;
  };
  for (std::size_t at = 0; at < line.text.size();) {
    const char c = line.text[at];
    const Offset place = line.begin + static_cast<Offset>(at);
    if (c == ' ' || c == '\t' || c == '\n') {
      close();
      ++at;
    } else if (!open && (c == '"' || c == '\'')) {
      std::optional<Text> quoted = read_quoted(line, at);
      if (!quoted) return words;
      word.append(*quoted);
      open = true;
    } else if (line.text.substr(at).starts_with("$MAINPID") || line.text.substr(at).starts_with("${MAINPID}")) {
      // The supervisor's own unit (B5).
      const std::size_t size = line.text[at + 1] == '{' ? 10 : 8;
      word.append_hole(Value::pid(Origin::verified), {place, place + static_cast<Offset>(size)});
      at += size;
      open = true;
    } else {
      if (c == '\\' && at + 1 < line.text.size()) ++at;
      if (line.text[at] != '\n') word.append(line.text[at], place);
      ++at;
      open = true;
    }
  }
  close();
  return words;
}

}  // namespace

std::vector<HostCommand> read_unit_file(std::string_view text) {
  std::vector<HostCommand> commands;
  const std::vector<HostLine> lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    HostLine line = lines[i].trimmed();
    const std::size_t equals = line.text.find('=');
    if (!line.text.starts_with("Exec") || equals == std::string_view::npos) continue;
    const Offset begin = line.begin + static_cast<Offset>(equals + 1);
    while (lines[i].trimmed().text.ends_with('\\') && i + 1 < lines.size()) ++i;
    const std::size_t end = lines[i].begin + lines[i].text.size();
    HostLine command = HostLine{text.substr(begin, end - begin), begin}.trimmed();
    while (!command.text.empty() && std::string_view("@-:+!").find(command.text.front()) != std::string_view::npos)
      command = command.from(1);
    commands.push_back({split_words(command), false});
  }
  return commands;
}

std::vector<HostCommand> read_cron_table(std::string_view text) {
  std::vector<HostCommand> commands;
  for (const HostLine& whole : lines_of(text)) {
    HostLine line = whole.trimmed();
    if (line.text.empty() || line.text.front() == '#') continue;
    const bool named = line.text.front() == '@';
    if (!named && std::isdigit(static_cast<unsigned char>(line.text.front())) == 0 && line.text.front() != '*')
      continue;
    for (int field = 0; field < (named ? 1 : 5); ++field) {
      const std::size_t blank = line.text.find_first_of(" \t");
      line = blank == std::string_view::npos ? line.from(line.text.size()) : line.from(blank).trimmed();
    }
    // Tables of the system name the user who runs it.
    for (const std::string_view user : {"root ", "root\t", "www-data ", "nobody "}) {
      if (line.text.starts_with(user)) line = line.from(user.size()).trimmed();
    }
    Text command;
    for (std::size_t at = 0; at < line.text.size() && line.text[at] != '%'; ++at) {
      if (line.text[at] == '\\' && at + 1 < line.text.size() && line.text[at + 1] == '%') ++at;
      command.append(line.text[at], line.begin + static_cast<Offset>(at));
    }
    commands.emplace_back().words.push_back(std::move(command));
  }
  return commands;
}

}  // namespace procsafe
