#include "lower/python/commands.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "lower/python/operations.h"

namespace procsafe::python {
namespace {

/// Alternatives of one command that are looked at; more come from unfinished constant tracking, not from people.
constexpr std::size_t kMaxCommands = 8;

std::string_view program_of(const Text& word) {
  const std::string_view program = word.bytes();
  const std::size_t slash = program.rfind('/');
  return slash == std::string_view::npos ? program : program.substr(slash + 1);
}

/// Is it a shell that takes its script as an argument: `sh -c`, `bash -lc`?
bool runs_script(std::span<const Text> argv) {
  constexpr std::array<std::string_view, 6> kShells{"sh", "bash", "dash", "zsh", "ksh", "ash"};
  if (argv.size() < 3) return false;
  if (std::find(kShells.begin(), kShells.end(), program_of(argv.front())) == kShells.end()) return false;
  return std::any_of(argv.begin() + 1, argv.end(), [](const Text& word) {
    const std::string& bytes = word.bytes();
    return bytes.size() > 1 && bytes.front() == '-' && bytes[1] != '-' && bytes.find('c') != std::string::npos;
  });
}

/// `[binary, "kill"]`: an argument of a program nobody knows. (A list put in front may well be `sudo`.)
bool is_unknown_program(std::span<const Text> argv) {
  if (argv.size() < 2 || !argv.front().is_hole()) return false;
  const ValueSet values = argv.front().holes().front().values;
  return std::none_of(values.begin(), values.end(), [](const Value& value) {
    return value.kind == Value::Kind::text ||
           (value.kind == Value::Kind::slot && value.slot->kind == Slot::Kind::parameter);
  });
}

/// A slot whose values stand elsewhere: what it carries is judged there.
bool comes_from_elsewhere(Ref object) {
  return object->is(Object::Kind::slot) &&
         (object->slot->kind == Slot::Kind::parameter || (object->slot->kind == Slot::Kind::global && object->open));
}

void collect_sources(Ref command, int depth, std::vector<Ref>& sources) {
  if (comes_from_elsewhere(command) && std::find(sources.begin(), sources.end(), command) == sources.end())
    sources.push_back(command);
  const bool holds =
      command->is(Object::Kind::text) || command->is(Object::Kind::sequence) || command->is(Object::Kind::choice);
  if (!holds || depth > 4) return;
  for (const Ref element : command->elements) collect_sources(element, depth + 1, sources);
}

}  // namespace

std::vector<TextPart> parts_of(Ref text) {
  const std::string_view bytes = text->text->bytes();
  const std::string open = "${" + std::string(Text::hole_prefix);
  std::vector<TextPart> parts;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t hole = std::min(bytes.find(open, at), bytes.size());
    if (hole > at) parts.push_back({bytes.substr(at, hole - at), nullptr});
    if (hole == bytes.size()) break;
    const std::size_t close = std::min(bytes.find('}', hole), bytes.size() - 1);
    std::size_t number = 0;
    std::from_chars(bytes.data() + hole + open.size(), bytes.data() + close, number);
    if (number < text->elements.size()) parts.push_back({{}, text->elements[number]});
    at = close + 1;
  }
  return parts;
}

bool Commands::holds_parameter(Ref command) {
  std::vector<Ref> sources;
  collect_sources(command, 0, sources);
  return std::any_of(sources.begin(), sources.end(),
                     [](Ref source) { return source->slot->kind == Slot::Kind::parameter; });
}

Origin Commands::output_of(Ref templ, const CommandSite& site) {
  Command result;
  std::vector<OperationFact> ignored;
  lower_one(templ->elements.back(), is_true(templ->elements.front()), site, result, ignored);
  return result.summary.output;
}

ShellContext Commands::around(const CommandSite& site) const {
  // The outer call has a limit, or a finding of its own for lacking one (T3).
  return {input_.file.path,
          std::string(site.symbol),
          true,
          {{{input_.file.path, site.call.range()}, "the command is started here"}},
          &input_.names};
}

Command Commands::lower_words(const Api& api, const Arguments& arguments, const CommandSite& site,
                              std::vector<OperationFact>& found) {
  Command result;
  std::vector<Ref> words;
  if (api.has_trait("named-command")) {
    Text name;
    const Node function = site.call.field(Field::function);
    const std::size_t dot = function.text().rfind('.');
    const std::size_t skip = dot == std::string_view::npos ? 0 : dot + 1;
    name.append_verbatim(function.text().substr(skip), function.range().begin + static_cast<Offset>(skip));
    words.push_back(pool_.text(std::move(name)));
  }
  for (std::size_t i = api.command.index.value_or(0); i < arguments.positional.size(); ++i)
    words.push_back(slots_.resolve_fields(arguments.positional[i].value));
  result.known = true;
  if (words.empty()) return result;
  const Ref command = pool_.sequence(std::move(words), arguments.more_positional);
  lower_one(command, false, site, result, found);
  carry(command, false, site.call.range());
  return result;
}

Command Commands::lower(const Api& api, const Arguments& arguments, const CommandSite& site,
                        std::vector<OperationFact>& found) {
  if (api.command_style == CommandStyle::variadic) return lower_words(api, arguments, site, found);
  Command result;
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
    const bool as_script = script || (one->is(Object::Kind::text) && api.has_trait("text-is-shell"));
    lower_one(one, as_script, site, result, found);
    carry(one, as_script, site.call.range());
    if (holds_parameter(one)) result.carried = pool_.sequence({pool_.number(as_script ? 1 : 0), one}, false);
  }
  if (looked_at == 0) result.summary.background_only = false;
  result.known = true;
  return result;
}

void Commands::lower_one(Ref command, bool script, const CommandSite& site, Command& result,
                         std::vector<OperationFact>& found) {
  if (command->is(Object::Kind::sequence)) {
    if (!script) {
      lower_vector(command->elements, command->open, site, result, found);
    } else if (!command->elements.empty()) {
      lower_one(command->elements.front(), true, site, result, found);  // the rest are the script's arguments
    }
  } else if (script) {
    lower_text(text_of(command, slots_, site.call.range()), site, result, found);
  } else if (command->is(Object::Kind::text)) {
    // A string without a shell is a program; where it holds words, Windows splits it.
    lower_vector(split_words(command, pool_, slots_)->elements, false, site, result, found);
  } else {
    result.summary.background_only = false;
  }
}

void Commands::lower_text(const Text& text, const CommandSite& site, Command& result,
                          std::vector<OperationFact>& found) {
  FileFacts facts;
  const ShellSummary summary = input_.shell.lower_script(text, around(site), facts);
  result.summary.background_only = result.summary.background_only && summary.background_only;
  result.summary.tree = true;
  result.summary.output = worse(result.summary.output, summary.output);
  std::move(facts.operations.begin(), facts.operations.end(), std::back_inserter(found));
}

void Commands::lower_vector(std::span<const Ref> argv, bool open, const CommandSite& site, Command& result,
                            std::vector<OperationFact>& found) {
  std::vector<Text> words;
  for (const Ref word : argv) {
    // Of several possible words the first constant one is looked at.
    const auto alternatives = ObjectPool::alternatives(word);
    const auto constant =
        std::find_if(alternatives.begin(), alternatives.end(), [](Ref one) { return one->is(Object::Kind::text); });
    words.push_back(text_of(constant != alternatives.end() ? *constant : word, slots_, site.call.range()));
  }
  if (!open && is_unknown_program(words)) {
    result.summary.background_only = false;
    return;
  }
  if (open || words.empty()) words.emplace_back().append_hole(ValueSet(Value::unknown()), site.call.range());
  FileFacts facts;
  const ShellSummary summary = input_.shell.lower_argv(words, around(site), facts);
  const bool script = runs_script(words);
  result.shell = result.shell || script;
  result.nohup = result.nohup || program_of(words.front()) == "nohup" || program_of(words.front()) == "setsid";
  result.summary.background_only = result.summary.background_only && summary.background_only;
  result.summary.tree = result.summary.tree || summary.tree || script;
  result.summary.output = worse(result.summary.output, summary.output);
  std::move(facts.operations.begin(), facts.operations.end(), std::back_inserter(found));
}

void Commands::carry(Ref command, bool script, SourceRange place) {
  std::vector<Ref> sources;
  collect_sources(command, 0, sources);
  for (const Ref source : sources)
    slots_.flow({Slot::Kind::carrier, source->slot->symbol, source->slot->index},
                pool_.sequence({pool_.number(script ? 1 : 0), command}, false), place);
}

Ref Commands::templates(const std::string& function, std::uint32_t index) {
  const Ref slot = pool_.slot({Slot::Kind::carrier, function, index});
  const Ref held = slots_.read(slot);
  return held == slot ? nullptr : held;
}

void Commands::lower_filled(Ref templ, Ref filled, Node argument, const CommandSite& site,
                            std::vector<OperationFact>& found) {
  const bool script = is_true(templ->elements.front());
  Command ignored;
  std::vector<OperationFact> own;
  lower_one(templ->elements.back(), script, site, ignored, own);
  std::vector<OperationFact> all;
  lower_one(filled, script, site, ignored, all);
  carry(filled, script, site.call.range());
  for (OperationFact& fact : all) {
    const bool is_own = std::any_of(own.begin(), own.end(), [&](const OperationFact& other) {
      return other.attributes.get<Operation>() == fact.attributes.get<Operation>();
    });
    const bool stands_in_text = fact.range.begin != site.call.range().begin;
    if (is_own && !stands_in_text) continue;
    if (!stands_in_text) fact.range = argument.range();
    found.push_back(std::move(fact));
  }
}

}  // namespace procsafe::python
