#include "lower/cpp/verification.h"

#include <algorithm>
#include <array>

#include "lower/cpp/paths.h"

namespace procsafe::cpp {
namespace {

/// Files below /proc/<pid> that tell which program a process is, and since when it runs.
constexpr std::array<std::string_view, 5> kIdentity{"comm", "cmdline", "exe", "stat", "status"};

bool names_identity(std::string_view literal) {
  if (literal.find("/comm") != std::string_view::npos || literal.find("/cmdline") != std::string_view::npos)
    return true;
  const std::size_t proc = literal.find("/proc/");
  if (proc == std::string_view::npos) return false;
  return std::any_of(kIdentity.begin(), kIdentity.end(),
                     [&](std::string_view file) { return literal.find(file, proc + 6) != std::string_view::npos; });
}

bool compares(std::string_view function) {
  const std::string_view last = last_component(function);
  return last.find("cmp") != std::string_view::npos || last == "strstr" || last == "contains" || last == "find" ||
         last == "compare" || last == "endsWith" || last == "startsWith" || last == "starts_with" ||
         last == "ends_with" || last == "regex_match" || last == "regex_search" || last == "fnmatch";
}

/// Looks at [begin, end) of the tree for what tells which process a pid names.
bool identity_checked(NodeId begin, NodeId end, const Analysis& analysis) {
  bool identity = false;
  bool compared = false;
  for (NodeId id = begin; id < end; ++id) {
    const Syntax node = analysis.unit.tree.at(id);
    if (node.is(Kind::string)) identity = identity || names_identity(node.text());
    if (node.is(Kind::binary)) {
      const std::string_view op = operator_text(node);
      compared = compared || ((op == "==" || op == "!=") && identity);
    }
    if (!node.is(Kind::call)) continue;
    const Call* call = analysis.calls.find(node);
    if (call == nullptr) continue;
    if (call->api != nullptr && (call->api->has_trait("lock") || call->api->has_trait("identifies"))) return true;
    const std::string name = plain_name(call->callee.is(Kind::field_expression) ? call->callee.field(Role::field).text()
                                                                                : call->callee.text());
    compared = compared || (identity && compares(name));
    // fcntl(2) asks who holds a lock.
    if (name == "fcntl" && node.text().find("LK") != std::string_view::npos) return true;
  }
  return identity && compared;
}

}  // namespace

Slot verification_slot(std::string_view symbol) { return {Slot::Kind::global, "verifies:" + std::string(symbol), 0}; }

bool verifies(const Function& function, const Analysis& analysis) {
  return function.body && identity_checked(function.body.id(), function.body.end(), analysis);
}

bool verified_before(const Call& signal, const Analysis& analysis) {
  const Syntax function = enclosing_callable(signal.node);
  if (!function) return false;
  if (identity_checked(function.id(), signal.node.id(), analysis)) return true;
  // A helper that is asked about the same pid: `if (is_ours(pid)) kill(pid, …)`.
  const Place target = analysis.definitions.place_of(signal.argument(signal.api->target));
  if (!target.valid()) return false;
  for (const Syntax node : analysis.calls.nodes()) {
    if (node.id() >= signal.node.id()) break;
    if (!function.contains(node) || !node.is(Kind::call)) continue;
    const Call* call = analysis.calls.find(node);
    if (call == nullptr || call->api != nullptr) continue;
    const bool same = std::any_of(call->arguments.begin(), call->arguments.end(),
                                  [&](Syntax argument) { return analysis.definitions.place_of(argument) == target; });
    if (!same) continue;
    if (call->meaning.function != nullptr && call->meaning.function->body) {
      if (verifies(*call->meaning.function, analysis)) return true;
    } else if (const std::string symbol = analysis.values.callee_symbol(*call);
               !symbol.empty() && !analysis.unit.input.names.find(verification_slot(symbol)).empty()) {
      return true;
    }
  }
  return false;
}

}  // namespace procsafe::cpp
