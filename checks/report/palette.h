// Colours of the text report (ECMA-48 SGR).
#pragma once

#include <string>
#include <string_view>

#include "catalog/rule.h"

namespace procsafe {

/// Paints text, or leaves it as it is where colour is off.
class Palette {
 public:
  explicit Palette(bool enabled) : enabled_(enabled) {}

  [[nodiscard]] std::string severity(Severity severity, std::string_view text) const {
    return paint(severity == Severity::error ? "1;31" : severity == Severity::warning ? "1;33" : "1;36", text);
  }
  [[nodiscard]] std::string place(std::string_view text) const { return paint("1", text); }
  [[nodiscard]] std::string gutter(std::string_view text) const { return paint("2", text); }
  [[nodiscard]] std::string advice(std::string_view text) const { return paint("36", text); }

 private:
  [[nodiscard]] std::string paint(std::string_view code, std::string_view text) const {
    if (!enabled_ || text.empty()) return std::string(text);
    std::string out = "\x1b[";
    out.append(code).append("m").append(text).append("\x1b[0m");
    return out;
  }
  bool enabled_;
};

}  // namespace procsafe
