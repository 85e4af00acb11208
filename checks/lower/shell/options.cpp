#include <algorithm>

#include "lower/shell/field.h"

namespace procsafe::shell {
namespace {

using Takes = ShellOptions::Takes;

class OptionParser {
 public:
  OptionParser(const ShellCommand& command, std::span<const Field> arguments)
      : command_(command), arguments_(arguments) {}

  Options parse(OptionOrder order) {
    for (; at_ < arguments_.size(); ++at_) {
      const Field& field = arguments_[at_];
      const std::string& word = field.text.bytes();
      const bool dashed = word.size() > 1 && word.front() == '-';
      if (field.is("--")) {
        ++at_;
        break;
      }
      if (dashed && (word[1] == '-' || command_.options.one_dash)) {
        read_long(field, word[1] == '-' ? 2 : 1);
      } else if (dashed) {
        read_cluster(field);
      } else {
        // Behind the first operand a variable is an operand too (T3).
        if (field.splits && result_.operands.empty()) result_.unknown = true;
        result_.operands.push_back(at_);
        if (order == OptionOrder::options_first) {
          ++at_;
          break;
        }
      }
    }
    for (; at_ < arguments_.size(); ++at_) result_.operands.push_back(at_);
    return std::move(result_);
  }

 private:
  void add(std::string_view name, std::optional<Text> value) {
    result_.options.push_back({std::string(command_.canonical(name)), std::move(value)});
  }

  std::optional<Text> next_value() {
    if (at_ + 1 >= arguments_.size()) return std::nullopt;
    return arguments_[++at_].text;
  }

  void read_long(const Field& field, std::size_t dashes) {
    const std::string& word = field.text.bytes();
    const std::size_t equals = word.find('=');
    std::string full;
    const std::size_t stop = std::min(equals, word.size());
    const Takes takes = command_.options.long_option(std::string_view(word).substr(dashes, stop - dashes), full);
    if (equals != std::string::npos) {
      add(full, field.text.substr(equals + 1, word.size()));
    } else if (takes == Takes::value) {
      add(full, next_value());
    } else {
      add(full, std::nullopt);
    }
  }

  void read_cluster(const Field& field) {
    const std::string& word = field.text.bytes();
    for (std::size_t i = 1; i < word.size(); ++i) {
      if (word[i] == '$' && !field.text.constant()) return;  // letters from a variable
      const std::string_view letter = std::string_view(word).substr(i, 1);
      const Takes takes = command_.options.short_option(word[i]);
      if (takes == Takes::nothing || takes == Takes::unknown_option) {
        add(letter, std::nullopt);
        continue;
      }
      if (i + 1 < word.size()) {
        add(letter, field.text.substr(i + 1, word.size()));
      } else {
        add(letter, takes == Takes::value ? next_value() : std::nullopt);
      }
      return;
    }
  }

  const ShellCommand& command_;
  std::span<const Field> arguments_;
  std::size_t at_ = 0;
  Options result_;
};

}  // namespace

const Options::Option* Options::find(std::string_view name) const {
  const auto found =
      std::find_if(options.begin(), options.end(), [&](const Option& option) { return option.name == name; });
  return found == options.end() ? nullptr : &*found;
}

Options parse_options(const ShellCommand& command, std::span<const Field> arguments, OptionOrder order) {
  return OptionParser(command, arguments).parse(order);
}

}  // namespace procsafe::shell
