// The command a spawn runs: its text goes to the shell lowering.
#include <algorithm>
#include <array>

#include "lower/python/operations.h"
#include "lower/python/strings.h"

namespace procsafe::python {
namespace {

/// Alternatives of one command that are looked at; more come from unfinished constant tracking, not from people.
constexpr std::size_t kMaxCommands = 8;

bool is_pipe(Ref value) { return value != nullptr && mentions(value, "subprocess.PIPE"); }

/// Is it a shell that takes its script as an argument: `sh -c`, `bash -lc`?
bool runs_script(std::span<const Text> argv) {
  constexpr std::array<std::string_view, 6> kShells{"sh", "bash", "dash", "zsh", "ksh", "ash"};
  if (argv.size() < 3) return false;
  std::string_view program = argv.front().bytes();
  if (const std::size_t slash = program.rfind('/'); slash != std::string_view::npos)
    program = program.substr(slash + 1);
  if (std::find(kShells.begin(), kShells.end(), program) == kShells.end()) return false;
  return std::any_of(argv.begin() + 1, argv.end(), [](const Text& word) {
    const std::string& bytes = word.bytes();
    return bytes.size() > 1 && bytes.front() == '-' && bytes[1] != '-' && bytes.find('c') != std::string::npos;
  });
}

}  // namespace

Operations::Command Operations::lower_command(const Api& api, const Arguments& arguments, Node call,
                                              const Context& context) {
  Command result;
  if (api.command_style == CommandStyle::none || !context.recording) return result;
  if (api.command_style == CommandStyle::variadic) {
    std::vector<Ref> words;
    if (api.has_trait("named-command")) {
      Text name;
      const std::string_view function = call.field(Field::function).text();
      const Offset begin = call.field(Field::function).range().begin;
      const std::size_t dot = function.rfind('.');
      const std::size_t skip = dot == std::string_view::npos ? 0 : dot + 1;
      name.append_verbatim(function.substr(skip), begin + static_cast<Offset>(skip));
      words.push_back(pool_.text(std::move(name)));
    }
    for (std::size_t i = api.command.index.value_or(0); i < arguments.positional.size(); ++i)
      words.push_back(slots_.resolve_fields(arguments.positional[i].value));
    result.known = true;
    if (!words.empty()) lower_vector(words, arguments.more_positional, call, context, result);
    return result;
  }
  const Ref command = arguments.find(api.command);
  if (command == nullptr) return result;
  const Ref shell = arguments.find(api.shell);
  const bool always = api.command_style == CommandStyle::shell;
  const bool script = always || (shell != nullptr && !is_false(shell));
  result.shell = always || (shell != nullptr && is_true(shell));
  result.summary.background_only = true;
  std::size_t looked_at = 0;
  for (const Ref one : ObjectPool::alternatives(slots_.resolve_fields(command))) {
    if (one->is(Object::Kind::none) || ++looked_at > kMaxCommands) continue;
    lower_one(one, script || (one->is(Object::Kind::text) && api.has_trait("text-is-shell")), call, context, result);
  }
  if (looked_at == 0) result.summary.background_only = false;
  result.known = true;
  return result;
}

void Operations::lower_one(Ref command, bool script, Node call, const Context& context, Command& result) {
  if (command->is(Object::Kind::sequence)) {
    if (!script) {
      lower_vector(command->elements, command->open, call, context, result);
    } else if (!command->elements.empty()) {
      lower_one(command->elements.front(), true, call, context, result);  // the rest are the script's arguments
    }
    return;
  }
  if (script) {
    lower_text(text_of(command, slots_, call.range()), call, context, result);
  } else if (command->is(Object::Kind::text)) {
    // A string without a shell is a program; where it holds words, Windows splits it.
    const Ref words = split_words(command, pool_, slots_);
    lower_vector(words->elements, false, call, context, result);
  } else {
    result.summary.background_only = false;
  }
}

void Operations::add_inner(OperationFact fact, Node call, const Context& context) {
  Draft draft;
  draft.node = call;
  draft.function = context.function;
  draft.fact = std::move(fact);
  journal_.inner.push_back(std::move(draft));
}

void Operations::lower_text(const Text& text, Node call, const Context& context, Command& result) {
  const ShellContext around{input_.file.path,
                            std::string(context.symbol),
                            true,
                            {{*place(call), "the command is started here"}},
                            &input_.names};
  FileFacts facts;
  const ShellSummary summary = input_.shell.lower_script(text, around, facts);
  result.summary.background_only = result.summary.background_only && summary.background_only;
  result.summary.tree = true;
  result.summary.output = worse(result.summary.output, summary.output);
  for (OperationFact& fact : facts.operations) add_inner(std::move(fact), call, context);
}

void Operations::lower_vector(std::span<const Ref> argv, bool open, Node call, const Context& context,
                              Command& result) {
  std::vector<Text> words;
  for (const Ref word : argv) {
    // Of several possible words the first constant one is looked at.
    Ref chosen = word;
    for (const Ref one : ObjectPool::alternatives(word)) {
      if (one->is(Object::Kind::text)) {
        chosen = one;
        break;
      }
    }
    words.push_back(text_of(chosen, slots_, call.range()));
  }
  if (open || words.empty()) {
    words.emplace_back().append_hole(ValueSet(Value::unknown()), call.range());
  }
  const ShellContext around{input_.file.path,
                            std::string(context.symbol),
                            true,
                            {{*place(call), "the command is started here"}},
                            &input_.names};
  FileFacts facts;
  const ShellSummary summary = input_.shell.lower_argv(words, around, facts);
  result.shell = result.shell || runs_script(words);
  result.summary.background_only = result.summary.background_only && summary.background_only;
  result.summary.tree = result.summary.tree || summary.tree || runs_script(words);
  result.summary.output = worse(result.summary.output, summary.output);
  for (OperationFact& fact : facts.operations) add_inner(std::move(fact), call, context);
}

void Operations::note_spawned(const Api& api, const Arguments& arguments, Node call, const Command& command) {
  Spawned& started = spawned_[call.id()];
  started.api = &api;
  started.call = call;
  const auto flag = [&](std::string_view name) {
    const Arguments::Keyword* keyword = arguments.named(name);
    return keyword != nullptr && !is_false(keyword->value);
  };
  if (command.known) {
    started.background_only = command.summary.background_only;
    started.tree = command.summary.tree || command.shell;
    started.output = command.summary.output;
  }
  const Arguments::Keyword* preexec = arguments.named("preexec_fn");
  started.own_session =
      flag("start_new_session") || flag("process_group") ||
      (preexec != nullptr && (mentions(preexec->value, "os.setsid") || mentions(preexec->value, "os.setpgrp") ||
                              preexec->node.text().find("set") != std::string_view::npos));
  const Arguments::Keyword* out = arguments.named("stdout");
  const Arguments::Keyword* err = arguments.named("stderr");
  started.piped = (out != nullptr && is_pipe(out->value)) || (err != nullptr && is_pipe(err->value));
}

}  // namespace procsafe::python
