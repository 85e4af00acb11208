#include "markers.h"

#include <array>
#include <utility>

namespace procsafe::test {
namespace {

/// Does the comma-separated list at the start of `text` hold `rule`?
bool names(std::string_view text, std::string_view rule) {
  while (true) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    const std::string_view word = text.substr(0, text.find_first_of(" ,:"));
    if (word == rule) return true;
    text.remove_prefix(word.size());
    if (!text.starts_with(',')) return false;
    text.remove_prefix(1);
  }
}

/// The text behind `marker` in a comment of `line`, or nothing.
bool has_marker(std::string_view line, std::string_view marker, std::string_view rule) {
  for (const std::string_view sign : {"# ", "// "}) {
    const std::string full = std::string(sign) + std::string(marker);
    const std::size_t at = line.find(full);
    if (at != std::string_view::npos && names(line.substr(at + full.size()), rule)) return true;
  }
  return false;
}

bool is_directive(std::string_view line) { return line.find("procsafe: allow") != std::string_view::npos; }

}  // namespace

Markers read_markers(std::string_view code, std::string_view rule) {
  Markers markers;
  std::uint32_t number = 1;
  while (!code.empty()) {
    const std::size_t end = code.find('\n');
    const std::string_view line = code.substr(0, end);
    if (has_marker(line, "error:", rule)) markers.errors.insert(number);
    if (has_marker(line, "error-next:", rule)) markers.errors.insert(number + 1);
    if (has_marker(line, "todo-error:", rule)) markers.todo_errors.insert(number);
    if (has_marker(line, "todo-ok:", rule)) markers.todo_oks.insert(number);
    const bool ok = line.find("# ok") != std::string_view::npos || line.find("// ok") != std::string_view::npos;
    if (ok && !is_directive(line)) markers.has_ok = true;
    ++number;
    code = end == std::string_view::npos ? std::string_view{} : code.substr(end + 1);
  }
  return markers;
}

}  // namespace procsafe::test
