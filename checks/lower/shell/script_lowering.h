// The analysis of one script: walks its statements along the flow of control, keeps what is known of variables,
// and records the process operations it meets.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "facts/embedded_shell.h"
#include "facts/file_facts.h"
#include "lower/shell/environment.h"
#include "lower/shell/field.h"
#include "lower/shell/loop_shape.h"
#include "lower/shell/syntax.h"

namespace procsafe::shell {

/// A process started in the background.
struct Job {
  SourceRange range;
  std::string what;
  std::string symbol;
  bool detached = false;          ///< nohup or setsid: needs more than a remembered pid (B1)
  bool disowned_at_once = false;  ///< zsh `&!`
  bool remembered = false;        ///< its pid was assigned, or written to a file
  bool global = false;            ///< it was assigned to a variable that outlives the function
  bool read = false;              ///< its pid was read again
  bool finished = false;          ///< waited for, or ended
  bool sleeps = false;            ///< it is a `sleep`: who waits for it waits for a time
  bool filed = false;             ///< its pid went into a file
  bool disowned = false;          ///< reported at the disown
  bool tree = false;              ///< does its work in children: npm, make, sh -c
  bool tree_ended = false;        ///< its children or its group are signalled, too
};

struct Command;

/// What the traps of a file do when the script ends.
struct Handlers {
  std::set<std::string> handled;  ///< EXIT, INT, TERM: those that run anything
  std::set<std::string> cleaned;  ///< those whose handler ends processes
  SourceRange first;              ///< trap of INT or TERM that ends processes
  std::string what;

  void add(std::string_view name, bool ends_processes, const Command& command);
  /// Processes are ended on a signal, and left behind at the normal end.
  [[nodiscard]] bool partial() const;
};

/// What all scripts of one file share: the file's text, and the texts it hands to shells.
struct Session {
  Session(const ShellCatalog& shell_catalog, const ShellContext& around, FileFacts& found, Dialect spoken)
      : catalog(shell_catalog), context(around), facts(found), dialect(spoken) {}

  const ShellCatalog& catalog;
  const ShellContext& context;
  FileFacts& facts;
  Dialect dialect;
  int depth = 0;  ///< of shell text within shell text

  std::vector<Job> jobs;  ///< of all of them: the pid of a job may be printed by one and kept by another
  std::map<SourceRange, std::size_t> job_of;
  std::map<std::string, std::set<std::size_t>> filed_jobs;  ///< whose pid was written, by the key of the path
  std::map<std::string, std::set<std::int64_t>> carried;    ///< functions that run their arguments, and how (X2)
  Handlers handlers;

  static constexpr int max_depth = 8;
};

/// A command about to run, with all that wraps it taken off.
struct Command {
  std::vector<Field> words;
  const Statement* statement = nullptr;
  SourceRange range;
  std::string what;
  bool program = false;        ///< found by exec: functions and aliases do not apply
  bool bounded = false;        ///< ended after a time
  bool hides_options = false;  ///< its name stands in a variable that may hold options, too
  int unwrapped = 0;
  std::set<std::string> aliases;  ///< expanded already: an alias may name itself
  /// Words that standard input appends (xargs).
  std::optional<Content> appended;
};

class ScriptLowering {
 public:
  /// `symbol` names the file for slots; empty for text inside another program.
  ScriptLowering(Session& session, std::string slot_path, ScriptLowering* outer = nullptr);

  /// Lowers a script. The environment holds what its arguments are.
  ShellSummary lower(std::unique_ptr<Syntax> syntax, Environment environment);
  /// Lowers one command that runs without a shell.
  ShellSummary lower_command(std::vector<Field> words);

 private:
  struct Function {
    const Statement* body = nullptr;
    std::string name;
    /// What a call does: the environment behind the body, entered with nothing known.
    std::optional<Environment> effect;
    Content output;
    bool in_progress = false;
    bool exits = false;    ///< never returns
    bool signals = false;  ///< ends processes
  };
  /// What the parameters of a function are at one call.
  struct Binding {
    std::string symbol;
    std::span<const Field> arguments;
  };
  /// Standard input and output of the commands being walked.
  struct Streams {
    const Content* input = nullptr;
    Content* output = nullptr;
  };
  class Muted;
  /// The words that one word becomes.
  struct Expansion {
    std::vector<Field>& fields;
    bool whole = false;  ///< the word is a single part
    bool open = false;   ///< the last field is still being put together

    Field& field();
    void append_hole(const ValueSet& values, SourceRange source);
  };

  // The walk: statements.cpp
  void run(const List& list, Environment& environment);
  void run(const Statement& statement, Environment& environment);
  void run_foreground(const Statement& statement, Environment& environment);
  void run_plain(const Statement& statement, Environment& environment);
  void run_pipeline(const Statement& statement, Environment& environment);
  void run_and_or(const Statement& statement, Environment& environment);
  [[nodiscard]] static bool drops_failure(const Statement& list, std::size_t child);
  void run_condition(const List& condition, Environment& environment);
  void run_conditional(const Statement& statement, Environment& environment);
  void run_loop(const Statement& statement, Environment& environment);
  void run_for(const Statement& statement, Environment& environment);
  void run_case(const Statement& statement, Environment& environment);
  void run_subshell(const List& list, Environment& environment);
  void check_polling(const Statement& loop);
  [[nodiscard]] Content items_of(const Statement& statement, Environment& environment);
  void write_file(const std::string& path, Content content, bool appended, Environment& environment);
  void collect_functions(const List& list);
  static void absorb(Environment& environment, const Environment& inside);
  [[nodiscard]] static Origin summary_origin(const Content& output);

  // Words: expansion.cpp
  [[nodiscard]] std::vector<Field> expand(std::span<const Word> words, Environment& environment);
  void expand(const Word& word, Environment& environment, std::vector<Field>& fields);
  void expand_part(const Part& part, Environment& environment, Expansion& to);
  void expand_parameter(const Part& part, Environment& environment, Expansion& to);
  static void append_content(const Content& content, const Part& part, Expansion& to);
  static void append_words(const Text& text, const std::function<void(Field&)>& tag, Expansion& to);
  [[nodiscard]] Field expand_to_one(const Word& word, Environment& environment);
  [[nodiscard]] Content content_of(const Word& word, Environment& environment);
  [[nodiscard]] Content look_up(const Part& part, Environment& environment);
  [[nodiscard]] Content variable(const std::string& name, const Environment& environment);
  [[nodiscard]] Content positional(unsigned index, const Environment& environment);
  [[nodiscard]] Content all_arguments(const Environment& environment);
  [[nodiscard]] Content output_of(const List& body, Environment& environment);
  [[nodiscard]] Content read_file(const Field& path, const Environment& environment);
  void assign(const Assignment& assignment, Environment& environment, bool local);
  static void append_to(const Content& before, const Assignment& assignment, Content& content);
  [[nodiscard]] static std::string path_key(const Field& field);

  // Commands: commands.cpp
  void run_simple(const Statement& statement, Environment& environment);
  void perform(Command command, Environment& environment);
  bool perform_alternatives(const Command& command, Environment& environment);
  bool perform_behind_variable(const Command& command, Environment& environment);
  bool perform_alias(const Command& command, Environment& environment);
  void perform_known(Command& command, const ShellCommand& entry, std::span<const Field> arguments,
                     Environment& environment);
  void run_wrapped(Command& command, const ShellCommand& entry, std::span<const Field> arguments,
                   Environment& environment);
  bool run_option_text(Command& command, const ShellCommand& entry, const Options& options,
                       std::span<const Field> arguments, Environment& environment);
  void run_operands(Command& command, const ShellCommand& entry, const Options& options, std::span<const Field> rest,
                    Environment& environment);
  static void place_input(Command& command, const Options& options, std::vector<Field>& words);
  void run_argv(const Command& command, const ShellRuns& runs, std::span<const Field> rest, Environment& environment);
  void run_exec_clauses(const Command& command, std::span<const Field> arguments, Environment& environment);
  [[nodiscard]] static std::string command_name(const Field& field);
  [[nodiscard]] static std::vector<Field> split(const Text& text);

  // Shell text inside: nested.cpp
  void run_text(const Text& text, const Command& command, const ShellRuns& runs, std::span<const Field> arguments,
                Environment& environment);
  void run_joined(std::span<const Field> words, const Command& command, const ShellRuns& runs,
                  Environment& environment);
  void run_input(const Command& command, const ShellRuns& runs, Environment& environment);
  void run_same_shell(const Text& text, Environment& environment);
  void note_depth(SourceRange range);

  // Builtins that change what is known: builtins.cpp
  bool perform_builtin(const std::string& name, const Command& command, Environment& environment);
  void perform_declaration(const std::string& name, const Command& command, Environment& environment);
  // Handlers: handlers.cpp
  void perform_trap(std::span<const Field> arguments, const Command& command, Environment& environment);
  void collect_handlers();
  void report_handlers();
  void perform_alias_definition(std::span<const Field> arguments);
  void perform_wait(std::span<const Field> arguments, const Command& command, Environment& environment);
  void perform_read(std::span<const Field> arguments, Environment& environment);
  void perform_mapfile(std::span<const Field> arguments, Environment& environment);
  static void perform_shift(std::span<const Field> arguments, Environment& environment);
  static void perform_set(std::span<const Field> arguments, Environment& environment);

  // Functions: functions.cpp
  void call(Function& function, const Command& command, Environment& environment);
  void call_unknown(const std::string& name, const Command& command, Environment& environment);
  void summarise(Function& function);
  void lower_function(Function& function);
  [[nodiscard]] Environment walk_body(Function& function, Content* output);
  void flow_arguments(const std::string& symbol, std::span<const Field> arguments);
  [[nodiscard]] std::string slot_symbol(const std::string& function) const;
  [[nodiscard]] static Content bind(const Content& content, const Binding& binding);
  [[nodiscard]] static ValueSet bind(const ValueSet& values, const Binding& binding, int depth);
  [[nodiscard]] static Text bind(const Text& text, const Binding& binding, int depth);
  [[nodiscard]] static std::vector<std::string> bind_key(const std::string& key, const Binding& binding);

  // Other files: sources.cpp
  void perform_source(std::span<const Field> arguments, Environment& environment);
  void carry(const Slot& slot, const Command& command, bool vector, const Environment& environment);
  [[nodiscard]] std::set<std::int64_t> carried(const std::string& symbol);
  void carry_into(const std::string& symbol, std::span<const Field> arguments, const Command& command,
                  Environment& environment);
  [[nodiscard]] bool is_library();
  void export_variables();

  // What commands print, and what comparing it proves: output.cpp
  [[nodiscard]] static Content identity_told(std::span<const Field> arguments);
  [[nodiscard]] Content printed(const Command& command, const std::string& name, const ShellCommand& entry,
                                std::span<const Field> arguments, Environment& environment);
  [[nodiscard]] Content filtered(const Command& command, const std::string& name, const ShellCommand& entry,
                                 std::span<const Field> arguments, Environment& environment);
  [[nodiscard]] Content run_awk(const Command& command, const Text& program, const Content& input,
                                Environment& environment);
  [[nodiscard]] Content searched(const Command& command, const std::string& name, const ShellCommand& entry,
                                 std::span<const Field> arguments) const;
  void print(Content content);
  void compare_identities(const std::string& name, const Command& command, Environment& environment);

  // Signals: signals.cpp
  void signal_kill(const Command& command, std::span<const Field> arguments, Environment& environment);
  void signal_pkill(const Command& command, const ShellCommand& entry, std::span<const Field> arguments,
                    Environment& environment);
  void signal_by_name(const Command& command, const ShellCommand& entry, std::span<const Field> arguments,
                      Environment& environment);
  void signal_windows(const Command& command, std::span<const Field> arguments, Environment& environment, bool wmic);
  void signal_daemon(const Command& command, const ShellCommand& entry, std::span<const Field> arguments,
                     Environment& environment);
  void signal_killproc(const Command& command, const ShellCommand& entry, std::span<const Field> arguments,
                       Environment& environment);
  void emit_signal(const Command& command, Signal signal, const std::vector<Field>& targets, ValueSet values,
                   std::set<std::string> keys, Environment& environment, bool by_name);
  [[nodiscard]] ValueSet checked_values(const Field& field, const Environment& environment);
  [[nodiscard]] ValueSet verified_slot(const Value& value);
  [[nodiscard]] static Signal signal_of(const Text& text);

  // Jobs: jobs.cpp
  void run_background(const Statement& statement, Environment& environment);
  void detach(const Command& command);
  void let_go(const Command& command);
  void note_tree(const Command& command, const ShellCommand* entry);
  [[nodiscard]] bool leads_tree(const ValueSet& values) const;
  void end_trees(const ValueSet& values);
  [[nodiscard]] const Job* first_unguarded() const;
  void perform_disown(std::span<const Field> arguments, const Command& command, Environment& environment);
  void print_jobs(std::span<const Field> arguments);
  [[nodiscard]] Content job_pid(const Environment& environment);
  void remember(const Content& content);
  void mark_filed(const std::string& path, const Content& content);
  void mark_global(const Content& content);
  void consume(const Field& field, bool ends);
  void consume_values(const ValueSet& values, bool ends);
  void finish_all(Environment& environment);
  void report_jobs();

  // Clients: clients.cpp
  void check_client(const Command& command, const ShellCommand& entry, std::span<const Field> arguments);

  // Facts: facts.cpp
  void emit(OperationFact fact, const Command& command, bool hunting);
  void add_flow(Slot slot, ValueSet values);
  [[nodiscard]] std::string symbol() const;
  [[nodiscard]] bool muted() const { return muted_ > 0; }

  /// Index of the slot into which every argument of a function flows, and of its standard input.
  static constexpr std::uint32_t any_argument = 0;
  static constexpr std::uint32_t input_argument = 1000;

  Session& session_;
  ScriptLowering* outer_;
  const Environment* outer_environment_ = nullptr;
  std::string function_outside_;  ///< around text in a shell within a shell
  std::string slot_path_;
  std::vector<std::unique_ptr<Syntax>> texts_;
  std::deque<Function> functions_;
  std::map<std::string, Function*> function_named_;
  FunctionBodies bodies_;
  std::map<std::string, Text> aliases_;
  std::map<std::string, Content> assigned_;  ///< all assignments of the script, wherever they stand
  std::map<std::string, Content> filed_;     ///< what searches wrote to files, anywhere in the script
  std::vector<std::string> sourced_;
  std::optional<std::size_t> background_job_;
  std::string function_;  ///< being walked
  Streams streams_;
  Environment final_;
  std::vector<Environment>* breaks_ = nullptr;   ///< where `break` leaves the loop being walked
  std::vector<Environment>* returns_ = nullptr;  ///< the same for `return`
  int muted_ = 0;
  int subshell_ = 0;
  int conditions_ = 0;
  int handlers_ = 0;
  int carrying_ = 0;
  int functions_in_progress_ = 0;
  bool bounded_ = false;
  bool signalled_ = false;  ///< what is being walked ended a process
  bool swallowed_ = false;  ///< the failure of what is being walked is dropped
  bool watched_ = false;    ///< an own job ends the script after a time (T2)
  bool timer_ = false;      ///< the loop being walked waits for an own `sleep` job
};

/// Switches reporting off while it lives.
class ScriptLowering::Muted {
 public:
  explicit Muted(ScriptLowering& script) : script_(script) { ++script_.muted_; }
  Muted(const Muted&) = delete;
  Muted& operator=(const Muted&) = delete;
  ~Muted() { --script_.muted_; }

 private:
  ScriptLowering& script_;
};

/// The pids a text names: its digits, and what its holes may hold.
[[nodiscard]] ValueSet target_values(const Text& text);
/// The same for a text that need not name a pid: words that are no numbers are left out.
[[nodiscard]] ValueSet pid_values(const Text& text);
/// The children of these processes are what their root is (O4).
[[nodiscard]] ValueSet children_of(const ValueSet& roots);
/// A command as written, on one line of bounded length; holes are shown as an ellipsis.
[[nodiscard]] std::string shorten(std::string_view source);

}  // namespace procsafe::shell
