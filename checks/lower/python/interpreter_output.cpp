// Functions that return what a command of their caller prints: pids, when the caller searches for some (O6).
#include "lower/python/interpreter.h"

namespace procsafe::python {
namespace {

constexpr int kMaxDepth = 2;  // `return status, output.split()`

}  // namespace

/// What the function returns, as far as it is the output of a command its callers give.
void Interpreter::carry_output(Ref value, Node at, int depth) {
  for (const Ref one : ObjectPool::alternatives(value)) {
    Ref carried = nullptr;
    if (one->is(Object::Kind::tagged) && (one->tags & tag_output) != 0) carried = one->of;
    if (one->is(Object::Kind::process) && one->name == "subprocess.CompletedProcess") {
      if (const Spawned* started = operations_.spawned(one)) carried = started->carried;
    }
    if (carried != nullptr) slots_.flow({Slot::Kind::carrier, function_->qualified + "()", 0}, carried, at.range());
    if (!one->is(Object::Kind::sequence) || depth >= kMaxDepth) continue;
    for (const Ref element : one->elements) carry_output(element, at, depth + 1);
  }
}

/// The output of one command of a caller: pids, something that depends on the caller's callers, or nothing (null).
Ref Interpreter::output_of(Ref templ, Ref command, Node call) {
  const Ref carried = pool_.sequence({templ->elements.front(), command}, false);
  const Origin output = operations_.commands().output_of(carried, {call, context().symbol});
  if (output == Origin::searched || output == Origin::pid_file)
    return pool_.pid(output, call.id(), nullptr, operations_.place(call));
  return Commands::holds_parameter(command) ? pool_.tagged(tag_output, {}, carried) : nullptr;
}

Ref Interpreter::add_output(const std::string& function, Ref result, Node call,
                            const std::function<Ref(Ref)>& value_of) {
  std::vector<Ref> results;
  for (const Ref one : ObjectPool::alternatives(result)) {
    // It speaks of the function's own parameters.
    const bool open = one->is(Object::Kind::tagged) && (one->tags & tag_output) != 0;
    results.push_back(open ? pool_.unknown_at(call.id()) : one);
  }
  const Ref templates = operations_.commands().templates(function + "()", 0);
  if (templates == nullptr) return result;
  for (const Ref templ : ObjectPool::alternatives(templates)) {
    if (!templ->is(Object::Kind::sequence) || templ->elements.size() != 2) continue;
    const Ref filled = operations_.commands().fill(templ->elements.back(), call.range(), value_of);
    if (filled == nullptr) continue;
    for (const Ref command : ObjectPool::alternatives(filled)) {
      if (const Ref printed = output_of(templ, command, call)) results.push_back(printed);
    }
  }
  return pool_.choice(std::move(results));
}

}  // namespace procsafe::python
