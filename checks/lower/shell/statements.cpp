#include <algorithm>
#include <utility>

#include "lower/shell/script_lowering.h"

namespace procsafe::shell {

ScriptLowering::ScriptLowering(Session& session, std::string slot_path, ScriptLowering* outer)
    : session_(session), outer_(outer), slot_path_(std::move(slot_path)) {
  if (outer_ == nullptr) return;
  muted_ = outer_->muted_;
  bounded_ = outer_->bounded_;
  streams_ = outer_->streams_;
}

ShellSummary ScriptLowering::lower(std::unique_ptr<Syntax> syntax, Environment environment) {
  texts_.push_back(std::move(syntax));
  const List& list = texts_.front()->statements;
  collect_functions(list);
  Content output;
  const bool outermost = outer_ == nullptr;
  if (outermost) streams_.output = &output;
  if (!muted()) {
    // The first walk learns what is assigned and read anywhere; functions run at times the text does not tell.
    const Muted quiet(*this);
    Environment first = environment;
    const Streams outer = std::exchange(streams_, Streams{streams_.input, nullptr});
    run(list, first);
    streams_ = outer;
    for (Function& function : functions_) lower_function(function);
    for (Function& function : functions_) function.effect.reset();
  }
  run(list, environment);
  final_ = environment;
  if (!muted()) {
    for (Function& function : functions_) lower_function(function);
    export_variables();
    if (outermost) {
      collect_handlers();
      report_jobs();
      report_handlers();
    }
  }
  ShellSummary summary;
  summary.tree = true;
  summary.background_only =
      !list.empty() && std::all_of(list.begin(), list.end(), [](const auto& item) { return item->background; });
  summary.output = outermost ? summary_origin(output) : Origin::not_applicable;
  return summary;
}

Origin ScriptLowering::summary_origin(const Content& output) {
  Origin worst = Origin::not_applicable;
  for (const Value& value : output.values) {
    if (value.kind != Value::Kind::text) worst = worse(worst, value.origin);
  }
  return worst == Origin::searched || worst == Origin::pid_file || worst == Origin::child ? worst
                                                                                          : Origin::not_applicable;
}

void ScriptLowering::collect_functions(const List& list) {
  for (const auto& statement : list) {
    if (statement->kind == Statement::Kind::function && !statement->children.empty()) {
      Function& function = functions_.emplace_back();
      function.name = statement->name;
      function.body = statement->children.front().get();
      function_named_[function.name] = &function;
      bodies_[function.name] = function.body;
    }
    collect_functions(statement->children);
    for (const Branch& branch : statement->branches) {
      collect_functions(branch.condition);
      collect_functions(branch.body);
    }
  }
}

void ScriptLowering::run(const List& list, Environment& environment) {
  for (const auto& statement : list) run(*statement, environment);
}

void ScriptLowering::run(const Statement& statement, Environment& environment) {
  if (statement.background) {
    run_background(statement, environment);
  } else {
    run_foreground(statement, environment);
  }
}

void ScriptLowering::run_foreground(const Statement& statement, Environment& environment) {
  if (statement.redirects.empty()) {
    run_plain(statement, environment);
    return;
  }
  const Streams outer = streams_;
  Content input;
  Content output;
  std::vector<std::string> written;
  bool appended = false;
  for (const Redirect& redirect : statement.redirects) {
    const Field target = expand_to_one(redirect.target, environment);
    switch (redirect.kind) {
      case Redirect::Kind::input:
      case Redirect::Kind::read_write:
        input = read_file(target, environment);
        streams_.input = &input;
        break;
      case Redirect::Kind::here_document:
        if (redirect.body) input = content_of(*redirect.body, environment);
        streams_.input = &input;
        break;
      case Redirect::Kind::here_string:
        input = content_of(redirect.target, environment);
        streams_.input = &input;
        break;
      case Redirect::Kind::output:
      case Redirect::Kind::append:
        if (redirect.descriptor > 1) break;
        appended = redirect.kind == Redirect::Kind::append;
        written.push_back(path_key(target));
        streams_.output = &output;
        break;
      case Redirect::Kind::duplicate:
        if (redirect.descriptor <= 1 && target.is("2")) streams_.output = nullptr;
        break;
    }
  }
  run_plain(statement, environment);
  streams_ = outer;
  // cat >state <<EOF … $pid … EOF keeps the pid for whoever reads the file.
  const bool document =
      std::any_of(statement.redirects.begin(), statement.redirects.end(),
                  [](const Redirect& redirect) { return redirect.kind == Redirect::Kind::here_document; });
  if (document && !written.empty()) consume_values(input.values, false);
  for (const std::string& path : written) write_file(path, output, appended, environment);
}

void ScriptLowering::write_file(const std::string& path, Content content, bool appended, Environment& environment) {
  if (path == "file:/dev/null" || content.values.empty()) return;
  remember(content);
  mark_filed(path, content);
  const bool search = std::any_of(content.values.begin(), content.values.end(),
                                  [](const Value& value) { return value.origin == Origin::searched; });
  if (search) filed_[path].values.merge(content.values);
  content.keys.insert(path);
  if (appended) {
    if (const Content* before = environment.files.find(path)) content.values.merge(before->values);
  }
  environment.files.insert_or_assign(path, std::move(content));
}

void ScriptLowering::run_plain(const Statement& statement, Environment& environment) {
  switch (statement.kind) {
    case Statement::Kind::simple: run_simple(statement, environment); break;
    case Statement::Kind::pipeline: run_pipeline(statement, environment); break;
    case Statement::Kind::and_or: run_and_or(statement, environment); break;
    case Statement::Kind::subshell: run_subshell(statement.children, environment); break;
    case Statement::Kind::group: run(statement.children, environment); break;
    case Statement::Kind::conditional: run_conditional(statement, environment); break;
    case Statement::Kind::loop: run_loop(statement, environment); break;
    case Statement::Kind::for_each:
    case Statement::Kind::for_arithmetic: run_for(statement, environment); break;
    case Statement::Kind::case_of: run_case(statement, environment); break;
    case Statement::Kind::function: break;
    case Statement::Kind::arithmetic: break;
    case Statement::Kind::coprocess:
      environment.variables.insert_or_assign("coproc " + statement.name + "_PID", Content{});
      run_subshell(statement.children, environment);
      break;
  }
}

void ScriptLowering::run_subshell(const List& list, Environment& environment) {
  Environment inside = environment;
  inside.open_jobs.clear();
  ++subshell_;
  run(list, inside);
  --subshell_;
  absorb(environment, inside);
}

void ScriptLowering::absorb(Environment& environment, const Environment& inside) {
  environment.files = inside.files;
  environment.terminated = inside.terminated;
}

void ScriptLowering::run_pipeline(const Statement& statement, Environment& environment) {
  const Streams outer = streams_;
  std::vector<Content> outputs(statement.children.size());
  Environment inside = environment;
  inside.open_jobs.clear();
  ++subshell_;
  for (std::size_t i = 0; i < statement.children.size(); ++i) {
    const bool last = i + 1 == statement.children.size();
    streams_.input = i == 0 ? outer.input : &outputs[i - 1];
    streams_.output = last ? outer.output : &outputs[i];
    Environment stage = inside;
    run(*statement.children[i], stage);
    absorb(inside, stage);
    // What a stage compares holds for what follows: ps -p "$pid" | grep -q name && kill "$pid"
    environment.verified.insert(stage.verified.begin(), stage.verified.end());
  }
  --subshell_;
  streams_ = outer;
  absorb(environment, inside);
}

void ScriptLowering::run_and_or(const Statement& statement, Environment& environment) {
  const std::set<std::string> verified = environment.verified;
  bool escapes = false;
  const auto run_child = [&](std::size_t i, Environment& inside) {
    const bool swallowed = std::exchange(swallowed_, swallowed_ || drops_failure(statement, i));
    run(*statement.children[i], inside);
    swallowed_ = swallowed;
  };
  run_child(0, environment);
  for (std::size_t i = 1; i < statement.children.size(); ++i) {
    Environment then = environment;
    run_child(i, then);
    escapes = escapes || (then.ended && !environment.ended);
    const std::set<std::string> compared = then.verified;
    environment.join(then);
    environment.verified.insert(compared.begin(), compared.end());
  }
  // A comparison holds behind the list only when the list leaves in the other case, or is itself a condition.
  if (!escapes && conditions_ == 0) environment.verified = verified;
}

/// `kill … 2>/dev/null || true`: nobody hears of the failure.
bool ScriptLowering::drops_failure(const Statement& list, std::size_t child) {
  if (child + 1 >= list.children.size() || child >= list.joins.size() || list.joins[child] != Statement::Join::either)
    return false;
  const Statement& otherwise = *list.children[child + 1];
  if (otherwise.kind != Statement::Kind::simple || otherwise.words.size() != 1) return false;
  if (!otherwise.words.front().is_bare("true") && !otherwise.words.front().is_bare(":")) return false;
  bool output = false;
  for (const Redirect& redirect : list.children[child]->redirects) {
    const bool thrown_away = redirect.target.literal_text() == "/dev/null";
    if (thrown_away && (redirect.descriptor == 2 || redirect.both)) return true;
    output = output || (thrown_away && redirect.descriptor <= 1);
    if (redirect.kind == Redirect::Kind::duplicate && redirect.descriptor == 2 && output) return true;
  }
  return false;
}

void ScriptLowering::run_condition(const List& condition, Environment& environment) {
  ++conditions_;
  run(condition, environment);
  --conditions_;
}

void ScriptLowering::run_conditional(const Statement& statement, Environment& environment) {
  const std::set<std::string> verified = environment.verified;
  std::optional<Environment> result;
  bool escapes = false;
  bool otherwise = false;
  const auto add = [&](Environment branch) {
    escapes = escapes || branch.ended;
    if (result) {
      result->join(branch);
    } else {
      result = std::move(branch);
    }
  };
  const bool was_ended = std::exchange(environment.ended, false);
  for (const Branch& branch : statement.branches) {
    run_condition(branch.condition, environment);
    otherwise = branch.condition.empty();
    Environment body = environment;
    run(branch.body, body);
    add(std::move(body));
  }
  if (!otherwise) add(environment);
  if (result) environment = std::move(*result);
  if (!escapes && conditions_ == 0) environment.verified = verified;
  environment.ended = environment.ended || was_ended;
}

void ScriptLowering::run_loop(const Statement& statement, Environment& environment) {
  const Branch& branch = statement.branches.front();
  const auto once = [&](Environment& from) {
    std::vector<Environment> breaks;
    auto* const outer = std::exchange(breaks_, &breaks);
    timer_ = false;
    run_condition(branch.condition, from);
    const bool timer = timer_;
    Environment body = from;
    run(branch.body, body);
    timer_ = timer;
    breaks_ = outer;
    from.join(body);
    for (const Environment& left : breaks) from.join(left);
  };
  const std::set<std::string> verified = environment.verified;
  if (!muted()) {
    const Muted quiet(*this);
    once(environment);
  }
  if (!timer_) check_polling(statement);
  once(environment);
  environment.verified = verified;
}

void ScriptLowering::run_for(const Statement& statement, Environment& environment) {
  Content item;
  if (statement.kind == Statement::Kind::for_each) {
    item = items_of(statement, environment);
  } else {
    check_polling(statement);
  }
  const auto once = [&](Environment& from) {
    std::vector<Environment> breaks;
    auto* const outer = std::exchange(breaks_, &breaks);
    Environment body = from;
    if (!statement.name.empty()) body.assign(statement.name, item);
    run(statement.branches.front().body, body);
    breaks_ = outer;
    from.join(body);
    for (const Environment& left : breaks) from.join(left);
  };
  const std::set<std::string> verified = environment.verified;
  if (!muted() && !statement.branches.empty()) {
    const Muted quiet(*this);
    once(environment);
  }
  if (!statement.branches.empty()) once(environment);
  environment.verified = verified;
}

Content ScriptLowering::items_of(const Statement& statement, Environment& environment) {
  if (!statement.has_items) return all_arguments(environment);
  Content item;
  for (const Field& field : expand(statement.words, environment)) {
    if (field.text.is_hole()) {
      item.values.merge(field.text.holes().front().values);
    } else if (field.text.bytes().starts_with("/proc/") && field.text.bytes().find('*') != std::string::npos) {
      item.values.insert(Value::pid(Origin::searched));
    } else {
      item.values.insert(Value::of_text(field.text));
    }
    item.keys.insert(field.keys.begin(), field.keys.end());
  }
  if (item.values.empty()) item.values.insert(Value::unknown());
  remember(item);
  if (!statement.name.empty()) assigned_[statement.name].merge(item);
  return item;
}

void ScriptLowering::run_case(const Statement& statement, Environment& environment) {
  const std::set<std::string> verified = environment.verified;
  const Field subject = expand_to_one(statement.words.front(), environment);
  consume(subject, false);
  environment.verified.insert(subject.identifies.begin(), subject.identifies.end());
  Environment result = environment;
  bool escapes = false;
  for (const Branch& branch : statement.branches) {
    Environment body = environment;
    run(branch.body, body);
    escapes = escapes || body.ended;
    result.join(body);
  }
  environment = std::move(result);
  if (!escapes && conditions_ == 0) environment.verified = verified;
}

}  // namespace procsafe::shell
