#include "lower/cpp/polling.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <vector>

#include "lower/cpp/paths.h"

namespace procsafe::cpp {
namespace {

/// Words in names of functions and variables that read or hold a time, a limit or a number of tries.
constexpr std::array<std::string_view, 27> kClockWords{
    "time",  "clock",   "now",     "elapsed", "tick",  "deadline",  "timeout", "expire",  "remain",
    "retry", "retries", "tries",   "attempt", "timer", "alarm",     "mono",    "seconds", "msec",
    "usec",  "millis",  "counter", "budget",  "limit", "iteration", "loops",   "timed",   "delay"};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& byte : lower) byte = static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
  return lower;
}

bool sounds_like_clock(std::string_view name) {
  const std::string lower = lower_case(name);
  return std::any_of(kClockWords.begin(), kClockWords.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

bool leaves_loop(Syntax node) {
  return node.is(Kind::break_statement) || node.is(Kind::return_statement) || node.is(Kind::goto_statement) ||
         node.is(Kind::throw_statement);
}

class LoopReader {
 public:
  LoopReader(const Analysis& analysis, Syntax loop) : analysis_(analysis), loop_(loop) {
    condition_ = loop.field(Role::condition);
  }

  [[nodiscard]] bool polls_for_ever();

 private:
  [[nodiscard]] bool asks(Syntax node) const;
  [[nodiscard]] bool asks_inside(Syntax expression) const;
  [[nodiscard]] bool collects(Syntax call) const;
  [[nodiscard]] bool bounds(Syntax condition) const;
  [[nodiscard]] bool changed_in_loop(Syntax name) const;
  [[nodiscard]] bool only_repeats() const;
  void collect_ways_out();

  const Analysis& analysis_;
  Syntax loop_;
  Syntax condition_;
  std::vector<Syntax> ways_out_;  // conditions under which the loop is left
};

/// `waitpid(-1, …)`: reaps whichever child ended, and waits for none.
bool any_child(const Call& call, const Analysis& analysis) {
  if (call.api->has_trait("any-child")) return true;
  const auto number = analysis.unit.constants.number(call.argument(call.api->target));
  return call.api->target.given() && number && *number <= 0;
}

/// `while (waitpid(…, WNOHANG) > 0)`: goes on as long as children are reaped.
bool LoopReader::collects(Syntax call) const {
  Syntax node = call;
  while (node.parent().is(Kind::parenthesized) || node.parent().is(Kind::assignment)) node = node.parent();
  return node.parent().is(Kind::binary) && operator_text(node.parent()) == ">" && condition_.contains(node);
}

/// Is the node a call that looks whether a process lives?
bool LoopReader::asks(Syntax node) const {
  const Call* call = analysis_.calls.find(node);
  if (call == nullptr) return false;
  if (call->api == nullptr) {
    // A helper of this file that does nothing but look.
    const Function* function = call->meaning.function;
    if (function == nullptr || !function->body || function->body.end() - function->body.id() > 60) return false;
    if (function->node.contains(loop_)) return false;
    for (NodeId id = function->body.id(); id < function->body.end(); ++id) {
      const Syntax inner = analysis_.unit.tree.at(id);
      if (is_loop(inner)) return false;
      const Call* look = inner.is(Kind::call) ? analysis_.calls.find(inner) : nullptr;
      if (look != nullptr && look->api != nullptr && look->api->operation && asks(inner)) return true;
    }
    return false;
  }
  const Api& api = *call->api;
  if (api.has_trait("polls")) return true;
  if (api.operation == Operation::signal) {
    return !api.has_trait("group") && analysis_.unit.constants.number(call->argument(api.signal)) == 0;
  }
  if (api.operation != Operation::wait) return false;
  const Syntax flags = call->argument(api.flags);
  if (flags && !api.nonblocking.empty())
    return analysis_.unit.constants.mentions(flags, api.nonblocking.front()) && !any_child(*call, analysis_) &&
           !collects(node);
  if (api.has_trait("process-handle")) {
    // Handles of threads and events are waited for by the same function.
    const auto number = analysis_.unit.constants.number(call->argument(api.timeout));
    return is_process_handle(call->argument(api.target), analysis_) && number && *number != -1 && *number != 0xFFFFFFFF;
  }
  // A bounded wait that is tried again and again.
  return api.timeout.given() && api.has_trait("result") && static_cast<bool>(call->argument(api.timeout));
}

bool LoopReader::asks_inside(Syntax expression) const {
  if (!expression) return false;
  for (NodeId id = expression.id(); id < expression.end(); ++id) {
    const Syntax node = analysis_.unit.tree.at(id);
    if (node.is(Kind::lambda)) {
      id = node.end() - 1;
      continue;
    }
    if (node.is(Kind::call) && asks(node)) return true;
    // A variable that was set by asking, in this turn of the loop.
    if (!node.is(Kind::identifier)) continue;
    const Place place = analysis_.definitions.place_of(node);
    if (!place.valid()) continue;
    for (const Definition& definition : analysis_.definitions.all(place)) {
      if (!loop_.contains(definition.at) || definition.how != Definition::How::value ||
          expression.contains(definition.at))
        continue;
      const Syntax value = strip_casts(definition.value);
      for (NodeId inner = value.id(); value && inner < value.end(); ++inner) {
        if (analysis_.unit.tree.at(inner).is(Kind::call) && asks(analysis_.unit.tree.at(inner))) return true;
      }
    }
  }
  return false;
}

/// Conditions of the loop's own exits: its head, and every `if` in it that leaves it.
void LoopReader::collect_ways_out() {
  if (condition_) ways_out_.push_back(condition_);
  const Syntax body = loop_.field(Role::body);
  for (NodeId id = body.id(); body && id < body.end(); ++id) {
    const Syntax node = analysis_.unit.tree.at(id);
    if (node.is(Kind::lambda)) {
      id = node.end() - 1;
      continue;
    }
    const bool call_exits = node.is(Kind::expression_statement) && never_falls_through(node);
    if (!leaves_loop(node) && !call_exits) continue;
    if (node.is(Kind::break_statement)) {
      // Only a break of this loop, not of a switch or loop inside it.
      Syntax owner = node.parent();
      while (owner && !is_loop(owner) && !owner.is(Kind::switch_statement)) owner = owner.parent();
      if (!(owner == loop_)) continue;
    }
    for (Syntax at = node; at && !(at == loop_); at = at.parent()) {
      const Syntax parent = at.parent();
      if (parent.is(Kind::if_statement) || parent.is(Kind::while_statement) || parent.is(Kind::switch_statement))
        ways_out_.push_back(parent.field(Role::condition));
      if (parent.is(Kind::for_statement) && !(parent == loop_)) ways_out_.push_back(parent.field(Role::condition));
      if (parent.is(Kind::catch_clause)) ways_out_.push_back(parent.field(Role::parameters));
    }
  }
}

bool LoopReader::changed_in_loop(Syntax name) const {
  const Place place = analysis_.definitions.place_of(name);
  if (!place.valid()) return false;
  const std::vector<Definition>& all = analysis_.definitions.all(place);
  return std::any_of(all.begin(), all.end(), [&](const Definition& definition) {
    if (!loop_.contains(definition.at)) return false;
    if (definition.how == Definition::How::changed || definition.how == Definition::How::appended) return true;
    // `left = left - 1`, `now = time(NULL)`
    if (definition.how != Definition::How::value || !definition.value) return false;
    for (NodeId id = definition.value.id(); id < definition.value.end(); ++id) {
      const Syntax node = analysis_.unit.tree.at(id);
      if (node.is(Kind::identifier) && node.text() == name.text() && definition.value.is(Kind::binary)) return true;
      if (node.is(Kind::call) && sounds_like_clock(node.field(Role::function).text())) return true;
    }
    return false;
  });
}

/// Does a condition depend on a counter, a clock or a limit?
bool LoopReader::bounds(Syntax condition) const {
  if (!condition) return false;
  for (NodeId id = condition.id(); id < condition.end(); ++id) {
    const Syntax node = analysis_.unit.tree.at(id);
    switch (node.kind()) {
      case Kind::update: return true;
      case Kind::call:
        if (!asks(node) && sounds_like_clock(node.field(Role::function).text())) return true;
        break;
      case Kind::identifier:
      case Kind::field_identifier: {
        if (node.parent().is(Kind::call) && node.role() == Role::function) break;
        const Syntax whole = node.is(Kind::field_identifier) ? node.parent() : node;
        if (whole.parent().is(Kind::call) && whole.role() == Role::function) break;
        const bool upper =
            std::none_of(node.text().begin(), node.text().end(), [](char b) { return b >= 'a' && b <= 'z'; });
        if (!upper && sounds_like_clock(node.text())) return true;
        if (changed_in_loop(whole)) return true;
        break;
      }
      default: break;
    }
  }
  return false;
}

/// `while (waitpid(…) < 0 && errno == EINTR)`: tries again only when a signal came between.
bool LoopReader::only_repeats() const {
  return analysis_.unit.constants.mentions(condition_, "EINTR") && condition_.text().find("||") == std::string::npos;
}

bool LoopReader::polls_for_ever() {
  if (only_repeats()) return false;
  collect_ways_out();
  const bool waits = std::any_of(ways_out_.begin(), ways_out_.end(), [&](Syntax way) { return asks_inside(way); });
  if (!waits) return false;
  if (std::any_of(ways_out_.begin(), ways_out_.end(), [&](Syntax way) { return bounds(way); })) return false;
  // A guard around it: an alarm that was set before.
  const Syntax function = enclosing_callable(loop_);
  return std::none_of(analysis_.calls.nodes().begin(), analysis_.calls.nodes().end(), [&](Syntax node) {
    if (!function.contains(node) || node.id() > loop_.id() || !node.is(Kind::call)) return false;
    const std::string name = plain_name(node.field(Role::function).text());
    return name == "alarm" || name == "setitimer" || name == "timer_settime";
  });
}

/// From the keyword to the end of the condition; of `do … while` the condition's line counts as its head too.
SourceRange head_of(Syntax loop, const Unit& unit) {
  const SourceRange whole = unit.place(loop);
  const Syntax body = loop.field(Role::body);
  if (loop.is(Kind::do_statement) || !body) return {whole.begin, whole.begin + 2};
  SourceRange head{whole.begin, unit.place(body).begin};
  const std::string_view text = unit.input.file.text_of(head);
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  if (last != std::string_view::npos) head.end = head.begin + static_cast<Offset>(last) + 1;
  return head;
}

std::string_view keyword(Syntax loop) {
  if (loop.is(Kind::for_statement)) return "for";
  return loop.is(Kind::do_statement) ? "do" : "while";
}

}  // namespace

void find_polling_loops(const Analysis& analysis, FileFacts& facts) {
  for (NodeId id = 0; id < analysis.unit.tree.size(); ++id) {
    const Syntax node = analysis.unit.tree.at(id);
    if (!is_loop(node) || node.is(Kind::for_range_loop) || runs_once(node)) continue;
    if (!LoopReader(analysis, node).polls_for_ever()) continue;
    OperationFact fact;
    fact.attributes.set(Operation::wait);
    fact.attributes.set(Form::loop);
    fact.attributes.set(Timeout::absent);
    fact.attributes.set(Attribute::blocking, true);
    fact.range = head_of(node, analysis.unit);
    fact.what = std::string(keyword(node)) + " loop";
    fact.symbol = analysis.unit.enclosing_symbol(node);
    facts.operations.push_back(std::move(fact));
  }
}

}  // namespace procsafe::cpp
