// Who holds what was started, and for how long.
#include <algorithm>

#include "lower/python/paths.h"
#include "lower/python/review.h"

namespace procsafe::python {
namespace {

/// Handles whose process becomes a zombie when nobody waits: those of asyncio and of terminals are reaped by others.
bool can_be_zombie(const Api& api) {
  return api.name == "subprocess.Popen" || api.name == "psutil.Popen" || api.name.starts_with("os.popen") ||
         api.name == "os.fork" || api.name == "pty.fork" || api.name == "os.forkpty" ||
         api.name.starts_with("os.posix_spawn") || api.name.starts_with("os.spawn") ||
         api.name.starts_with("popen2.") || api.name == "multiprocessing.Process.start";
}

/// Does a condition ask whether this is the parent of a fork?
bool asks_for_parent(Node condition) {
  while (condition.is(Kind::parenthesized_expression)) condition = condition.first();
  if (condition.is(Kind::not_operator)) return !asks_for_parent(condition.field(Field::argument));
  if (!condition.is(Kind::comparison_operator)) return true;
  const std::string_view text = condition.text();
  return text.find("> 0") != std::string_view::npos || text.find("!= 0") != std::string_view::npos;
}

/// Ends the branch with the program: `sys.exit(0)` as its last statement.
bool exits(Node block) {
  Node last;
  for (const Node statement : block) last = statement;
  if (last.is(Kind::raise_statement)) return last.text().find("SystemExit") != std::string_view::npos;
  const Node call = last.first();
  if (!last.is(Kind::expression_statement) || !call.is(Kind::call)) return false;
  const std::string_view name = call.field(Field::function).text();
  return name == "sys.exit" || name == "os._exit" || name == "exit" || name == "_exit";
}

}  // namespace

void Review::review_spawns() {
  bool handler_needed = true;
  for (auto& [id, draft] : journal_.drafts) {
    AttributeSet& attributes = draft.fact.attributes;
    if (attributes.get<Operation>() != Operation::spawn || attributes.get<Form>() != Form::call || draft.api == nullptr)
      continue;
    review_spawn(draft, handler_needed);
  }
}

void Review::review_spawn(Draft& draft, bool& handler_needed) {
  AttributeSet& attributes = draft.fact.attributes;
  const Api& api = *draft.api;
  if (api.has_trait("unstarted")) {
    const Ref handle = draft.started != nullptr ? root_of(draft.started) : nullptr;
    // The start is the spawn, where it is seen; a handle that goes elsewhere unstarted is one here (S5).
    if (handle != nullptr && started_.contains(handle)) draft.dropped = true;
    return;
  }
  const bool yields_handle = api.returns == "process" || api.returns == "pid" || api.returns == "pid-pair" ||
                             api.returns == "transport-pair" || api.has_trait("starts") || api.returns == "streams";
  if (attributes.has(Attribute::blocking) || !yields_handle || draft.started == nullptr) return;
  Roots roots;
  if (api.has_trait("starts")) {
    roots = draft.about;
  } else {
    const Ref first = draft.started->is(Object::Kind::sequence) ? draft.started->elements.front() : draft.started;
    roots.push_back(root_of(first));
  }
  const std::vector<Use> uses = uses_of(roots);
  Lifetime lifetime = attributes.get<Lifetime>();
  // Detached from the console only: somebody waits for it.
  const bool flagged = lifetime == Lifetime::untracked && api.lifetime != Lifetime::untracked;
  if (flagged && std::any_of(uses.begin(), uses.end(), [&](const Use& use) { return reaps(use); }))
    lifetime = Lifetime::not_applicable;
  if (lifetime == Lifetime::not_applicable)
    lifetime = api.has_trait("forks") ? lifetime_of_fork(draft, roots, uses) : lifetime_of(draft, roots, uses);
  attributes.set(lifetime);
  const bool loose = lifetime == Lifetime::held || lifetime == Lifetime::discarded;
  attributes.set(Attribute::reaped, !loose || !can_be_zombie(api) || is_reaped(draft, uses));
  // One finding a file: the first operation that needs the handler.
  const bool needs = loose && handler_needed && outlives(draft, uses) && !attributes.has(Attribute::sanctioned);
  attributes.set(Attribute::held_beyond, needs);
  attributes.set(Attribute::cleanup, needs && has_cleanup(draft, roots));
  if (needs && !attributes.has(Attribute::cleanup)) handler_needed = false;
}

Lifetime Review::lifetime_of(const Draft& draft, const Roots& roots, const std::vector<Use>& uses) const {
  const auto has_event = [&](Event::Kind kind) {
    return std::any_of(uses.begin(), uses.end(), [&](const Use& use) {
      return use.kind == Use::Kind::event && use.event->kind == kind && use.function == draft.function;
    });
  };
  const Node statement = statement_of(draft.node);
  const Spawned* started = operations_.spawned(roots.front());
  if (started != nullptr && started->own_session && is_dropped(uses)) return Lifetime::untracked;
  if (started != nullptr && started->background_only) return Lifetime::not_applicable;
  if (draft.fact.attributes.has(Attribute::sanctioned) && draft.receiver != nullptr) {
    // What a manager starts lives as long as the manager's scope.
    for (const Ref manager : draft.about) {
      const std::vector<Use> of_manager = uses_of({manager});
      const bool made_here = manager->is(Object::Kind::process) && manager->site != no_node &&
                             body_owner(syntax_.node(manager->site)) == body_owner(draft.node);
      if (!made_here) return Lifetime::scoped;
      for (const Use& use : of_manager) {
        if (use.kind == Use::Kind::event &&
            (use.event->kind == Event::Kind::entered || use.event->kind == Event::Kind::stacked))
          return Lifetime::scoped;
      }
    }
  }
  if (has_event(Event::Kind::entered) || has_event(Event::Kind::stacked)) return Lifetime::scoped;
  if (ended_by_finally(draft.node, roots)) return Lifetime::scoped;
  if (has_event(Event::Kind::returned) || statement.is(Kind::return_statement)) {
    if (!is_waited_straight(draft, uses) && !statement.is(Kind::return_statement)) return Lifetime::returned;
    const bool chained = std::any_of(uses.begin(), uses.end(), [&](const Use& use) { return reaps(use); });
    return chained && statement.is(Kind::return_statement) ? Lifetime::waited : Lifetime::returned;
  }
  if (body_owner(draft.node).is(Kind::lambda) && body_owner(draft.node).field(Field::body) == draft.node)
    return Lifetime::returned;
  if (is_waited_straight(draft, uses)) return Lifetime::waited;
  if (is_held_by_scope_class(draft, roots, true)) return Lifetime::scoped;
  return uses.empty() && statement.is(Kind::expression_statement) && !statement.first().is(Kind::assignment)
             ? Lifetime::discarded
             : Lifetime::held;
}

Lifetime Review::lifetime_of_fork(const Draft& draft, const Roots& roots, const std::vector<Use>& uses) const {
  const Node owner = body_owner(draft.node);
  const auto parent_exits = [&](const Draft& fork) {
    // The `if` that separates the two: in the same statement as the fork, or behind it.
    Node statement = statement_of(fork.node);
    for (int i = 0; statement && i < 3; ++i, statement = detail::after(statement)) {
      if (!statement.is(Kind::if_statement)) {
        if (statement.is(Kind::try_statement)) continue;
        if (i == 0) continue;
        return false;
      }
      const bool parent = asks_for_parent(statement.field(Field::condition));
      if (parent) return exits(statement.field(Field::consequence));
      const Node otherwise = statement.child(Kind::else_clause);
      return otherwise && exits(otherwise.field(Field::body));
    }
    return false;
  };
  if (parent_exits(draft)) {
    // Daemonising: the process that lives on is the child of the last fork (B6).
    for (const auto& [id, other] : journal_.drafts) {
      if (id <= draft.node.id() || other.api == nullptr || !other.api->has_trait("forks")) continue;
      if (body_owner(other.node) == owner) return Lifetime::not_applicable;
    }
    return Lifetime::untracked;
  }
  for (const Use& use : uses) {
    const bool tests_fork = use.function == draft.function && reaps(use);
    if (!tests_fork) continue;
    const auto is_branch_of_fork = [&](Node statement) {
      return statement.is(Kind::if_statement) &&
             statement.field(Field::condition).text().find(draft.node.parent().field(Field::left).text()) !=
                 std::string_view::npos;
    };
    if (is_straight(draft.node, use.node, is_branch_of_fork)) return Lifetime::waited;
    // `else:` of the child's branch is the parent's way on.
    if (tests_fork && use.node.above(Kind::else_clause) && statement_of(draft.node).next().contains(use.node))
      return Lifetime::waited;
  }
  return lifetime_of(draft, roots, uses);
}

bool Review::ended_by_finally(Node spawn, const Roots& roots) const {
  const Node owner = body_owner(spawn);
  for (const Node around : tries_around(spawn)) {
    const Node last = around.child(Kind::finally_clause);
    if (last && touched_in(last, roots, true)) return true;
  }
  // `p = Popen(…)` and then `try: … finally: p.wait()` on the straight line.
  for (Node next = detail::after(statement_of(spawn)); next; next = detail::after(next)) {
    if (next.is(Kind::try_statement)) {
      const Node last = next.child(Kind::finally_clause);
      if (last && touched_in(last, roots, true)) return true;
    }
    if (branches(next) && !next.is(Kind::if_statement)) break;
    if (next.is(Kind::if_statement) && leaves(next, true)) break;
  }
  (void)owner;
  return false;
}

/// Is the handle held by an object whose `__exit__` ends it (and waits)?
bool Review::is_held_by_scope_class(const Draft& draft, const Roots& roots, bool waits) const {
  if (draft.function == nullptr) return false;
  const Function* method = draft.function;
  while (method != nullptr && method->owner == nullptr) method = method->outer;
  if (method == nullptr) return false;
  for (const std::string_view name : {"__exit__", "__aexit__"}) {
    const auto found = method->owner->methods.find(name);
    if (found != method->owner->methods.end() && touched_in(found->second->node, roots, waits)) return true;
  }
  return false;
}

bool Review::is_waited_straight(const Draft& draft, const std::vector<Use>& uses) const {
  return std::any_of(uses.begin(), uses.end(), [&](const Use& use) {
    return reaps(use) && use.function == draft.function && !(use.node == draft.node) &&
           is_straight(draft.node, use.node, [](Node) { return false; });
  });
}

bool Review::is_dropped(const std::vector<Use>& uses) const {
  return std::all_of(uses.begin(), uses.end(), [](const Use& use) { return use.kind == Use::Kind::spawn; });
}

bool Review::is_reaped(const Draft& draft, const std::vector<Use>& uses) const {
  for (const Function* waiting : journal_.any_waits) {
    const bool same_class = waiting != nullptr && draft.function != nullptr && waiting->owner != nullptr &&
                            waiting->owner == draft.function->owner;
    if (waiting == draft.function || same_class) return true;
  }
  if (!journal_.reaps_all) {
    for (const Use& use : uses) {
      if (reaps(use)) return true;
      if (use.kind != Use::Kind::event) continue;
      switch (use.event->kind) {
        case Event::Kind::polled:
        case Event::Kind::entered:
        case Event::Kind::stacked:
        case Event::Kind::returned:
        case Event::Kind::yielded:
        case Event::Kind::passed: return true;
        default: break;
      }
    }
    // The pid handed to somebody: he may wait.
    for (const Event& event : journal_.events) {
      const bool leaves_here = event.kind == Event::Kind::returned || event.kind == Event::Kind::yielded;
      if (leaves_here && std::find(event.pids.begin(), event.pids.end(), root_of(draft.started)) != event.pids.end())
        return true;
    }
    return false;
  }
  return true;
}

bool Review::outlives(const Draft& draft, const std::vector<Use>& uses) const {
  if (draft.function == nullptr) return draft.fact.attributes.get<Lifetime>() == Lifetime::held;
  return std::any_of(uses.begin(), uses.end(), [&](const Use& use) {
    return use.kind == Use::Kind::event && use.event->kind == Event::Kind::stored && use.event->beyond;
  });
}

bool Review::has_cleanup(const Draft& draft, const Roots& roots) const {
  for (const Handler& handler : journal_.handlers) {
    const bool ending = handler.signal == nullptr || signal_of(handler.signal) == Signal::graceful;
    if (ending) return true;
  }
  if (is_held_by_scope_class(draft, roots, false)) return true;
  for (NodeId id = 0; id < syntax_.size(); ++id) {
    const Node node = syntax_.node(id);
    if (node.is(Kind::finally_clause) && touched_in(node, roots, false)) return true;
  }
  return false;
}

}  // namespace procsafe::python
