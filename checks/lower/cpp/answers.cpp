#include "lower/cpp/answers.h"

#include <algorithm>
#include <functional>

namespace procsafe::cpp {
namespace {

std::string_view last_part(std::string_view name) {
  const std::size_t separator = name.rfind("::");
  return separator == std::string_view::npos ? name : name.substr(separator + 2);
}

bool overlap(SourceRange a, SourceRange b) { return a.begin < b.end && b.begin < a.end; }

}  // namespace

Answers::Answers(const CppSemantics* semantics) : semantics_(semantics) {
  if (semantics == nullptr) return;
  for (const CppSemantics::Call& call : semantics->calls) {
    if (!call.receiver.empty()) receivers_.emplace(call.receiver, call.receiver_type);
    for (const CppSemantics::Argument& argument : call.arguments) {
      // A null pointer is no number to the lowering.
      if (argument.range.empty() || argument.type.ends_with('*') || argument.type.ends_with("nullptr_t")) continue;
      const auto [known, is_new] = numbers_.emplace(argument.range, argument.number);
      if (!is_new && known->second != argument.number) known->second.reset();
    }
  }
}

std::span<const CppSemantics::Call> Answers::at(SourceRange range) const {
  if (semantics_ == nullptr) return {};
  const auto found = std::ranges::equal_range(semantics_->calls, range, std::less<>{}, &CppSemantics::Call::range);
  return {found.begin(), found.end()};
}

bool Answers::judge(SourceRange range) const {
  if (semantics_ == nullptr) return false;
  const auto touches = [&](SourceRange other) { return overlap(range, other); };
  return std::none_of(semantics_->inactive.begin(), semantics_->inactive.end(), touches) &&
         std::none_of(semantics_->unknown.begin(), semantics_->unknown.end(), touches);
}

bool Answers::denies(SourceRange range, std::string_view name) const {
  if (!judge(range)) return false;
  return std::none_of(semantics_->calls.begin(), semantics_->calls.end(), [&](const CppSemantics::Call& call) {
    return !call.project && overlap(call.range, range) && last_part(call.callee) == last_part(name);
  });
}

std::optional<std::int64_t> Answers::number(SourceRange range) const {
  const auto found = numbers_.find(range);
  return found == numbers_.end() ? std::nullopt : found->second;
}

std::string_view Answers::receiver_class(SourceRange range) const {
  const auto found = receivers_.find(range);
  return found == receivers_.end() ? std::string_view{} : found->second;
}

}  // namespace procsafe::cpp
