#include "lower/shell/awk.h"

#include <cctype>
#include <string_view>
#include <utility>

namespace procsafe::shell {
namespace {

class AwkReader {
 public:
  AwkReader(const Text& program, const ValueSet& fields) : program_(program), in_(program.bytes()), fields_(fields) {}

  std::vector<AwkText> read() {
    std::vector<AwkText> texts;
    for (std::size_t at = 0; at < in_.size(); ++at) {
      if (in_[at] == '"') {
        at = string_end(at);
      } else if (starts_word(at, "system")) {
        const std::size_t open = in_.find('(', at);
        if (open == std::string_view::npos) break;
        AwkText text{expression(open + 1, ")"), true};
        if (!text.text.empty()) texts.push_back(std::move(text));
      } else if (starts_word(at, "print")) {
        AwkText text{expression(at + 5, ";}|>\n"), false};
        text.executed = stop_ < in_.size() && in_[stop_] == '|' && pipes_to_shell(stop_);
        if (!text.text.empty() && !text.text.is_hole()) texts.push_back(std::move(text));
      }
    }
    return texts;
  }

 private:
  [[nodiscard]] bool starts_word(std::size_t at, std::string_view word) const {
    const auto letter = [&](std::size_t i) {
      return i < in_.size() && (std::isalnum(static_cast<unsigned char>(in_[i])) != 0 || in_[i] == '_');
    };
    return in_.substr(at, word.size()) == word && !(at > 0 && letter(at - 1)) && !letter(at + word.size());
  }

  /// The closing quote of the string that opens at `at`.
  [[nodiscard]] std::size_t string_end(std::size_t at) const {
    for (++at; at < in_.size() && in_[at] != '"'; ++at) {
      if (in_[at] == '\\') ++at;
    }
    return at;
  }

  [[nodiscard]] bool pipes_to_shell(std::size_t at) const {
    const std::size_t open = in_.find('"', at);
    if (open == std::string_view::npos) return false;
    const std::string_view command = in_.substr(open + 1, string_end(open) - open - 1);
    return command == "sh" || command == "bash" || command == "/bin/sh" || command == "/bin/bash";
  }

  /// The text of an expression that ends at one of `stops`, outside strings and parentheses.
  Text expression(std::size_t at, std::string_view stops) {
    Text text;
    int depth = 0;
    bool hole = false;
    for (; at < in_.size(); ++at) {
      const char c = in_[at];
      if (c == '"') {
        const std::size_t close = string_end(at);
        text.append(program_.substr(at + 1, close));
        at = close;
        hole = false;
        continue;
      }
      if (depth == 0 && stops.find(c) != std::string_view::npos) break;
      if (c == '(') ++depth;
      if (c == ')') --depth;
      if (c == ' ' || c == '\t' || c == '(' || c == ')' || hole) continue;
      text.append_hole(fields_, program_.source_range(at, at + 1));
      hole = true;
    }
    stop_ = at;
    return text;
  }

  const Text& program_;
  std::string_view in_;
  const ValueSet& fields_;
  std::size_t stop_ = 0;
};

}  // namespace

std::vector<AwkText> awk_texts(const Text& program, const ValueSet& fields) {
  return AwkReader(program, fields).read();
}

}  // namespace procsafe::shell
