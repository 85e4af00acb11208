#include <algorithm>
#include <utility>

#include "lower/shell/script_lowering.h"

namespace procsafe::shell {
namespace {

constexpr std::uint32_t kMaxArguments = 24;

}  // namespace

std::string ScriptLowering::slot_symbol(const std::string& function) const {
  if (slot_path_.empty()) return {};
  return slot_path_ + "::" + function;
}

void ScriptLowering::flow_arguments(const std::string& symbol, std::span<const Field> arguments) {
  if (muted() || symbol.empty()) return;
  const auto flow = [&](std::uint32_t index, ValueSet values) {
    if (values.empty()) return;
    add_flow({Slot::Kind::parameter, symbol, index}, std::move(values));
  };
  bool exact = true;
  for (std::uint32_t i = 0; i < arguments.size() && i < kMaxArguments; ++i) {
    // A word that is no number is no pid.
    ValueSet values = pid_values(arguments[i].text);
    if (exact) flow(i + 1, values);
    flow(any_argument, std::move(values));
    exact = exact && !arguments[i].splits;
  }
  if (streams_.input != nullptr) {
    ValueSet values;
    for (const Value& value : streams_.input->values) {
      if (value.kind != Value::Kind::text) values.insert(value);
    }
    flow(input_argument, std::move(values));
  }
}

void ScriptLowering::call(Function& function, const Command& command, Environment& environment) {
  const std::span<const Field> arguments = std::span(command.words).subspan(1);
  for (const Field& field : arguments) consume(field, false);
  flow_arguments(slot_symbol(function.name), arguments);
  carry_into(slot_symbol(function.name), arguments, command, environment);
  summarise(function);
  signalled_ = signalled_ || function.signals;
  if (!function.effect) return;
  const Binding binding{slot_symbol(function.name), arguments};
  function.effect->variables.for_each([&](const std::string& name, const Content& content) {
    if (!assigned_.contains(name)) return;  // a local of the function
    Content bound = bind(content, binding);
    const Content* before = environment.variables.find(name);
    if (before != nullptr && content.partial) {
      Content joined = *before;
      joined.merge(bound);
      bound = std::move(joined);
    }
    bound.partial = content.partial && before == nullptr;
    environment.assign(name, std::move(bound));
  });
  function.effect->files.for_each([&](const std::string& path, const Content& content) {
    // Only what a search found is followed through a file into another function (O5).
    if (filed_.contains(path)) environment.files.insert_or_assign(path, bind(content, binding));
  });
  for (const std::string& key : function.effect->terminated) {
    for (std::string& bound : bind_key(key, binding)) environment.terminated.insert(std::move(bound));
  }
  for (const std::string& key : function.effect->verified) {
    for (std::string& bound : bind_key(key, binding)) environment.verified.insert(std::move(bound));
  }
  environment.open_jobs.insert(function.effect->open_jobs.begin(), function.effect->open_jobs.end());
  if (!function.effect->last_jobs.empty()) environment.last_jobs = function.effect->last_jobs;
  if (function.exits) environment.ended = true;
  print(bind(function.output, binding));
}

void ScriptLowering::summarise(Function& function) {
  if (function.effect || function.in_progress || functions_in_progress_ > 40) return;
  function.in_progress = true;
  ++functions_in_progress_;
  const Muted quiet(*this);
  function.output = {};
  function.effect = walk_body(function, &function.output);
  --functions_in_progress_;
  function.in_progress = false;
}

Environment ScriptLowering::walk_body(Function& function, Content* output) {
  const std::string outer_function = std::exchange(function_, function.name);
  const Streams outer = std::exchange(streams_, Streams{nullptr, output});
  auto* const breaks = std::exchange(breaks_, nullptr);
  const int conditions = std::exchange(conditions_, 0);
  std::vector<Environment> returns;
  auto* const outer_returns = std::exchange(returns_, &returns);
  Environment inside;
  const bool signalled = std::exchange(signalled_, false);
  const bool swallowed = std::exchange(swallowed_, false);
  run(*function.body, inside);
  function.signals = function.signals || signalled_;
  signalled_ = signalled;
  swallowed_ = swallowed;
  // A comparison that decides the function's result holds where that result is tested.
  std::set<std::string> verified = inside.verified;
  for (const Environment& left : returns) {
    verified.insert(left.verified.begin(), left.verified.end());
    inside.join(left);
  }
  inside.verified = std::move(verified);
  function.exits = inside.ended;
  inside.ended = false;
  returns_ = outer_returns;
  conditions_ = conditions;
  breaks_ = breaks;
  streams_ = outer;
  function_ = outer_function;
  return inside;
}

void ScriptLowering::lower_function(Function& function) {
  Content output;
  static_cast<void>(walk_body(function, &output));
  const std::string symbol = slot_symbol(function.name);
  ValueSet values;
  for (const Value& value : output.values) {
    if (value.kind == Value::Kind::text && value.text) {
      values.merge(target_values(*value.text));
    } else {
      values.insert(value);
    }
  }
  consume_values(values, false);
  if (!muted() && !symbol.empty() && !values.empty()) add_flow({Slot::Kind::result, symbol, 0}, std::move(values));
}

Content ScriptLowering::bind(const Content& content, const Binding& binding) {
  Content bound = content;
  bound.values = bind(content.values, binding, 0);
  bound.keys.clear();
  for (const std::string& key : content.keys) {
    for (std::string& name : bind_key(key, binding)) bound.keys.insert(std::move(name));
  }
  bound.identifies.clear();
  for (const std::string& key : content.identifies) {
    for (std::string& name : bind_key(key, binding)) bound.identifies.insert(std::move(name));
  }
  if (content.elements) {
    for (Text& element : *bound.elements) element = bind(element, binding, 0);
  }
  return bound;
}

ValueSet ScriptLowering::bind(const ValueSet& values, const Binding& binding, int depth) {
  ValueSet bound;
  for (const Value& value : values) {
    if (value.kind == Value::Kind::text && value.text && !value.text->constant() && depth < 8) {
      bound.insert(Value::of_text(bind(*value.text, binding, depth + 1)));
      continue;
    }
    const bool own = value.kind == Value::Kind::slot && value.slot->kind == Slot::Kind::parameter &&
                     value.slot->symbol == binding.symbol;
    const std::uint32_t index = own ? value.slot->index : 0;
    if (!own || index == input_argument) {
      bound.insert(value);
    } else if (index == any_argument) {
      for (const Field& field : binding.arguments) bound.merge(target_values(field.text));
    } else if (index <= binding.arguments.size()) {
      const Text& text = binding.arguments[index - 1].text;
      bound.merge(text.is_hole() ? text.holes().front().values : ValueSet(Value::of_text(text)));
    }
  }
  return bound;
}

Text ScriptLowering::bind(const Text& text, const Binding& binding, int depth) {
  if (text.constant()) return text;
  Text bound;
  std::size_t at = 0;
  for (const Text::Hole& hole : text.holes()) {
    // Holes stand in the order of their numbers.
    const std::size_t begin = text.bytes().find("${" + std::string(Text::hole_prefix), at);
    if (begin == std::string::npos) break;
    bound.append(text.substr(at, begin));
    const ValueSet values = bind(hole.values, binding, depth);
    const Value* only = values.single();
    if (only != nullptr && only->kind == Value::Kind::text && only->text) {
      bound.append(*only->text);
    } else {
      bound.append_hole(values, hole.source);
    }
    at = text.bytes().find('}', begin);
    at = at == std::string::npos ? text.bytes().size() : at + 1;
  }
  bound.append(text.substr(at, text.bytes().size()));
  return bound;
}

std::vector<std::string> ScriptLowering::bind_key(const std::string& key, const Binding& binding) {
  if (key.size() == 2 && key[0] == '$' && key[1] >= '1' && key[1] <= '9') {
    const auto index = static_cast<std::size_t>(key[1] - '0');
    if (index > binding.arguments.size()) return {};
    const std::set<std::string>& keys = binding.arguments[index - 1].keys;
    std::vector<std::string> bound(keys.begin(), keys.end());
    if (bound.empty()) bound.push_back(binding.arguments[index - 1].source);
    return bound;
  }
  return {key};
}

void ScriptLowering::call_unknown(const std::string& name, const Command& command, Environment& environment) {
  const std::span<const Field> arguments = std::span(command.words).subspan(1);
  for (const std::string& sourced : sourced_) {
    const std::string symbol = sourced + "::" + name;
    flow_arguments(symbol, arguments);
    carry_into(symbol, arguments, command, environment);
  }
  Content output = identity_told(arguments);
  for (const std::string& sourced : sourced_) {
    if (session_.context.names == nullptr || streams_.output == nullptr) break;
    output.values.merge(session_.context.names->find({Slot::Kind::result, sourced + "::" + name, 0}));
  }
  print(std::move(output));
}

}  // namespace procsafe::shell
