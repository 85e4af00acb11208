#include "json.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace procsafe {
namespace {

/// Length of the well-formed UTF-8 sequence at the start of `text`, 0 when there is none. Command lines are bytes.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80 ? 1 : byte(0) >= 0xc2 && byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : 4;
  if ((byte(0) >= 0x80 && byte(0) < 0xc2) || byte(0) > 0xf4 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  // Overlong forms, surrogates and beyond U+10FFFF (Unicode 15, table 3-7).
  if ((byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xed && byte(1) > 0x9f) ||
      (byte(0) == 0xf0 && byte(1) < 0x90) || (byte(0) == 0xf4 && byte(1) > 0x8f))
    return 0;
  return length;
}

}  // namespace

void append_json_string(std::string& text, std::string_view value) {
  text += '"';
  while (!value.empty()) {
    const char c = value.front();
    std::size_t length = 1;
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
      text += escape.data();
    } else if (length = utf8_length(value); length > 0) {
      text.append(value.substr(0, length));
    } else {
      text += "\\ufffd";
      length = 1;
    }
    value.remove_prefix(length);
  }
  text += '"';
}

std::string json_number(double value) {
  std::array<char, 400> digits{};  // the largest double has 309 digits before the point
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed).ptr;
  return {digits.data(), end};
}

JsonObject& JsonObject::add(std::string_view name, std::string_view value) {
  std::string quoted;
  append_json_string(quoted, value);
  return raw(name, quoted);
}

JsonObject& JsonObject::raw(std::string_view name, std::string_view value) {
  if (text_.size() > 1) text_ += ',';
  append_json_string(text_, name);
  text_ += ':';
  text_.append(value);
  return *this;
}

std::string json_string(std::string_view value) {
  std::string quoted;
  append_json_string(quoted, value);
  return quoted;
}

std::string processes_json(const std::vector<ProcessInfo>& processes) {
  return json_array(processes, [](const ProcessInfo& process) {
    return JsonObject()
        .add("pid", process.pid)
        .add("parent", process.parent)
        .add("state", std::string_view(&process.state, 1))
        .add("command", process.command)
        .text();
  });
}

}  // namespace procsafe
