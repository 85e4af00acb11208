#include <utility>

#include "lower/shell/script_lowering.h"

namespace procsafe::shell {

std::string shorten(std::string_view source) {
  constexpr std::size_t kMost = 72;
  std::string line(source.substr(0, source.find('\n')));
  const std::string prefix = "${" + std::string(Text::hole_prefix);
  for (std::size_t at = line.find(prefix); at != std::string::npos; at = line.find(prefix)) {
    const std::size_t close = line.find('}', at);
    line.replace(at, close == std::string::npos ? std::string::npos : close + 1 - at, "…");
  }
  if (line.size() > kMost) {
    std::size_t stop = kMost;
    while (stop > 0 && (static_cast<unsigned char>(line[stop]) & 0xC0U) == 0x80U) --stop;
    line = line.substr(0, stop) + "…";
  }
  return line;
}

std::string ScriptLowering::symbol() const {
  if (!function_.empty()) return function_;
  return function_outside_.empty() ? session_.context.symbol : function_outside_;
}

void ScriptLowering::add_flow(Slot slot, ValueSet values) {
  Flow& flow = session_.facts.flows.emplace_back();
  flow.slot = std::move(slot);
  flow.values = std::move(values);
}

void ScriptLowering::emit(OperationFact fact, const Command& command, bool hunting) {
  if (muted()) return;
  fact.attributes.set(Interface::shell);
  fact.range = command.range;
  if (hunting && !command.words.empty() && !command.words.front().text.empty()) {
    // Hunting text kept in a variable is reported at the text (X1).
    const Text& text = command.words.front().text;
    const SourceRange word = text.source_range(0, text.bytes().size());
    if (!command.range.contains(word)) {
      fact.range = word;
      fact.attributes.set(Form::text);
    }
  }
  fact.what = command.what;
  fact.symbol = symbol();
  fact.related = session_.context.related;
  session_.facts.operations.push_back(std::move(fact));
}

}  // namespace procsafe::shell
