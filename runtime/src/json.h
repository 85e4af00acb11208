// Just enough JSON to write one flat object a line.
#pragma once

#include <procsafe/result.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace procsafe {

void append_json_string(std::string& text, std::string_view value);
std::string json_string(std::string_view value);
/// An array of objects.
std::string processes_json(const std::vector<ProcessInfo>& processes);
/// Seconds and other measures: shortest form that reads back the same.
std::string json_number(double value);

/// Builds an object; values are written as they come. `raw` takes a finished JSON value.
class JsonObject {
 public:
  JsonObject& add(std::string_view name, std::string_view value);
  JsonObject& add(std::string_view name, const char* value) { return add(name, std::string_view(value)); }
  JsonObject& add(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  template <typename Integer>
    requires std::is_integral_v<Integer>
  JsonObject& add(std::string_view name, Integer value) {
    return raw(name, std::to_string(value));
  }
  JsonObject& raw(std::string_view name, std::string_view value);
  std::string text() const { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

/// A JSON array of what `write` makes of each item.
template <typename Items, typename Write>
std::string json_array(const Items& items, Write write) {
  std::string text = "[";
  for (const auto& item : items) text += (text.size() > 1 ? "," : "") + write(item);
  return text + "]";
}

}  // namespace procsafe
