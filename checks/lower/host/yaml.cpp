#include "lower/host/yaml.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace procsafe {
namespace {

/// `${{ … }}` is filled in before a shell sees the text.
void append_filled(Text& text, const HostLine& line) {
  for (std::size_t at = 0; at < line.text.size();) {
    const std::size_t open = std::min(line.text.find("${{", at), line.text.size());
    append_line(text, HostLine{line.text.substr(at, open - at), line.begin + static_cast<Offset>(at)});
    if (open == line.text.size()) return;
    const std::size_t close = line.text.find("}}", open);
    at = close == std::string_view::npos ? line.text.size() : close + 2;
    text.append_hole(Value::unknown(), {line.begin + static_cast<Offset>(open), line.begin + static_cast<Offset>(at)});
  }
}

class Reader {
 public:
  Reader(const std::vector<HostLine>& lines, std::size_t line) : lines_(lines), at_(line) {}

  /// The scalar that begins at `value` on the current line, for a key or dash at column `indent`.
  Text scalar(HostLine value, std::size_t indent) {
    value = value.trimmed();
    if (value.text.starts_with('|')) return block(indent, '\n');
    if (value.text.starts_with('>')) return block(indent, ' ');
    if (value.text.starts_with('"') || value.text.starts_with('\'')) {
      std::size_t at = 0;
      if (std::optional<Text> text = read_quoted(value, at)) return std::move(*text);
    }
    Text text;
    append_filled(text, without_comment(value));
    while (at_ + 1 < lines_.size() && !lines_[at_ + 1].blank() && lines_[at_ + 1].indent() > indent) {
      const HostLine more = lines_[++at_].trimmed();
      text.append(' ', more.begin);
      append_filled(text, without_comment(more));
    }
    return text;
  }

  /// The items of a list below a key at column `indent`.
  std::vector<Text> items(std::size_t indent) {
    std::vector<Text> values;
    while (at_ + 1 < lines_.size()) {
      const HostLine& next = lines_[at_ + 1];
      const HostLine content = next.trimmed();
      if (content.text.empty() || content.text.starts_with('#')) {
        ++at_;
        continue;
      }
      if (next.indent() < indent || !content.text.starts_with('-')) break;
      ++at_;
      values.push_back(scalar(content.from(1), next.indent()));
    }
    return values;
  }

 private:
  static HostLine without_comment(HostLine line) {
    const std::size_t hash = line.text.find(" #");
    if (hash != std::string_view::npos) line.text = line.text.substr(0, hash);
    return line;
  }

  Text block(std::size_t indent, char join) {
    Text text;
    std::size_t inner = 0;
    while (at_ + 1 < lines_.size()) {
      const HostLine& next = lines_[at_ + 1];
      if (!next.blank() && next.indent() <= indent) break;
      ++at_;
      if (inner == 0 && !next.blank()) inner = next.indent();
      append_filled(text, next.from(std::min(inner, next.indent())));
      text.append(join, next.begin + static_cast<Offset>(next.text.size()));
    }
    return text;
  }

  const std::vector<HostLine>& lines_;
  std::size_t at_;
};

struct Key {
  std::string name;
  std::size_t column = 0;
  HostLine value;
};

/// `key: value`, also behind the dash of a list item.
std::optional<Key> key_of(const HostLine& line) {
  std::size_t at = line.indent();
  while (at < line.text.size() && line.text[at] == '-' && at + 1 < line.text.size() && line.text[at + 1] == ' ')
    at = std::min(line.text.find_first_not_of(' ', at + 1), line.text.size());
  Key key;
  key.column = at;
  while (at < line.text.size() &&
         (std::isalnum(static_cast<unsigned char>(line.text[at])) != 0 || line.text[at] == '_' || line.text[at] == '-'))
    key.name += line.text[at++];
  const bool colon = at < line.text.size() && line.text[at] == ':' &&
                     (at + 1 == line.text.size() || line.text[at + 1] == ' ' || line.text[at + 1] == '\t');
  if (key.name.empty() || !colon) return std::nullopt;
  key.value = line.from(at + 1).trimmed();
  return key;
}

}  // namespace

std::vector<YamlEntry> yaml_entries(const std::vector<HostLine>& lines,
                                    const std::set<std::string, std::less<>>& keys) {
  std::vector<YamlEntry> entries;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::optional<Key> key = key_of(lines[i]);
    if (!key || !keys.contains(key->name)) continue;
    YamlEntry entry{key->name, key->column, i, {}, false};
    Reader reader(lines, i);
    if (std::optional<std::vector<Text>> flow = read_list(key->value)) {
      entry.values = std::move(*flow);
      entry.list = true;
    } else if (key->value.text.empty() || key->value.text.starts_with('#')) {
      entry.values = reader.items(key->column);
      entry.list = true;
    } else {
      entry.values.push_back(reader.scalar(key->value, key->column));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::string yaml_sibling(const std::vector<HostLine>& lines, const YamlEntry& entry, std::string_view key) {
  const auto look = [&](std::size_t i) -> std::optional<std::string> {
    const std::optional<Key> found = key_of(lines[i]);
    if (!found || found->column != entry.indent || found->name != key) return std::nullopt;
    return std::string(found->value.text);
  };
  // The item begins at its dash and ends where a line stands further to the left, or at the next dash.
  const auto is_start = [&](std::size_t i) { return lines[i].indent() < entry.indent; };
  for (std::size_t i = entry.line + 1; i-- > 0;) {
    if (lines[i].blank()) continue;
    if (const auto value = look(i)) return *value;
    if (is_start(i)) break;
  }
  for (std::size_t i = entry.line + 1; i < lines.size(); ++i) {
    if (lines[i].blank()) continue;
    if (is_start(i)) break;
    if (const auto value = look(i)) return *value;
  }
  return {};
}

}  // namespace procsafe
