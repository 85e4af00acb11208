#include <algorithm>
#include <cctype>
#include <utility>

#include "lower/shell/script_lowering.h"

namespace procsafe::shell {
namespace {

/// `host:path`, `user@host:path`, `rsync://host/path`: not a local path.
bool is_remote(const Field& field) {
  const std::string& bytes = field.text.bytes();
  std::string plain;
  for (std::size_t at = 0; at < bytes.size(); ++at) {  // a hole may be any part of it
    if (bytes.compare(at, 2, "${") == 0) {
      at = std::min(bytes.find('}', at), bytes.size());
      plain += 'x';
    } else {
      plain += bytes[at];
    }
  }
  const std::size_t colon = plain.find(':');
  return colon != std::string::npos && colon > 0 && plain.find('/') > colon;
}

/// An unquoted variable that may stand for options: its name does not say that it is an operand.
bool may_hold_options(const Field& field) {
  static constexpr std::string_view kOperands[] = {
      "url",  "uri",      "host", "server", "srv",     "addr",   "dest", "target", "node", "user", "remote", "file",
      "link", "endpoint", "site", "ip",     "machine", "domain", "path", "dir",    "src",  "lock", "port"};
  std::string name = field.source;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (name.find("opt") != std::string::npos || name.find("arg") != std::string::npos ||
      name.find("flag") != std::string::npos)
    return true;
  return std::none_of(std::begin(kOperands), std::end(kOperands),
                      [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

bool setting_given(const Options& options, const std::string& setting) {
  return std::any_of(options.options.begin(), options.options.end(), [&](const Options::Option& option) {
    if (option.name != "o" || !option.value) return false;
    const std::string& value = option.value->bytes();
    if (!option.value->constant() && option.value->is_hole()) return true;
    return value.size() > setting.size() &&
           std::equal(setting.begin(), setting.end(), value.begin(),
                      [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); }) &&
           (value[setting.size()] == '=' || value[setting.size()] == ' ');
  });
}

bool bounded_by(const ShellClient& client, const Options& options) {
  const auto has = [&](const std::string& name) {
    const Options::Option* option = options.find(name);
    const bool never = client.zero_never && option != nullptr && option->value && option->value->bytes() == "0";
    return option != nullptr && !never;
  };
  return std::any_of(client.bounds.begin(), client.bounds.end(), has) ||
         std::any_of(client.together.begin(), client.together.end(),
                     [&](const auto& all) { return std::all_of(all.begin(), all.end(), has); }) ||
         std::any_of(client.settings.begin(), client.settings.end(),
                     [&](const std::string& setting) { return setting_given(options, setting); });
}

}  // namespace

void ScriptLowering::check_client(const Command& command, const ShellCommand& entry, std::span<const Field> arguments) {
  const ShellClient& client = *entry.client;
  const bool runs_command = entry.runs.has_value();
  const Options options =
      parse_options(entry, arguments, runs_command ? OptionOrder::options_first : OptionOrder::permuted);
  if (std::any_of(client.idle.begin(), client.idle.end(), [&](const std::string& name) { return options.has(name); }))
    return;
  const std::size_t operands = options.operands.size() + (command.appended ? 1 : 0);
  if (operands < client.operands || (arguments.empty() && !command.appended)) return;
  if (client.remote_operand && std::none_of(options.operands.begin(), options.operands.end(),
                                            [&](std::size_t at) { return is_remote(arguments[at]); }))
    return;
  OperationFact fact;
  fact.attributes.set(Operation::wait);
  fact.attributes.set(Form::client);
  const bool unknown =
      command.hides_options || (options.unknown && may_hold_options(arguments[options.operands.front()]));
  const bool bounded = command.bounded || bounded_ || session_.context.bounded || bounded_by(client, options);
  fact.attributes.set(bounded ? Timeout::bounded : unknown ? Timeout::unknown : Timeout::absent);
  emit(std::move(fact), command, false);
}

void ScriptLowering::check_polling(const Statement& loop) {
  if (muted() || bounded_ || watched_ || session_.context.bounded) return;
  if (!LoopShape(loop, session_.catalog, bodies_).waits_unbounded()) return;
  OperationFact fact;
  fact.attributes.set(Operation::wait);
  fact.attributes.set(Form::loop);
  fact.attributes.set(Timeout::absent);
  Command command;
  command.range = loop.head.range();
  command.what = shorten(loop.head.source());
  emit(std::move(fact), command, false);
}

}  // namespace procsafe::shell
