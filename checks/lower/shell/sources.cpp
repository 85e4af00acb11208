#include <algorithm>
#include <filesystem>

#include "lower/shell/script_lowering.h"

namespace procsafe::shell {
namespace {

// What a carrier does with the arguments it is called with; the number that flows into its slot.
constexpr std::int64_t kText = 1;    // joined, they are shell text
constexpr std::int64_t kVector = 2;  // they are a command
constexpr std::int64_t kBounded = 4;
constexpr std::int64_t kShift = 8;  // times the arguments in front that do not belong to it

std::string normal(const std::filesystem::path& path) { return path.lexically_normal().generic_string(); }

/// Files of the project that `source <path>` may mean, from a file in `folder`.
std::vector<std::string> candidates(const Text& path, const std::filesystem::path& folder) {
  const std::string& bytes = path.bytes();
  if (path.constant()) {
    if (bytes.starts_with('/')) return {normal(bytes)};
    return {normal(folder / bytes)};
  }
  // A variable part in front is a folder that is not known: the file's own, or one above it.
  const std::size_t close = bytes.rfind('}');
  if (close == std::string::npos || close + 1 >= bytes.size() || bytes[close + 1] != '/') return {};
  const std::string tail = bytes.substr(close + 2);
  std::vector<std::string> found;
  for (std::filesystem::path base = folder;; base = base.parent_path()) {
    found.push_back(normal(base / tail));
    if (base.empty() || base == base.parent_path() || found.size() > 8) return found;
  }
}

bool is_process_value(const Value& value) {
  return value.kind == Value::Kind::pid || value.kind == Value::Kind::slot || value.kind == Value::Kind::number;
}

}  // namespace

void ScriptLowering::perform_source(std::span<const Field> arguments, Environment& environment) {
  if (arguments.empty()) return;
  const Field& path = arguments.front();
  if (path.readable) {
    for (const Value& value : path.readable->values) {
      if (value.kind == Value::Kind::text && value.text) run_same_shell(*value.text, environment);
    }
    return;
  }
  if (slot_path_.empty()) return;
  for (const std::string& file : candidates(path.text, std::filesystem::path(slot_path_).parent_path())) {
    if (file == slot_path_ || std::find(sourced_.begin(), sourced_.end(), file) != sourced_.end()) continue;
    sourced_.push_back(file);
  }
}

void ScriptLowering::carry(const Slot& slot, const Command& command, bool vector, const Environment& environment) {
  std::int64_t how = vector ? kVector : kText;
  if (command.bounded || bounded_) how += kBounded;
  if (slot.index == any_argument) how += kShift * static_cast<std::int64_t>(environment.shifted);
  const Slot carrier{Slot::Kind::carrier, slot.symbol, slot.index};
  carried_[carrier].insert(how);
  if (!muted()) add_flow(carrier, Value::of_number(how));
}

std::set<std::int64_t> ScriptLowering::carried(const Slot& slot) {
  std::set<std::int64_t> how;
  if (const auto own = carried_.find(slot); own != carried_.end()) how = own->second;
  if (session_.context.names == nullptr) return how;
  for (const Value& value : session_.context.names->find(slot)) {
    if (value.kind == Value::Kind::number) how.insert(value.number);
  }
  return how;
}

void ScriptLowering::carry_into(const std::string& symbol, std::span<const Field> arguments, const Command& command,
                                Environment& environment) {
  if (symbol.empty() || arguments.empty() || carrying_ > 8) return;
  ++carrying_;
  for (std::uint32_t index = 0; index <= arguments.size() && index < 12; ++index) {
    const std::set<std::int64_t> how = carried({Slot::Kind::carrier, symbol, index});
    if (how.empty()) continue;
    // Several ways: bounded only when all of them are.
    const std::int64_t first = *how.begin();
    Command inner = command;
    inner.bounded =
        inner.bounded || std::all_of(how.begin(), how.end(), [](auto one) { return (one & kBounded) != 0; });
    if (index > 0) {
      if ((first & kVector) != 0) {  // the command's name only
        inner.words.assign(arguments.begin() + index - 1, arguments.end());
        perform(std::move(inner), environment);
      } else {
        run_text(arguments[index - 1].text, inner, ShellRuns{}, {}, environment);
      }
      continue;
    }
    const auto shifted = static_cast<std::size_t>(first / kShift);
    if (shifted >= arguments.size()) continue;
    if ((first & kVector) != 0) {
      inner.words.assign(arguments.begin() + static_cast<std::ptrdiff_t>(shifted), arguments.end());
      perform(std::move(inner), environment);
    } else {
      run_joined(arguments.subspan(shifted), inner, ShellRuns{}, environment);
    }
  }
  --carrying_;
}

bool ScriptLowering::is_library() {
  if (slot_path_.empty() || session_.context.names == nullptr) return false;
  return !session_.context.names->find({Slot::Kind::global, slot_path_ + "::<sourced>", 0}).empty();
}

void ScriptLowering::export_variables() {
  if (slot_path_.empty()) return;
  std::vector<std::string> files = sourced_;
  files.push_back(slot_path_);
  for (const std::string& file : sourced_) add_flow({Slot::Kind::global, file + "::<sourced>", 0}, Value::of_number(1));
  for (const auto& [name, content] : assigned_) {
    ValueSet values;
    for (Value value : content.values) {
      if (!is_process_value(value)) continue;
      value.name.clear();  // jobs and files are numbered within this script
      values.insert(std::move(value));
    }
    if (values.empty()) continue;
    for (const std::string& file : files) add_flow({Slot::Kind::global, file + "::" + name, 0}, values);
  }
}

}  // namespace procsafe::shell
