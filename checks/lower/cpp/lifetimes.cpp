#include "lower/cpp/lifetimes.h"

#include <algorithm>
#include <array>
#include <optional>

#include "lower/cpp/fork_paths.h"
#include "lower/cpp/paths.h"

namespace procsafe::cpp {
namespace {

/// Functions that only look at, print or use a pid, a FILE* or a handle, and keep nothing.
constexpr std::array<std::string_view, 40> kKeepNothing{"printf",
                                                        "fprintf",
                                                        "snprintf",
                                                        "sprintf",
                                                        "dprintf",
                                                        "syslog",
                                                        "fgets",
                                                        "fputs",
                                                        "fread",
                                                        "fwrite",
                                                        "fscanf",
                                                        "getline",
                                                        "feof",
                                                        "ferror",
                                                        "fflush",
                                                        "fileno",
                                                        "fgetc",
                                                        "getc",
                                                        "fputc",
                                                        "putc",
                                                        "setvbuf",
                                                        "setbuf",
                                                        "rewind",
                                                        "vfprintf",
                                                        "clearerr",
                                                        "setlinebuf",
                                                        "close",
                                                        "CloseHandle",
                                                        "assert",
                                                        "perror",
                                                        "setpgid",
                                                        "tcsetpgrp",
                                                        "getdelim",
                                                        "puts",
                                                        "getpgid",
                                                        "ptrace",
                                                        "std::to_string",
                                                        "ResumeThread",
                                                        "GetExitCodeProcess",
                                                        "kill"};

bool keeps_nothing(const Call& call) {
  if (call.api != nullptr && (call.api->operation == Operation::wait || call.api->operation == Operation::signal))
    return true;
  const std::string name = call.api != nullptr ? call.api->name : plain_name(call.callee.text());
  return std::any_of(kKeepNothing.begin(), kKeepNothing.end(),
                     [&](std::string_view known) { return name == known || last_component(name) == known; });
}

class OwnershipReader {
 public:
  OwnershipReader(const Call& spawn, const Analysis& analysis)
      : spawn_(spawn), analysis_(analysis), paths_(analysis, spawn), function_(enclosing_callable(spawn.node)) {}

  Ownership read();

 private:
  /// How control goes on behind a statement, of the paths on which nobody waited yet.
  struct Flow {
    bool falls = true;   // reaches the next statement without a wait
    bool leaks = false;  // leaves the function without a wait
  };

  [[nodiscard]] Place holder() const;
  [[nodiscard]] bool stored() const;
  [[nodiscard]] bool use_stores(Syntax use) const;
  [[nodiscard]] bool waits_for_it(Syntax node) const;
  [[nodiscard]] bool waits_in(Syntax region, bool always) const;
  [[nodiscard]] bool file_reaps_all() const;
  [[nodiscard]] Flow run(Syntax statement, int depth) const;
  [[nodiscard]] Flow run_list(Syntax first, int depth) const;
  [[nodiscard]] Flow run_if(Syntax statement, int depth) const;
  [[nodiscard]] bool leaks() const;
  [[nodiscard]] static bool concerns_parent(Sides sides) { return sides.parent; }

  const Call& spawn_;
  const Analysis& analysis_;
  SpawnPaths paths_;
  Syntax function_;
  Place holder_;
};

/// Where the pid or handle itself is kept: the variable of the result, or the argument it is written to.
Place OwnershipReader::holder() const {
  if (spawn_.api->out.given()) return analysis_.definitions.place_of(spawn_.argument(spawn_.api->out));
  return paths_.result();
}

bool OwnershipReader::use_stores(Syntax use) const {
  Syntax node = use;
  for (Syntax parent = node.parent(); parent; parent = node.parent()) {
    switch (parent.kind()) {
      case Kind::parenthesized:
      case Kind::cast:
      case Kind::pointer_expression:
      case Kind::conditional:
      case Kind::field_expression:
      case Kind::unary: node = parent; continue;
      case Kind::return_statement: return true;
      case Kind::assignment: return node.role() == Role::right;
      case Kind::init_declarator: return true;
      case Kind::initializer_list:
      case Kind::lambda_capture: return true;
      case Kind::argument_list: {
        const Call* call = analysis_.calls.find(parent.parent());
        if (parent.parent().is(Kind::init_declarator)) return true;
        if (call == nullptr || call->node == spawn_.node) return false;
        return !keeps_nothing(*call);
      }
      default: return false;
    }
  }
  return false;
}

bool OwnershipReader::stored() const {
  // An object that takes the handle at once owns it: `std::unique_ptr<FILE, …> pipe(popen(…))`.
  const Syntax parent = spawn_.node.parent();
  if (parent.is(Kind::argument_list) || parent.is(Kind::return_statement) || parent.is(Kind::initializer_list) ||
      parent.is(Kind::lambda))
    return true;
  if (!holder_.valid()) return false;
  if (holder_.variable == none || !holder_.path.empty()) return true;
  const Variable& variable = analysis_.unit.declarations.variables()[holder_.variable];
  if (variable.kind != Variable::Kind::local || variable.is_static || variable.array || variable.reference) return true;
  const bool owner = !variable.type.arguments.empty();
  if (owner) return true;
  for (NodeId id = variable.extent.begin; id < variable.extent.end; ++id) {
    const Syntax node = analysis_.unit.tree.at(id);
    if (!node.is(Kind::identifier) || node.text() != variable.name || node == variable.declarator) continue;
    if (analysis_.unit.declarations.find_variable(variable.name, node) != &variable) continue;
    if (use_stores(node)) return true;
  }
  return false;
}

bool OwnershipReader::waits_for_it(Syntax node) const {
  const Call* call = analysis_.calls.find(node);
  if (call == nullptr || call->api == nullptr || call->api->operation != Operation::wait) return false;
  const Api& api = *call->api;
  const bool file = spawn_.api->type == "FILE";
  if (file != (api.name == "pclose" || api.name == "_pclose")) return false;
  if (api.has_trait("any-child")) return true;
  Syntax target = api.target.given() ? call->argument(api.target) : call->receiver;
  const auto number = analysis_.unit.constants.number(target);
  if (number && (*number == -1 || *number == 0)) return true;
  if (!target || !holder_.valid()) return false;
  Place place = analysis_.definitions.place_of(target);
  // The handle stands in a field of what the spawn filled: `info.hProcess`.
  return place == holder_ ||
         (place.variable == holder_.variable && place.variable != none && place.path.starts_with(holder_.path));
}

bool OwnershipReader::waits_in(Syntax region, bool always) const {
  const auto& nodes = analysis_.calls.nodes();
  return std::any_of(nodes.begin(), nodes.end(), [&](Syntax node) {
    return region.contains(node) && waits_for_it(node) && (!always || unconditional_within(node, region));
  });
}

OwnershipReader::Flow OwnershipReader::run_list(Syntax first, int depth) const {
  Flow flow;
  for (Syntax statement = first; statement && flow.falls; statement = statement.next()) {
    const Flow next = run(statement, depth);
    flow.leaks = flow.leaks || next.leaks;
    flow.falls = next.falls;
  }
  return flow;
}

OwnershipReader::Flow OwnershipReader::run_if(Syntax statement, int depth) const {
  const Syntax condition = statement.field(Role::condition);
  if (waits_in(condition, false)) return {false, false};
  Flow both{false, false};
  for (const bool truth : {true, false}) {
    if (!concerns_parent(paths_.when(condition, truth))) continue;
    const Syntax branch = statement.field(truth ? Role::consequence : Role::alternative);
    if (!branch) {
      both.falls = true;
      continue;
    }
    const Flow flow = run(branch, depth + 1);
    both.falls = both.falls || flow.falls;
    both.leaks = both.leaks || flow.leaks;
  }
  return both;
}

OwnershipReader::Flow OwnershipReader::run(Syntax statement, int depth) const {
  if (!statement || depth > 100) return {true, false};
  switch (statement.kind()) {
    case Kind::if_statement: return run_if(statement, depth);
    case Kind::compound_statement:
    case Kind::else_clause:
    case Kind::preprocessor:
    case Kind::labeled_statement: return run_list(statement.first(), depth + 1);
    case Kind::try_statement: return run(statement.field(Role::body), depth + 1);
    case Kind::while_statement:
    case Kind::do_statement:
    case Kind::for_statement:
    case Kind::for_range_loop: {
      // A loop that waits is taken to do so.
      if (waits_in(statement, false)) return {false, false};
      const Flow body = run(statement.field(Role::body), depth + 1);
      return {true, body.leaks};
    }
    case Kind::switch_statement: {
      Flow all{false, false};
      bool has_default = false;
      const Syntax body = statement.field(Role::body);
      for (Syntax one = body.first(); one; one = one.next()) {
        if (!one.is(Kind::case_statement)) continue;
        has_default = has_default || !one.field(Role::value);
        if (!concerns_parent(paths_.in_case(one))) continue;
        const Flow flow = run_list(one.field(Role::value) ? one.field(Role::value).next() : one.first(), depth + 1);
        all.falls = all.falls || flow.falls;
        all.leaks = all.leaks || flow.leaks;
      }
      if (!has_default) all.falls = true;
      return all;
    }
    case Kind::return_statement:
    case Kind::throw_statement: return waits_in(statement, false) ? Flow{false, false} : Flow{false, true};
    case Kind::goto_statement: return {false, false};
    case Kind::break_statement:
    case Kind::continue_statement: return {true, false};
    default:
      if (waits_in(statement, true)) return {false, false};
      // exit(3) and its like: the end of the parent is the end of its care.
      return {!never_falls_through(statement), false};
  }
}

bool OwnershipReader::leaks() const {
  Syntax statement = statement_of(spawn_.node);
  Flow flow = run(statement.is(Kind::if_statement) || statement.is(Kind::switch_statement) ? statement : Syntax(), 0);
  for (;;) {
    if (flow.leaks) return true;
    if (!flow.falls) return false;
    const Flow rest = run_list(statement.next(), 0);
    if (rest.leaks) return true;
    if (!rest.falls) return false;
    // Up to the statement around it.
    Syntax outer = statement.parent();
    while (outer && !(outer == function_) && !outer.parent().is(Kind::compound_statement) &&
           !outer.parent().is(Kind::case_statement))
      outer = outer.parent();
    if (!outer || outer == function_ || !function_.contains(outer)) return true;
    // The loop around the spawn may wait at its head.
    if (is_loop(outer) && waits_in(outer, false)) return false;
    statement = outer;
    flow = {true, false};
  }
}

bool OwnershipReader::file_reaps_all() const {
  for (const Syntax node : analysis_.calls.nodes()) {
    const Call* call = analysis_.calls.find(node);
    if (call == nullptr || call->api == nullptr) continue;
    if (call->api->has_trait("watches")) return true;
    if (call->api->operation != Operation::wait || !call->api->has_trait("status")) continue;
    if (call->api->has_trait("any-child")) return true;
    const auto number = analysis_.unit.constants.number(call->argument(call->api->target));
    if (number && *number <= 0) return true;
  }
  const std::string_view text = analysis_.unit.tree.text();
  return text.find("SIGCHLD") != std::string_view::npos || text.find("SIGCLD") != std::string_view::npos ||
         text.find("SA_NOCLDWAIT") != std::string_view::npos;
}

Ownership OwnershipReader::read() {
  holder_ = holder();
  if (!function_) return {};
  if (stored()) return {Lifetime::scoped, true};
  const bool waited = waits_in(function_, false);
  if (!leaks()) return {Lifetime::waited, true};
  const bool reaped = waited || spawn_.api->type == "FILE" || file_reaps_all();
  return {holder_.valid() ? Lifetime::held : Lifetime::discarded, reaped};
}

}  // namespace

Ownership ownership_of(const Call& spawn, const Analysis& analysis) {
  const Api& api = *spawn.api;
  if (api.has_trait("scoped") || api.has_trait("exec") || api.has_trait("desktop") || api.has_trait("expansion"))
    return {};
  const bool followed = api.has_trait("fork") || api.returns == "output" || api.out.given();
  return followed ? OwnershipReader(spawn, analysis).read() : Ownership{};
}

}  // namespace procsafe::cpp
