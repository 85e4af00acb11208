#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "catalog/nearest.h"
#include "check.h"
#include "output.h"
#include "rules.h"

namespace procsafe {
namespace {

constexpr const char* kAbout =
    "procsafe finds every place where a program starts, ends or waits for a process in a way nobody bounds "
    "or owns.";

constexpr const char* kExitStatus =
    "Exit status:\n"
    "  0  clean\n"
    "  1  findings\n"
    "  2  the linter could not do its job: wrong usage, unreadable or unparsable input, nothing to check;\n"
    "     findings are printed all the same";

constexpr const char* kExamples =
    "Examples:\n"
    "  procsafe check .                              everything below the working directory\n"
    "  procsafe check --preset strict src tools      more rules, two folders\n"
    "  procsafe check --format sarif --output procsafe.sarif .\n"
    "  procsafe explain process-hunt                 why, and what to write instead\n";

std::string footer() { return fmt::format("{}\n{}", kExamples, kExitStatus); }

template <class E>
struct Choice {
  using Value = E;
};
template <class E>
struct Choice<std::optional<E>> {
  using Value = E;
};
template <class E>
using ChoiceValue = typename Choice<E>::Value;

/// An option that takes one of a few words.
template <class E>
void add_choice(CLI::App& app, const std::string& name, E& target,
                std::vector<std::pair<std::string, ChoiceValue<E>>> choices, const std::string& help) {
  std::vector<std::string> words;
  for (const auto& [word, value] : choices) words.push_back(word);
  const auto choose = [&target, name, words, choices = std::move(choices)](const std::string& given) {
    for (const auto& [word, value] : choices) {
      if (word != given) continue;
      target = value;
      return;
    }
    throw CLI::ValidationError(name, fmt::format("'{}' is none of: {}", given, fmt::join(words, ", ")));
  };
  app.add_option_function<std::string>(name, choose, help)->type_name(fmt::format("{}", fmt::join(words, "|")));
}

void add_selection(CLI::App& check, CheckOptions& options) {
  check.add_option("PATH", options.paths, "Files and folders to check")->required()->option_text("...");
  add_choice(check, "--preset", options.preset, {{"recommended", Preset::recommended}, {"strict", Preset::strict}},
             "Which rules run (default: as configured, else recommended)");
  check
      .add_option("--config", options.config,
                  "Configuration for every file (default: the nearest procsafe.toml upwards)")
      ->type_name("FILE");
  check.add_flag("--no-config", options.no_config, "Read no configuration")->excludes("--config");
  check.add_option("--rule,--select", options.rules, "Run only this rule (may be repeated)")
      ->option_text("RULE")
      ->delimiter(',')
      ->allow_extra_args(false);
  check.add_option("--exclude", options.excludes, "Leave out what matches, as in .gitignore (may be repeated)")
      ->option_text("GLOB")
      ->allow_extra_args(false);
  check.add_flag("--no-ignore", options.no_ignore, "Check files that .gitignore and .ignore name, too");
  check.add_flag("--filter-named", options.filter_named,
                 "Treat the files named like files found in a folder: excludes hold, other languages are\n"
                 "skipped, and nothing left to check is no error (for hooks that pass lists of files)");
  options.max_file_size = std::uint64_t{16} << 20U;
  check.add_option("--max-file-size", options.max_file_size, "Larger files are an error (default 16MiB)")
      ->transform(CLI::AsSizeValue(false))
      // Places in a file are numbers of 32 bits.
      ->check(CLI::Range(std::uint64_t{1}, (std::uint64_t{1} << 32U) - 1))
      ->option_text("SIZE");
}

void add_output(CLI::App& check, CheckOptions& options) {
  add_choice(check, "--format", options.format,
             {{"text", Format::text}, {"json", Format::json}, {"sarif", Format::sarif}},
             "Form of the report (default: text)");
  check.add_option("--output,-o", options.output, "Write the report to this file, whole or not at all")
      ->type_name("FILE");
  add_choice(check, "--color", options.colour,
             {{"auto", When::automatic}, {"always", When::always}, {"never", When::never}},
             "Default: auto, on a terminal unless NO_COLOR is set");
  check.add_flag("--statistics", options.statistics, "Count the findings of every rule (text only)");
  check.add_flag("--show-suppressed", options.show_suppressed, "Show findings that a comment suppresses, marked so");
  check.add_flag("--exit-zero", options.exit_zero, "Exit with 0 in spite of findings; errors still give 2");
}

void add_analysis(CLI::App& check, CheckOptions& options) {
  check.add_option("--jobs,-j", options.jobs, "Threads (default: one for each processor)")
      ->check(CLI::Range(1U, 1024U))
      ->option_text("N");
  check.add_flag("--exhaustive", options.exhaustive,
                 "Analyse every file whole; slower, finds the same (a check of procsafe itself)");
  add_choice(check, "--cpp", options.cpp,
             {{"auto", CppTier::automatic}, {"syntax", CppTier::syntax}, {"clang", CppTier::clang}},
             "How C and C++ are read (default: auto, Clang where a compile_commands.json is found)");
  check.add_option("-p", options.build_directory, "Folder that holds compile_commands.json")->type_name("DIR");
  check.add_option("--extra-arg", options.extra_args, "Argument added to every compile command (may be repeated)")
      ->option_text("ARG")
      ->allow_extra_args(false);
}

/// The word nearest to one that is not known, as a question.
std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  return near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
}

/// What CLI11 says of an unknown command or option names neither the place nor the remedy.
std::string mistake(const CLI::App& app, const CLI::ParseError& error, const std::string& first_word) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  if (chosen.empty() && !first_word.empty() && !first_word.starts_with('-')) {
    std::vector<std::string> commands;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
      commands.push_back(command->get_name());
    return fmt::format("there is no command '{}'{}", first_word, suggestion(first_word, commands));
  }
  const CLI::App& asked = chosen.empty() ? app : *chosen.front();
  const std::vector<std::string> unknown = app.remaining(true);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr || unknown.empty()) return error.what();
  std::vector<std::string> options;
  for (const CLI::Option* option : asked.get_options()) {
    for (const std::string& name : option->get_lnames()) options.push_back("--" + name);
  }
  return fmt::format("'{}' is not expected here{}", unknown.front(), suggestion(unknown.front(), options));
}

/// Help and version are answers, everything else is a mistake.
int print_answer(const CLI::App& app, const CLI::ParseError& error, const std::string& first_word) {
  std::ostringstream out;
  std::ostringstream unused;
  if (app.exit(error, out, unused) != 0) {
    fmt::print(stderr, "procsafe: error: {}; '--help' shows what is possible\n", mistake(app, error, first_word));
    return exit_failed;
  }
  const std::string failure = write_standard_output(out.str());
  if (failure.empty()) return exit_clean;
  fmt::print(stderr, "procsafe: error: {}\n", failure);
  return exit_failed;
}

int run(int argc, char** argv) {
  CLI::App app(kAbout, "procsafe");
  app.set_version_flag("--version", "procsafe " PROCSAFE_VERSION);
  app.require_subcommand(1);
  app.footer(footer());
  CheckOptions options;
  CLI::App* check = app.add_subcommand("check", "Check files and folders");
  add_selection(*check, options);
  add_output(*check, options);
  add_analysis(*check, options);
  check->footer(footer());
  CLI::App* rules = app.add_subcommand("rules", "List the rules");
  bool rules_as_json = false;
  add_choice(*rules, "--format", rules_as_json, {{"text", false}, {"json", true}}, "Form of the list (default: text)");
  CLI::App* explain = app.add_subcommand("explain", "Print the document of a rule");
  std::string rule_id;
  explain->add_option("RULE", rule_id, "Id of the rule")->required()->option_text(" ");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return print_answer(app, error, argc > 1 ? argv[1] : "");
  }
  if (check->parsed()) return run_check(options);
  if (rules->parsed()) return run_rules(rules_as_json);
  return run_explain(rule_id);
}

}  // namespace
}  // namespace procsafe

int main(int argc, char** argv) {
  try {
    return procsafe::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "procsafe: error: {}\n", error.what());
    return procsafe::exit_failed;
  }
}
