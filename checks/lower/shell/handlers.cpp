#include <algorithm>
#include <utility>

#include "lower/shell/script_lowering.h"

namespace procsafe::shell {
namespace {

/// "INT" of INT, SIGINT, int and 2; the pseudo-signals of trap as they are.
std::string signal_name(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (name.starts_with("SIG")) name.erase(0, 3);
  if (name == "0") return "EXIT";
  if (name == "2") return "INT";
  if (name == "15") return "TERM";
  return name;
}

}  // namespace

void Handlers::add(std::string_view name, bool ends_processes, const Command& command) {
  const std::string signal = signal_name(std::string(name));
  if (signal != "EXIT" && signal != "INT" && signal != "TERM") return;
  handled.insert(signal);
  if (!ends_processes) return;
  cleaned.insert(signal);
  if (signal == "EXIT" || (!first.empty() && first <= command.range)) return;
  first = command.range;
  what = command.what;
}

bool Handlers::partial() const { return !first.empty() && !cleaned.contains("EXIT"); }

void ScriptLowering::perform_trap(std::span<const Field> arguments, const Command& command, Environment& environment) {
  while (!arguments.empty() && arguments.front().is("--")) arguments = arguments.subspan(1);
  if (arguments.size() < 2 || arguments.front().is("-") || arguments.front().is("-p")) return;
  const Text& action = arguments.front().text;
  if (action.empty()) return;
  // Runs at an unknown time: with whatever the variables hold then.
  Environment later;
  later.positional = environment.positional;
  ++handlers_;
  const bool outside = std::exchange(signalled_, false);
  run_same_shell(action, later);
  const bool ends_processes = std::exchange(signalled_, outside);
  --handlers_;
  for (const Field& field : arguments.subspan(1)) {
    if (field.text.constant()) {
      session_.handlers.add(field.text.bytes(), ends_processes, command);
      continue;
    }
    for (const std::string_view any : {"EXIT", "INT", "TERM"}) session_.handlers.add(any, ends_processes, command);
  }
}

void ScriptLowering::collect_handlers() {
  // zsh: TRAPINT() { … }
  for (const Function& function : functions_) {
    if (!function.name.starts_with("TRAP")) continue;
    Command command;
    command.range = function.body->span.range();
    command.what = function.name;
    session_.handlers.add(std::string_view(function.name).substr(4), false, command);
  }
}

void ScriptLowering::report_handlers() {
  if (!session_.handlers.partial()) return;
  OperationFact fact;
  fact.attributes.set(Operation::handler);
  fact.attributes.set(Attribute::partial_cleanup, true);
  Command command;
  command.range = session_.handlers.first;
  command.what = session_.handlers.what;
  emit(std::move(fact), command, false);
}

}  // namespace procsafe::shell
