#include "lower/host/text_lines.h"

#include <algorithm>

namespace procsafe {

std::size_t HostLine::indent() const { return std::min(text.find_first_not_of(' '), text.size()); }

HostLine HostLine::from(std::size_t at) const {
  at = std::min(at, text.size());
  return {text.substr(at), begin + static_cast<Offset>(at)};
}

HostLine HostLine::trimmed() const {
  HostLine line = from(std::min(text.find_first_not_of(" \t"), text.size()));
  const std::size_t last = line.text.find_last_not_of(" \t\r");
  line.text = line.text.substr(0, last == std::string_view::npos ? 0 : last + 1);
  return line;
}

std::vector<HostLine> lines_of(std::string_view text) {
  std::vector<HostLine> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t stop = std::min(text.find('\n', at), text.size());
    HostLine line{text.substr(at, stop - at), static_cast<Offset>(at)};
    if (line.text.ends_with('\r')) line.text.remove_suffix(1);
    lines.push_back(line);
    at = stop + 1;
  }
  return lines;
}

std::optional<Text> read_quoted(const HostLine& line, std::size_t& at) {
  const char quote = line.text[at];
  Text text;
  for (std::size_t i = at + 1; i < line.text.size(); ++i) {
    const char c = line.text[i];
    const Offset place = line.begin + static_cast<Offset>(i);
    if (c == quote) {
      if (quote == '\'' && i + 1 < line.text.size() && line.text[i + 1] == '\'') {
        text.append(line.text[i++], place);
        continue;
      }
      at = i + 1;
      return text;
    }
    if (c == '\\' && quote == '"' && i + 1 < line.text.size()) {
      const char next = line.text[++i];
      text.append(next == 'n' ? '\n' : next == 't' ? '\t' : next, place);
    } else {
      text.append(c, place);
    }
  }
  return std::nullopt;
}

std::optional<std::vector<Text>> read_list(const HostLine& line) {
  if (!line.text.starts_with('[')) return std::nullopt;
  std::vector<Text> words;
  for (std::size_t at = 1; at < line.text.size();) {
    const char c = line.text[at];
    if (c == ']') return words;
    if (c == '"' || c == '\'') {
      std::optional<Text> word = read_quoted(line, at);
      if (!word) return std::nullopt;
      words.push_back(std::move(*word));
    } else if (c == ',' || c == ' ' || c == '\t') {
      ++at;
    } else {
      const std::size_t stop = std::min(line.text.find_first_of(",]", at), line.text.size());
      Text word;
      append_line(word, HostLine{line.text.substr(at, stop - at), line.begin + static_cast<Offset>(at)}.trimmed());
      words.push_back(std::move(word));
      at = stop;
    }
  }
  return std::nullopt;
}

void append_line(Text& text, const HostLine& line) { text.append_verbatim(line.text, line.begin); }

}  // namespace procsafe
