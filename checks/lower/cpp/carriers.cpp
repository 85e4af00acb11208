#include "lower/cpp/carriers.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "lower/cpp/flows.h"
#include "lower/cpp/string_literals.h"

namespace procsafe::cpp {
namespace {

class CarriedText {
 public:
  CarriedText(const Analysis& analysis, FileFacts& facts) : analysis_(analysis), facts_(facts) {}
  void run();

 private:
  void collect();
  [[nodiscard]] std::set<std::uint32_t> carried_arguments(const Call& call, const std::string& symbol);
  void lower(const Call& call, std::uint32_t index);
  [[nodiscard]] std::vector<Text> text_of(const Call& call, std::uint32_t index) const;
  void publish();

  const Analysis& analysis_;
  FileFacts& facts_;
  std::map<std::string, std::set<std::uint32_t>> carriers_;                       // of this file: symbol → parameters
  std::map<std::string, std::map<std::string, std::set<std::uint32_t>>> others_;  // short name → the same elsewhere
  std::size_t seen_ = 0;
};

void CarriedText::collect() {
  for (; seen_ < facts_.flows.size(); ++seen_) {
    const Slot& slot = facts_.flows[seen_].slot;
    if (slot.kind == Slot::Kind::carrier) carriers_[slot.symbol].insert(slot.index);
  }
}

std::set<std::uint32_t> CarriedText::carried_arguments(const Call& call, const std::string& symbol) {
  if (const auto own = carriers_.find(symbol); own != carriers_.end()) return own->second;
  if (call.meaning.function != nullptr && call.meaning.function->body) return {};
  const bool method = call.callee.is(Kind::field_expression);
  const std::string name = plain_name(method ? call.callee.field(Role::field).text() : call.callee.text());
  const std::string short_name(last_component(name));
  if (short_name.empty()) return {};
  auto [entry, fresh] = others_.try_emplace(short_name);
  if (fresh) {
    for (const Value& value : analysis_.unit.input.names.find(wanted_slot(short_name))) {
      const std::size_t hash = value.name.rfind('#');
      if (hash == std::string::npos || !value.name.ends_with('!')) continue;
      entry->second[value.name.substr(0, hash)].insert(
          static_cast<std::uint32_t>(std::stoul(value.name.substr(hash + 1))));
    }
  }
  const std::vector<std::string> candidates =
      method ? std::vector<std::string>{symbol} : analysis_.unit.names.candidates(name, call.callee);
  for (const std::string& candidate : candidates) {
    if (const auto found = entry->second.find(candidate); found != entry->second.end()) return found->second;
  }
  return {};
}

/// The text of an argument; of a format that the callee fills with what follows (`run("kill %d", pid)`) filled.
std::vector<Text> CarriedText::text_of(const Call& call, std::uint32_t index) const {
  std::vector<Text> texts = analysis_.texts.of(call.arguments[index]);
  const Function* function = call.meaning.function;
  const bool format = function != nullptr ? function->variadic && index + 1 == function->parameter_count
                                          : call.arguments.size() > index + 1U;
  if (!format) return texts;
  for (Text& text : texts) {
    text = expand_printf(text, [&](std::size_t number, Text& out) {
      const std::size_t at = index + 1 + number;
      if (at >= call.arguments.size()) return;
      const std::vector<Text> filler = analysis_.texts.of(call.arguments[at]);
      if (filler.size() == 1) out.append(filler.front());
    });
  }
  return texts;
}

void CarriedText::lower(const Call& call, std::uint32_t index) {
  ShellContext context{analysis_.unit.input.file.path,
                       analysis_.unit.enclosing_symbol(call.node),
                       true,
                       {},
                       &analysis_.unit.input.names};
  context.related.push_back({{analysis_.unit.input.file.path, call.range}, "it is run by " + call.what});
  for (const Text& text : text_of(call, index)) analysis_.unit.input.shell.lower_script(text, context, facts_);
}

void CarriedText::publish() {
  const std::string internal = analysis_.unit.input.file.path + "::";
  for (const auto& [symbol, parameters] : carriers_) {
    if (symbol.starts_with(internal)) continue;
    for (const std::uint32_t index : parameters) {
      facts_.flows.push_back(
          {wanted_slot(last_component(symbol)), Value::api(symbol + "#" + std::to_string(index) + "!"), {}});
    }
  }
}

void CarriedText::run() {
  std::set<std::pair<NodeId, std::uint32_t>> done;
  for (bool grew = true; grew;) {
    collect();
    const std::size_t before = facts_.flows.size();
    for (const Syntax node : analysis_.calls.nodes()) {
      if (!node.is(Kind::call)) continue;
      const Call* call = analysis_.calls.find(node);
      if (call == nullptr || call->api != nullptr || call->arguments.empty()) continue;
      const std::string symbol = analysis_.values.callee_symbol(*call);
      for (const std::uint32_t index : carried_arguments(*call, symbol)) {
        if (index < call->arguments.size() && done.emplace(node.id(), index).second) lower(*call, index);
      }
    }
    grew = facts_.flows.size() > before;
  }
  publish();
}

}  // namespace

void lower_carried_text(const Analysis& analysis, FileFacts& facts) { CarriedText(analysis, facts).run(); }

}  // namespace procsafe::cpp
