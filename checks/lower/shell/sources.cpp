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
constexpr unsigned kMaxShift = 63;
constexpr std::int64_t kArgument = kShift * (kMaxShift + 1);  // times the number of the argument

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

/// What another file can tell more of than that it does not know it.
bool is_process_value(const Value& value) {
  const bool result = value.kind == Value::Kind::slot && value.slot->kind != Slot::Kind::global;
  return result || (value.kind == Value::Kind::pid && value.origin != Origin::unknown);
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
  std::int64_t how = (vector ? kVector : kText) + kArgument * static_cast<std::int64_t>(slot.index);
  if (command.bounded || bounded_) how += kBounded;
  if (slot.index == any_argument) how += kShift * static_cast<std::int64_t>(std::min(environment.shifted, kMaxShift));
  session_.carried[slot.symbol].insert(how);
  // One slot a function, whichever argument it is: callers ask with every call.
  if (!muted()) add_flow({Slot::Kind::carrier, slot.symbol, 0}, Value::of_number(how));
}

std::set<std::int64_t> ScriptLowering::carried(const std::string& symbol) {
  std::set<std::int64_t> ways;
  if (const auto own = session_.carried.find(symbol); own != session_.carried.end()) ways = own->second;
  if (session_.context.names == nullptr) return ways;
  for (const Value& value : session_.context.names->find({Slot::Kind::carrier, symbol, 0})) {
    if (value.kind == Value::Kind::number) ways.insert(value.number);
  }
  return ways;
}

void ScriptLowering::carry_into(const std::string& symbol, std::span<const Field> arguments, const Command& command,
                                Environment& environment) {
  if (symbol.empty() || arguments.empty() || carrying_ > 8) return;
  std::map<std::size_t, std::set<std::int64_t>> by_argument;
  for (const std::int64_t how : carried(symbol)) by_argument[static_cast<std::size_t>(how / kArgument)].insert(how);
  ++carrying_;
  for (const auto& [index, ways] : by_argument) {
    const std::int64_t how = *ways.begin();
    const std::size_t first = index == any_argument ? static_cast<std::size_t>(how % kArgument / kShift) : index - 1;
    if (first >= arguments.size()) continue;
    Command inner = command;
    // Several ways: bounded only when all of them are.
    const auto bounds = [](std::int64_t one) { return (one & kBounded) != 0; };
    inner.bounded = inner.bounded || std::all_of(ways.begin(), ways.end(), bounds);
    const std::span<const Field> rest = arguments.subspan(first);
    if ((how & kVector) != 0) {
      inner.words.assign(rest.begin(), rest.end());
      perform(std::move(inner), environment);
    } else {
      run_joined(index == any_argument ? rest : rest.first(1), inner, ShellRuns{}, environment);
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
