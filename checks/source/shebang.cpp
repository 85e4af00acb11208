#include "source/shebang.h"

#include <algorithm>
#include <array>
#include <vector>

namespace procsafe {
namespace {

using Words = std::vector<std::string_view>;

/// Lines looked at behind the first: polyglot scripts change the interpreter there.
constexpr std::size_t kPreambleLines = 12;

Words split(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r";
  Words words;
  for (std::size_t at = line.find_first_not_of(kBlanks); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(kBlanks, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(kBlanks, end);
  }
  return words;
}

std::vector<std::string_view> lines_of(std::string_view text, std::size_t most) {
  std::vector<std::string_view> lines;
  while (lines.size() < most && !text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// `/usr/bin/python3.11` as `python`.
std::string_view program_name(std::string_view word) {
  word.remove_prefix(word.rfind('/') + 1);
  while (word.starts_with('"') || word.starts_with('\'')) word.remove_prefix(1);
  const std::size_t end = word.find_last_not_of("0123456789.-\"'");
  return word.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

Shebang by_program(std::string_view word) {
  struct Entry {
    std::string_view name;
    Language language;
    std::string_view dialect;
  };
  static constexpr std::array<Entry, 18> kPrograms{{{"sh", Language::shell, "sh"},
                                                    {"ash", Language::shell, "sh"},
                                                    {"bash", Language::shell, "bash"},
                                                    {"rbash", Language::shell, "bash"},
                                                    {"bats", Language::shell, "bash"},
                                                    {"dash", Language::shell, "dash"},
                                                    {"zsh", Language::shell, "zsh"},
                                                    {"ksh", Language::shell, "ksh"},
                                                    {"mksh", Language::shell, "ksh"},
                                                    {"pdksh", Language::shell, "ksh"},
                                                    {"oksh", Language::shell, "ksh"},
                                                    {"lksh", Language::shell, "ksh"},
                                                    {"python", Language::python, ""},
                                                    {"pythonw", Language::python, ""},
                                                    {"pypy", Language::python, ""},
                                                    {"jython", Language::python, ""},
                                                    {"uv", Language::python, ""},
                                                    {"pipx", Language::python, ""}}};
  const std::string_view name = program_name(word);
  for (const Entry& entry : kPrograms) {
    if (entry.name == name) return {Shebang::Kind::known, {entry.language, std::string(entry.dialect)}};
  }
  return {Shebang::Kind::foreign, {}};
}

/// The words behind `env` with its options and assignments taken off.
Words behind_env(Words words) {
  words.erase(words.begin());
  while (!words.empty()) {
    std::string_view& word = words.front();
    if (word == "-u" || word == "-C" || word == "--unset" || word == "--chdir") {
      words.erase(words.begin(), words.begin() + std::min<std::ptrdiff_t>(2, std::ssize(words)));
    } else if (word.starts_with("-S") && word.size() > 2) {
      word.remove_prefix(2);
    } else if (word.starts_with("--split-string=")) {
      word.remove_prefix(15);
    } else if (word.starts_with('-') || word.find('=') != std::string_view::npos) {
      words.erase(words.begin());
    } else {
      break;
    }
  }
  return words;
}

/// `#! nix-shell -i bash` below a shebang that names nix-shell.
Shebang nix_interpreter(const std::vector<std::string_view>& lines) {
  for (const std::string_view line : lines) {
    if (!line.starts_with("#!")) continue;
    const Words words = split(line.substr(2));
    const auto option = std::find(words.begin(), words.end(), "-i");
    if (option != words.end() && option + 1 != words.end()) return by_program(*(option + 1));
  }
  return {Shebang::Kind::foreign, {}};
}

Shebang by_shebang_line(std::string_view line, const std::vector<std::string_view>& lines) {
  Words words = split(line.substr(2));
  if (!words.empty() && program_name(words.front()) == "env") words = behind_env(std::move(words));
  if (words.size() > 1 && program_name(words.front()) == "busybox") words.erase(words.begin());
  if (words.empty()) return {Shebang::Kind::foreign, {}};
  if (program_name(words.front()) == "nix-shell") return nix_interpreter(lines);
  return by_program(words.front());
}

/// A script for /bin/sh that hands itself to another interpreter at once: `exec tclsh "$0" "$@"`,
/// `'''exec' /opt/python "$0" "$@"` (pip writes this when the path is too long for a shebang).
Shebang handed_over(const std::vector<std::string_view>& lines, Shebang shell) {
  for (const std::string_view line : lines) {
    const std::size_t exec = line.find("exec");
    if (exec == std::string_view::npos || line.find("$0") == std::string_view::npos) continue;
    if (line.find_first_not_of("'\":; \t{") != exec && line.substr(0, 5) != "eval ") continue;
    Words words = split(line.substr(exec + 4));
    while (!words.empty() && program_name(words.front()).empty()) words.erase(words.begin());
    if (!words.empty() && program_name(words.front()) == "env") words = behind_env(std::move(words));
    if (words.empty() || words.front().find('$') != std::string_view::npos) continue;
    Shebang inner = by_program(words.front());
    // A shell script that re-executes itself under another shell is still a shell script.
    return inner.classification.language == Language::shell ? shell : inner;
  }
  return shell;
}

Shebang by_shellcheck_directive(const std::vector<std::string_view>& lines) {
  for (const std::string_view line : lines) {
    if (!line.starts_with('#')) break;
    const std::size_t at = line.find("shellcheck shell=");
    if (at != std::string_view::npos) return by_program(split(line.substr(at + 17)).front());
  }
  return {};
}

bool may_precede(std::string_view line) { return line.empty() || line.starts_with('#') || line.starts_with('@'); }

}  // namespace

Shebang read_shebang(std::string_view first_bytes) {
  if (first_bytes.starts_with("\xEF\xBB\xBF")) first_bytes.remove_prefix(3);
  const std::vector<std::string_view> lines = lines_of(first_bytes, kPreambleLines);
  if (lines.empty()) return {};
  std::size_t at = 0;
  if (!lines[0].starts_with("#!") && lines.size() > 1 && may_precede(lines[0])) at = 1;
  if (!lines[at].starts_with("#!")) return by_shellcheck_directive(lines);
  Shebang found = by_shebang_line(lines[at], lines);
  if (found.classification.language == Language::shell) return handed_over(lines, std::move(found));
  return found;
}

}  // namespace procsafe
