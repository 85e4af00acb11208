// Timed waits and what becomes of the child when the time is over; pipes nobody reads; loops that wait by looking.
#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "lower/python/paths.h"
#include "lower/python/review.h"

namespace procsafe::python {
namespace {

/// Words that say that a name counts or measures something that ends a loop.
bool names_a_bound(std::string_view text) {
  constexpr std::array<std::string_view, 17> kWords{"timeout", "deadline",  "expire",  "elapsed",  "retr",  "attempt",
                                                    "tries",   "remaining", "max_",    "_max",     "limit", "countdown",
                                                    "waited",  "timer",     "seconds", "duration", "time()"};
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

/// Names that are counted up or down in the loop.
std::set<std::string_view> counters_of(Node loop) {
  std::set<std::string_view> counters;
  std::vector<Node> open{loop.field(Field::body)};
  while (!open.empty()) {
    const Node node = open.back();
    open.pop_back();
    if (node.is(Kind::function_definition) || node.is(Kind::lambda)) continue;
    const Node left = node.field(Field::left);
    if (node.is(Kind::augmented_assignment) && (left.is(Kind::identifier) || left.is(Kind::attribute)))
      counters.insert(left.text());
    if (node.is(Kind::assignment) && left.is(Kind::identifier)) {
      const Node right = node.field(Field::right);
      if (right.is(Kind::binary_operator) && right.field(Field::left).text() == left.text())
        counters.insert(left.text());
    }
    for (const Node child : node) open.push_back(child);
  }
  return counters;
}

bool mentions_one(Node node, const std::set<std::string_view>& names) {
  if (names.empty()) return false;
  std::vector<Node> open{node};
  while (!open.empty()) {
    const Node at = open.back();
    open.pop_back();
    if ((at.is(Kind::identifier) || at.is(Kind::attribute)) && names.contains(at.text())) return true;
    for (const Node child : at) open.push_back(child);
  }
  return false;
}

}  // namespace

void Review::review_waits() {
  for (auto& [id, draft] : journal_.drafts) {
    const AttributeSet& before = draft.fact.attributes;
    if (draft.dropped || draft.api == nullptr) continue;
    if (before.get<Operation>() == Operation::wait && before.get<Form>() == Form::call) review_wait(draft);
    const bool fills_pipe = draft.api->name == "subprocess.call" || draft.api->name == "subprocess.check_call";
    if (before.get<Operation>() == Operation::spawn && fills_pipe) {
      const Spawned* started = operations_.spawned_at(draft.node.id());
      draft.fact.attributes.set(Attribute::pipe_unread, started != nullptr && started->piped);
    }
  }
}

void Review::review_wait(Draft& draft) {
  AttributeSet& attributes = draft.fact.attributes;
  if (draft.api->has_trait("after-read") && (draft.marks & mark_read) != 0) {
    draft.dropped = true;
    return;
  }
  const bool ended_before = (draft.marks & (mark_asked_to_end | mark_killed)) != 0;
  if (ended_before) draft.fact.assumed = true;  // it will end, unless it refuses (T1)
  if ((draft.marks & mark_exited) != 0) {       // it has ended: nothing to wait for
    draft.dropped = true;
    return;
  }
  attributes.set(Attribute::pipe_unread, leaves_pipe(draft));
  attributes.set(Attribute::leaves_child, !ended_before && leaves_child(draft));
}

/// A pipe that is full stops the child, and then the wait never ends.
bool Review::leaves_pipe(const Draft& draft) const {
  if (draft.api->has_trait("drains") || (draft.marks & (mark_read | mark_asked_to_end | mark_killed)) != 0)
    return false;
  const bool piped = std::any_of(draft.about.begin(), draft.about.end(), [&](Ref root) {
    const Spawned* started = operations_.spawned(root);
    return started != nullptr && started->piped;
  });
  if (!piped) return false;
  const std::vector<Use> uses = uses_of(draft.about);
  return std::none_of(uses.begin(), uses.end(), [&](const Use& use) {
    if (use.kind == Use::Kind::wait)
      return use.draft->api != nullptr && use.draft->api->has_trait("drains") && use.node < draft.node;
    if (use.kind != Use::Kind::event) return false;
    // Read before, or by somebody else meanwhile.
    const bool elsewhere = use.function != draft.function;
    return (use.event->kind == Event::Kind::read && (use.node < draft.node || elsewhere)) ||
           use.event->kind == Event::Kind::passed;
  });
}

/// Is the handle a local of this function, however it came there?
bool Review::is_local(const Draft& draft) const {
  Node receiver = draft.node.field(Field::function).field(Field::object);
  while (receiver.is(Kind::parenthesized_expression) || receiver.is(Kind::await)) receiver = receiver.first();
  if (receiver.is(Kind::call)) return true;
  if (!receiver.is(Kind::identifier) || draft.function == nullptr) return false;
  if (draft.receiver == nullptr) return false;
  const Symbol name = program_.symbol(receiver.text());
  if (draft.function->globals.contains(name)) return false;
  // A loop variable over a field, and a parameter, are held by somebody else.
  for (const Ref one : ObjectPool::alternatives(draft.receiver)) {
    const Ref root = root_of(one);
    if (root->is(Object::Kind::slot) && root->slot->kind != Slot::Kind::result) return false;
    if (root->is(Object::Kind::process) && root->site != no_node && root->from == nullptr) return false;  // annotated
    if (root->is(Object::Kind::process) && root->site != no_node) {
      const Node made = syntax_.node(root->site);
      const Use stored = [&] {
        for (const Use& use : uses_of({root})) {
          if (use.kind == Use::Kind::event && use.event->kind == Event::Kind::stored && use.event->beyond) return use;
        }
        return Use{};
      }();
      if (stored.node) return false;
      if (!draft.function->node.contains(made) && draft.function->outer == nullptr) {
        // Made by another function: a factory's handle is local, one of the module is not.
        if (body_owner(made).is(Kind::module)) return false;
      }
    }
  }
  return draft.function->locals.contains(name) || draft.node.above(Kind::list_comprehension);
}

bool Review::catches_expiry(Node clause) const {
  const auto caught = journal_.exceptions.find(clause.id());
  if (caught == journal_.exceptions.end()) return true;  // bare
  constexpr std::array<std::string_view, 9> kTypes{
      "subprocess.TimeoutExpired", "subprocess.SubprocessError",      "builtins.Exception",
      "builtins.BaseException",    "builtins.TimeoutError",           "asyncio.TimeoutError",
      "psutil.TimeoutExpired",     "asyncio.exceptions.TimeoutError", "psutil.Error"};
  std::vector<Ref> types{caught->second};
  while (!types.empty()) {
    const Ref type = types.back();
    types.pop_back();
    types.insert(types.end(), type->elements.begin(), type->elements.end());
    if (type->is(Object::Kind::name) && std::find(kTypes.begin(), kTypes.end(), type->name) != kTypes.end())
      return true;
  }
  return false;
}

/// Does the child live on, unreaped, when the time of this wait is over (T5)?
bool Review::leaves_child(const Draft& draft) const {
  const Timeout timeout = draft.fact.attributes.get<Timeout>();
  if (timeout != Timeout::bounded && !(timeout == Timeout::unknown && draft.timeout_given)) return false;
  const bool child = std::any_of(draft.about.begin(), draft.about.end(), [](Ref root) {
    return root->is(Object::Kind::process) && root->origin == Origin::child;
  });
  if (!child || draft.about.empty()) return false;
  const std::vector<Use> uses = uses_of(draft.about);
  for (const Use& use : uses) {
    if (use.kind == Use::Kind::event && use.function == draft.function &&
        (use.event->kind == Event::Kind::entered || use.event->kind == Event::Kind::stacked))
      return false;
  }
  const auto handled_later = [&](NodeId from) {
    return std::any_of(uses.begin(), uses.end(), [&](const Use& use) {
      if (use.function != draft.function || use.node.id() <= from) return false;
      return ends(use) || reaps(use);
    });
  };
  for (const Node around : tries_around(draft.node)) {
    const Node last = around.child(Kind::finally_clause);
    if (last && touched_in(last, draft.about, false)) return false;
    for (const Node clause : around) {
      if (!clause.is(Kind::except_clause) || !catches_expiry(clause)) continue;
      const Node block = clause.child(Kind::block);
      if (touched_in(block, draft.about, false)) return false;
      if (leaves(block, false)) return true;
      // Swallowed: then the wait is tried again, or the child is ended further down, or it is left.
      if (loop_around(around)) return false;
      return !handled_later(clause.id());
    }
  }
  if (!is_local(draft)) return false;
  if (draft.api->has_trait("silent-expiry")) {
    return std::none_of(uses.begin(), uses.end(), [&](const Use& use) {
      const bool polled = use.kind == Use::Kind::event && use.event->kind == Event::Kind::polled;
      return use.node > draft.node && use.function == draft.function && (polled || ends(use) || reaps(use));
    });
  }
  return true;
}

void Review::review_loops() {
  for (const auto& [id, loop] : journal_.loops) review_loop(loop);
}

void Review::review_loop(const Loop& loop) {
  if (loop.limited) return;
  const Node condition = loop.node.field(Field::condition);
  const std::set<std::string_view> counters = counters_of(loop.node);
  const auto tags_at = [&](Node node) -> std::uint8_t {
    const auto found = journal_.conditions.find(node.id());
    return found == journal_.conditions.end() ? std::uint8_t(0) : tags_of(found->second);
  };
  const auto is_bound = [&](Node test) {
    return (tags_at(test) & tag_clock) != 0 || mentions_one(test, counters) || names_a_bound(test.text());
  };
  const auto polls = [&](Node test) {
    const auto found = journal_.conditions.find(test.id());
    return found != journal_.conditions.end() && !subjects_of(found->second, tag_poll).empty();
  };
  if (condition && is_bound(condition)) return;
  bool waits = condition && polls(condition);
  // Ways out of the body: what guards them says whether they depend on the process or on a clock.
  std::vector<Node> open{loop.node.field(Field::body)};
  while (!open.empty()) {
    const Node node = open.back();
    open.pop_back();
    if (node.is(Kind::function_definition) || node.is(Kind::lambda) || node.is(Kind::class_definition)) continue;
    if (node.is(Kind::if_statement) || node.is(Kind::elif_clause)) {
      const Node test = node.field(Field::condition);
      bool out = leaves(node.field(Field::consequence), false);
      for (const Node alternative : node) {
        if (alternative.is(Kind::else_clause) && leaves(alternative, false)) out = true;
      }
      if (out && is_bound(test)) return;
      if (out && polls(test)) waits = true;
    }
    if (node.is(Kind::call) && names_a_bound(node.field(Field::function).text())) return;
    if (node.is(Kind::try_statement) && is_poll_by_exception(node)) waits = true;
    for (const Node child : node) open.push_back(child);
  }
  if (!waits) return;
  const Offset begin = loop.node.range().begin;
  Draft& draft = add(loop.node, loop.function, Operation::wait, Form::loop,
                     {begin, condition ? condition.range().end : begin + 5});
  draft.fact.attributes.set(Timeout::absent);
  draft.fact.what = std::string(loop.node.text().substr(0, draft.fact.range.end - begin));
}

/// `try: os.kill(pid, 0) … except OSError: break`, or `try: return p.wait(timeout=1) except TimeoutExpired: …`.
bool Review::is_poll_by_exception(Node statement) const {
  const Node body = statement.field(Field::body);
  for (auto at = journal_.drafts.lower_bound(body.id()); at != journal_.drafts.end(); ++at) {
    const Draft& draft = at->second;
    if (!body.contains(draft.node)) break;
    const AttributeSet& attributes = draft.fact.attributes;
    const bool asks = attributes.get<Operation>() == Operation::signal && attributes.get<Signal>() == Signal::none;
    const bool tries = attributes.get<Operation>() == Operation::wait &&
                       attributes.get<Timeout>() == Timeout::bounded && !draft.dropped && !draft.about.empty();
    if (!asks && !tries) continue;
    for (const Node clause : statement) {
      if (!clause.is(Kind::except_clause)) continue;
      const bool out = leaves(clause.child(Kind::block), false);
      if (asks && out) return true;
      // The expiry goes round again; success leaves.
      if (tries && catches_expiry(clause) && !out &&
          (leaves(body, false) ||
           (statement.child(Kind::else_clause) && leaves(statement.child(Kind::else_clause), false))))
        return true;
    }
  }
  return false;
}

}  // namespace procsafe::python
