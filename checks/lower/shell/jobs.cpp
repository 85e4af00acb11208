#include <algorithm>
#include <charconv>
#include <utility>

#include "lower/shell/script_lowering.h"

namespace procsafe::shell {
namespace {

constexpr std::string_view kJobPrefix = "job:";

std::optional<std::size_t> job_number(const Value& value) {
  if (value.kind != Value::Kind::pid || !value.name.starts_with(kJobPrefix)) return std::nullopt;
  std::size_t number = 0;
  const char* begin = value.name.data() + kJobPrefix.size();
  const char* end = value.name.data() + value.name.size();
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

template <class Visit>
void each_job(const ValueSet& values, int depth, Visit visit) {
  for (const Value& value : values) {
    if (const std::optional<std::size_t> number = job_number(value)) visit(*number);
    if (value.kind != Value::Kind::text || !value.text || depth > 8) continue;
    for (const Text::Hole& hole : value.text->holes()) each_job(hole.values, depth + 1, visit);
  }
}

}  // namespace

void ScriptLowering::run_background(const Statement& statement, Environment& environment) {
  const SourceRange range = statement.span.range();
  const auto [at, added] = session_.job_of.try_emplace(range, session_.jobs.size());
  if (added) {
    Job& job = session_.jobs.emplace_back();
    job.range = range;
    job.what = shorten(statement.span.source());
    job.symbol = symbol();
    job.disowned_at_once = statement.disowned;
    job.sleeps = statement.span.source().starts_with("sleep ");
    // ( sleep 60; kill $$ ) & limits what the script does from here on.
    const std::string_view source = statement.span.source();
    const std::size_t sleeps = source.find("sleep ");
    if (sleeps != std::string_view::npos && source.find("kill ", sleeps) != std::string_view::npos) watched_ = true;
  }
  const std::size_t number = at->second;
  const auto outer = std::exchange(background_job_, number);
  Environment inside = environment;
  inside.open_jobs.clear();
  ++subshell_;
  run_foreground(statement, inside);
  --subshell_;
  background_job_ = outer;
  environment.files = inside.files;
  environment.last_jobs = {number};
  environment.open_jobs.insert(number);
}

void ScriptLowering::detach(const Command& command) {
  // nohup without `&` only shields the command it runs (B1).
  if (background_job_ && command.statement != nullptr) session_.jobs[*background_job_].detached = true;
}

Content ScriptLowering::job_pid(const Environment& environment) {
  Content content;
  const auto add = [&](std::size_t number) {
    Value pid = Value::pid(Origin::child, Location{session_.context.path, session_.jobs[number].range});
    pid.name = std::string(kJobPrefix) + std::to_string(number);
    content.keys.insert(pid.name);
    content.values.insert(std::move(pid));
  };
  for (const std::size_t number : environment.last_jobs) add(number);
  if (environment.last_jobs.empty()) {
    for (std::size_t i = 0; i < session_.jobs.size(); ++i) add(i);
  }
  if (content.values.empty()) content.values.insert(Value::pid(Origin::child));
  return content;
}

void ScriptLowering::remember(const Content& content) {
  each_job(content.values, 0, [&](std::size_t job) { session_.jobs[job].remembered = true; });
}

void ScriptLowering::mark_global(const Content& content) {
  each_job(content.values, 0, [&](std::size_t job) { session_.jobs[job].global = true; });
}

void ScriptLowering::mark_filed(const std::string& path, const Content& content) {
  each_job(content.values, 0, [&](std::size_t job) {
    session_.jobs[job].filed = true;
    session_.filed_jobs[path].insert(job);
  });
}

void ScriptLowering::consume(const Field& field, bool ends) {
  for (const Text::Hole& hole : field.text.holes()) consume_values(hole.values, ends);
}

void ScriptLowering::consume_values(const ValueSet& values, bool ends) {
  const auto use = [&](std::size_t job) {
    session_.jobs[job].read = true;
    timer_ = timer_ || session_.jobs[job].sleeps;
    session_.jobs[job].finished = session_.jobs[job].finished || ends;
  };
  each_job(values, 0, use);
  // Read back from the file into which another function wrote it.
  for (const Value& value : values) {
    const auto filed = value.name.empty() ? session_.filed_jobs.end() : session_.filed_jobs.find(value.name);
    if (filed == session_.filed_jobs.end()) continue;
    for (const std::size_t job : filed->second) use(job);
  }
}

void ScriptLowering::finish_all(Environment& environment) {
  // In a function or a handler the jobs are those of whoever called it.
  const bool elsewhere = !function_.empty() || handlers_ > 0;
  for (std::size_t i = 0; i < session_.jobs.size(); ++i) {
    if (elsewhere || environment.open_jobs.contains(i)) session_.jobs[i].read = session_.jobs[i].finished = true;
  }
  environment.open_jobs.clear();
}

void ScriptLowering::print_jobs(std::span<const Field> arguments) {
  const bool pids = std::any_of(arguments.begin(), arguments.end(), [](const Field& field) {
    return field.text.bytes().starts_with('-') && field.text.bytes().find('p') != std::string::npos;
  });
  if (!pids) return;
  Content content;
  content.values.insert(Value::pid(Origin::child));
  print(std::move(content));
}

void ScriptLowering::perform_disown(std::span<const Field> arguments, const Command& command,
                                    Environment& environment) {
  std::set<std::size_t> let_go;
  for (const Field& field : arguments) {
    for (const Text::Hole& hole : field.text.holes())
      each_job(hole.values, 0, [&](std::size_t job) { let_go.insert(job); });
    if (field.is("-a") || field.text.bytes().starts_with('%'))
      let_go.insert(environment.open_jobs.begin(), environment.open_jobs.end());
  }
  if (let_go.empty()) let_go = environment.last_jobs;
  bool remembered = let_go.empty();
  for (const std::size_t job : let_go) {
    session_.jobs[job].disowned = true;
    remembered =
        remembered || (session_.jobs[job].remembered && (!session_.jobs[job].detached || session_.jobs[job].finished));
  }
  // One process let go is one finding: here only when its pid had been kept (B2).
  if (remembered) this->let_go(command);
}

void ScriptLowering::let_go(const Command& command) {
  OperationFact fact;
  fact.attributes.set(Operation::spawn);
  fact.attributes.set(Lifetime::untracked);
  emit(std::move(fact), command, false);
}

void ScriptLowering::note_tree(const Command& command, const ShellCommand* entry) {
  if (!background_job_ || command.statement == nullptr) return;
  Job& job = session_.jobs[*background_job_];
  if (command.statement->span.range() != job.range) return;
  const bool shell = entry != nullptr && entry->runs && entry->runs->style == ShellRuns::Style::script;
  const std::string& program = command.words.front().text.bytes();
  job.tree = job.tree || shell || (entry != nullptr && entry->tree) || program.ends_with(".sh");
}

bool ScriptLowering::leads_tree(const ValueSet& values) const {
  bool leads = false;
  each_job(values, 0,
           [&](std::size_t job) { leads = leads || (session_.jobs[job].tree && !session_.jobs[job].tree_ended); });
  return leads;
}

void ScriptLowering::end_trees(const ValueSet& values) {
  each_job(values, 0, [&](std::size_t job) { session_.jobs[job].tree_ended = true; });
}

/// The first job that is kept in a variable only, when no handler would end it (H1).
const Job* ScriptLowering::first_unguarded() const {
  if (slot_path_.empty() || !session_.handlers.handled.empty()) return nullptr;
  const Job* first = nullptr;
  for (const Job& job : session_.jobs) {
    const bool kept = job.remembered && job.read && !job.filed && !job.disowned && !job.detached;
    if (kept && (first == nullptr || job.range < first->range)) first = &job;
  }
  return first;
}

void ScriptLowering::report_jobs() {
  const Job* const unguarded = is_library() ? nullptr : first_unguarded();
  for (const Job& job : session_.jobs) {
    const bool kept = job.detached ? job.finished : job.read || (job.global && is_library());
    const bool at_disown = job.disowned && job.remembered && (!job.detached || job.finished);
    OperationFact fact;
    fact.attributes.set(Operation::spawn);
    fact.attributes.set(Interface::shell);
    fact.attributes.set(at_disown || (kept && !job.disowned && !job.disowned_at_once) ? Lifetime::held
                                                                                      : Lifetime::untracked);
    fact.attributes.set(Attribute::reaped, job.finished);
    fact.attributes.set(Attribute::held_beyond, &job == unguarded);
    fact.range = job.range;
    fact.what = job.what;
    fact.symbol = job.symbol;
    fact.related = session_.context.related;
    session_.facts.operations.push_back(std::move(fact));
  }
}

}  // namespace procsafe::shell
