#include "lower/cpp/values.h"

#include <algorithm>
#include <utility>

#include "lower/cpp/paths.h"
#include "lower/cpp/telling_names.h"
#include "lower/cpp/texts.h"
#include "source/cpp_lexer.h"

namespace procsafe::cpp {
namespace {

/// Deepest chain of definitions and calls that is followed.
constexpr int kMaxDepth = 60;
/// Below every level: nothing was cut.
constexpr int kNoCut = kMaxDepth + 2;

struct DepthGuard {
  explicit DepthGuard(int& level) : depth(level) { ++depth; }
  ~DepthGuard() { --depth; }
  DepthGuard(const DepthGuard&) = delete;
  DepthGuard& operator=(const DepthGuard&) = delete;
  int& depth;
};

bool is_origin(const Value& value) { return value.kind == Value::Kind::pid || value.kind == Value::Kind::process; }

}  // namespace

Slot result_slot(std::string symbol, std::uint32_t out) { return {Slot::Kind::result, std::move(symbol), out}; }
Slot parameter_slot(std::string symbol, std::uint32_t index) {
  return {Slot::Kind::parameter, std::move(symbol), index};
}
Slot field_slot(std::string symbol) { return {Slot::Kind::field, std::move(symbol), 0}; }

Values::Values(const Unit& unit) : unit_(unit), cut_(kNoCut) {}

void Values::connect(const CallTable& calls, const DefinitionTable& definitions, const Texts& texts) {
  calls_ = &calls;
  definitions_ = &definitions;
  texts_ = &texts;
}

DefinitionTable::Reaching Values::reaching(const Place& place, Syntax use) const {
  return definitions_->reaching(place, use, [this](const Definition& definition) { return writes(definition); });
}

bool Values::writes(const Definition& definition) const {
  const Call* call = calls_->find(definition.value);
  if (call == nullptr) return definition.by_address;
  if (call->api != nullptr) {
    const Api& api = *call->api;
    if (!api.out.index) return false;
    const std::size_t index = definition.index < call->first_argument ? 0 : definition.index - call->first_argument;
    return api.has_trait("out-rest") ? index >= *api.out.index : index == *api.out.index;
  }
  if (definition.by_address) return true;
  // Handed over as it is: only a function whose parameter is a reference or an array writes it.
  const Function* function = call->meaning.function;
  if (function == nullptr || definition.index >= function->parameters.size()) return false;
  const std::uint32_t parameter = function->parameters[definition.index];
  if (parameter == none) return false;
  const Variable& variable = unit_.declarations.variables()[parameter];
  return variable.reference && !variable.constant && !definitions_->all({parameter, {}}).empty();
}

ValueSet Values::of(Syntax expression) const {
  const Syntax node = strip_casts(expression);
  if (!node) return Value::unknown();
  if (depth_ > kMaxDepth) {
    cut_ = 0;
    return Value::unknown();
  }
  const DepthGuard guard(depth_);
  if (node.tree() != &unit_.tree) return compute(node);
  const Question question(node.id(), decisive_);
  Known& known = known_[question];
  switch (known.state) {
    case Known::State::whole: return known.values;
    case Known::State::busy: cut_ = std::min(cut_, known.level); return {};
    case Known::State::partial: cut_ = std::min(cut_, known.level); return known.values;
    case Known::State::fresh: break;
  }
  const std::size_t kept = partial_.size();
  const int outer_cut = std::exchange(cut_, kNoCut);
  known.state = Known::State::busy;
  known.level = depth_;
  ValueSet values = compute(node);
  if (cut_ >= depth_) {
    forget_partial(kept);
    known.state = Known::State::whole;
    cut_ = outer_cut;
  } else {
    known.state = Known::State::partial;
    known.level = cut_;
    partial_.push_back(question);
    cut_ = std::min(cut_, outer_cut);
  }
  known.values = values;
  if (depth_ == 1) forget_partial(0);
  return values;
}

void Values::forget_partial(std::size_t kept) const {
  for (std::size_t i = kept; i < partial_.size(); ++i) known_.erase(partial_[i]);
  partial_.resize(kept);
}

ValueSet Values::compute(Syntax node) const {
  if (unit_.answers.known()) {
    if (const auto number = unit_.answers.number(unit_.place(node))) return Value::of_number(*number);
  }
  switch (node.kind()) {
    case Kind::number:
    case Kind::character: {
      const auto number = unit_.constants.number(node);
      return number ? Value::of_number(*number) : Value::unknown();
    }
    case Kind::null: return Value::none();
    case Kind::identifier:
    case Kind::qualified_identifier: return of_name(node);
    case Kind::field_expression: return of_place(node);
    case Kind::subscript: return inside(of(node.field(Role::argument)));
    case Kind::pointer_expression: return of(node.field(Role::argument));
    case Kind::unary:
      if (operator_text(node) == "-") return negated(of(node.field(Role::argument)));
      break;
    case Kind::call:
    case Kind::new_expression:
    case Kind::compound_literal: return of_call(node);
    case Kind::assignment: return of(node.field(Role::right));
    case Kind::comma: return of(node.field(Role::right));
    case Kind::conditional: {
      ValueSet values = of(node.field(Role::consequence));
      values.merge(of(node.field(Role::alternative)));
      return values;
    }
    case Kind::compound_statement: {  // GNU's `({ …; value; })`
      Syntax last;
      for (Syntax child = node.first(); child; child = child.next()) last = child;
      return last.is(Kind::expression_statement) ? of(last.first()) : Value::unknown();
    }
    case Kind::initializer_list: {
      ValueSet values;
      for (Syntax element = node.first(); element; element = element.next()) values.merge(of(element));
      return values;
    }
    case Kind::binary: {
      // Text put together from a searched pid, a path entered from a folder: what it is made of counts.
      ValueSet values;
      const std::string_view op = operator_text(node);
      if (op == "+" || op == "/" || op == ">>" || op == "<<") {
        for (const Role side : {Role::left, Role::right}) values.merge(inside(of(node.field(side))));
      }
      if (!values.empty()) return values;
      break;
    }
    default: break;
  }
  if (const auto number = unit_.constants.number(node)) return Value::of_number(*number);
  return Value::unknown();
}

/// What an element, a part or a result of something is: only origins are handed on.
ValueSet Values::inside(const ValueSet& values) const {
  ValueSet parts;
  for (const Value& value : values) {
    if (is_origin(value) || value.kind == Value::Kind::slot) parts.insert(value);
  }
  return parts;
}

ValueSet Values::negated(const ValueSet& values) const {
  ValueSet groups;
  for (Value value : values) {
    if (value.kind == Value::Kind::number) {
      groups.insert(Value::of_number(-value.number));
    } else {
      if (value.origin == Origin::self && is_origin(value)) value.origin = Origin::own_group;
      groups.insert(std::move(value));
    }
  }
  return groups;
}

ValueSet Values::of_name(Syntax name) const {
  ValueSet values;
  const std::string plain = plain_name(name.text());
  const Variable* variable = unit_.declarations.find_variable(
      name.is(Kind::identifier) ? std::string_view(plain) : last_component(plain), name);
  if (variable != nullptr && !name.is(Kind::identifier) && variable->kind != Variable::Kind::global) variable = nullptr;
  if (variable != nullptr) {
    values = of_variable(*variable, name);
  } else if (const auto number = unit_.constants.number(name)) {
    values = Value::of_number(*number);
  } else if (const Meaning meaning = unit_.names.reference(plain, name); meaning.api != nullptr) {
    values = Value::api(meaning.api->name);
  } else if (!meaning.project || is_member_variable(name)) {
    values = of_place(name);
  }
  return values.empty() ? ValueSet(Value::unknown()) : values;
}

/// Is the name a field of the class around it?
bool Values::is_member_variable(Syntax name) const {
  const Function* function = unit_.declarations.function_at(name);
  const Class* entry = function == nullptr ? nullptr : unit_.declarations.find_class(function->scope);
  return entry != nullptr && entry->fields.contains(name.text());
}

ValueSet Values::of_variable(const Variable& variable, Syntax use) const {
  if (variable.constant && !variable.pointer && variable.initializer) {
    if (const auto number = unit_.constants.number(use)) return Value::of_number(*number);
  }
  ValueSet values;
  const Place place{unit_.declarations.index_of(variable), {}};
  const DefinitionTable::Reaching found = reaching(place, use);
  for (const Definition* definition : found.definitions) values.merge(of(*definition));
  // A sentinel (`pid_t pid = -1;`) beside a real value says "none yet".
  if (values.size() > 1) {
    ValueSet real;
    for (const Value& value : values) {
      if (value.kind != Value::Kind::number || value.number > 0) real.insert(value);
    }
    values = real;
  }
  if (!found.complete && variable.kind == Variable::Kind::parameter) {
    const Function* function = unit_.declarations.function_at(variable.declarator);
    const bool of_lambda = static_cast<bool>(variable.declaration.enclosing(Kind::lambda));
    if (function != nullptr && !of_lambda)
      values.insert(Value::of_slot(parameter_slot(unit_.symbol(*function), variable.position)));
  }
  if (!found.complete && (variable.kind == Variable::Kind::global || variable.is_static)) {
    if (const auto slot = slot_of(use)) values.insert(Value::of_slot(*slot));
  }
  if (values.empty() || (values.single() != nullptr && values.single()->kind == Value::Kind::unknown)) {
    const ClassName type = unit_.names.handle_class(variable.type, use);
    if (type.api != nullptr && type.api->origin != Origin::not_applicable)
      return Value::process(type.api->name, type.api->origin);
  }
  return values.empty() ? ValueSet(Value::unknown()) : values;
}

ValueSet Values::of_place(Syntax expression) const {
  ValueSet values;
  Place place = definitions_->place_of(expression);
  if (!place.valid()) {
    // A field of a call's result: `readdir(dir)->d_name`.
    if (expression.is(Kind::field_expression)) values = inside(of(expression.field(Role::argument)));
    return values.empty() ? ValueSet(Value::unknown()) : values;
  }
  DefinitionTable::Reaching found = reaching(place, expression);
  for (const Definition* definition : found.definitions) values.merge(of(*definition));
  if (found.complete && !values.empty()) return values;
  // The whole was defined at once: `CreateProcess(…, &info)`, `entry = readdir(dir)`.
  while (!place.path.empty() && place.variable != none) {
    place.path.resize(place.path.rfind('.'));
    const DefinitionTable::Reaching whole = reaching(place, expression);
    ValueSet parts;
    for (const Definition* definition : whole.definitions) parts.merge(inside(of(*definition)));
    ValueSet origins;
    const bool of_entry = place.path.empty() && expression.field(Role::field).text() == "d_name";
    for (const Value& value : parts) {
      const bool told = value.kind == Value::Kind::slot && tells_origin(value);
      if (is_origin(value) || of_entry || told) origins.insert(value);
    }
    if (!origins.empty()) {
      values.merge(origins);
      return values;
    }
  }
  if (const auto slot = slot_of(expression)) {
    const ValueSet field = Value::of_slot(*slot);
    if (of_started_process(expression) && !tells_origin(field))
      return Value::pid(Origin::child, unit_.location(expression));
    values.merge(field);
  }
  return values.empty() ? ValueSet(Value::unknown()) : values;
}

/// Is it a part of what only starting a process fills in?
bool Values::of_started_process(Syntax expression) const {
  if (!expression.is(Kind::field_expression)) return false;
  const std::string_view field = expression.field(Role::field).text();
  if (field != "hProcess" && field != "dwProcessId") return false;
  const Syntax object = strip_casts(expression.field(Role::argument));
  const Variable* variable =
      object.is(Kind::identifier) ? unit_.declarations.find_variable(object.text(), object) : nullptr;
  return variable != nullptr && variable->type.name.ends_with("PROCESS_INFORMATION");
}

std::string Values::owner_of(Syntax field) const {
  const Syntax object = strip_casts(field.field(Role::argument));
  if (object.is(Kind::this_object)) return unit_.declarations.scope_at(field);
  if (const ClassName type = class_of(object)) return type.name;
  // A class that another file declares goes by its spelling, where fields are written under that name.
  const auto slot = spelled_slot(field);
  return slot && !unit_.input.names.find(*slot).empty() ? std::string(qualifier(slot->symbol)) : std::string();
}

std::optional<Slot> Values::spelled_slot(Syntax field) const {
  Syntax object = strip_casts(field.field(Role::argument));
  const std::string name = plain_name(field.field(Role::field).text());
  if (!sounds_like_process(name) || class_of(object)) return std::nullopt;
  while (object.is(Kind::subscript) || object.is(Kind::pointer_expression))
    object = strip_casts(object.field(Role::argument));
  if (!object.is(Kind::identifier)) return std::nullopt;
  const Variable* variable = unit_.declarations.find_variable(object.text(), object);
  // A global that a header declares stands for its class.
  if (variable == nullptr) return field_slot(join_names(object.text(), name));
  if (variable->type.empty() || variable->type.name == "auto") return std::nullopt;
  return field_slot(join_names(variable->type.name, name));
}

std::optional<Slot> Values::slot_of(Syntax expression) const {
  Syntax node = strip_casts(expression);
  while (node.is(Kind::subscript) || node.is(Kind::pointer_expression)) node = strip_casts(node.field(Role::argument));
  if (node.is(Kind::field_expression)) {
    const std::string field = plain_name(node.field(Role::field).text());
    std::string owner = owner_of(node);
    if (owner.empty()) {
      const std::vector<const Class*> classes = unit_.declarations.classes_with_field(field);
      // Without a type the name tells: one class of the file has such a field, or all fields of that name.
      owner = classes.size() == 1 ? classes.front()->qualified : std::string(any_class);
    }
    return field_slot(join_names(owner, field));
  }
  if (!node.is(Kind::identifier) && !node.is(Kind::field_identifier) && !node.is(Kind::qualified_identifier))
    return std::nullopt;
  const std::string name = plain_name(node.text());
  const Variable* variable =
      node.is(Kind::field_identifier) ? nullptr : unit_.declarations.find_variable(last_component(name), node);
  if (variable != nullptr) {
    const bool shared = variable->kind == Variable::Kind::global || variable->is_static;
    if (!shared) return std::nullopt;
    const std::string symbol = join_names(variable->scope, variable->name);
    return Slot{Slot::Kind::global, variable->is_static ? join_names(unit_.input.file.path, symbol) : symbol, 0};
  }
  const Function* function = unit_.declarations.function_at(node);
  if (function != nullptr && function->member && node.kind() != Kind::qualified_identifier)
    return field_slot(join_names(function->scope, name));
  return Slot{Slot::Kind::global, name, 0};
}

ValueSet Values::of(const Definition& definition) const {
  if (depth_ > kMaxDepth) return Value::unknown();
  const DepthGuard guard(depth_);
  switch (definition.how) {
    case Definition::How::value:
    case Definition::How::element: {
      if (definition.at.is(Kind::identifier)) {
        const Call* call = calls_->find(definition.at);
        if (call != nullptr && call->api != nullptr && call->constructed != nullptr) return of_api(*call);
      }
      return of(definition.value);
    }
    case Definition::How::range_element:
    case Definition::How::extracted: return inside(of(definition.value));
    case Definition::How::appended: return inside(of(definition.value));
    case Definition::How::argument: return of_argument(definition);
    case Definition::How::changed: break;
  }
  return Value::unknown();
}

ValueSet Values::of_argument(const Definition& definition) const {
  const Call* call = calls_->find(definition.value);
  if (call == nullptr) return Value::unknown();
  if (call->api != nullptr) {
    const Api& api = *call->api;
    if (api.passes.given()) return inside(of(call->argument(api.passes)));
    if (api.opens.given()) return of_opened(*call);
    if (api.operation == Operation::spawn) return Value::pid(Origin::child, unit_.location(call->node));
    if (api.origin != Origin::not_applicable) return Value::pid(api.origin, unit_.location(call->node));
    return Value::unknown();
  }
  if (ValueSet held = held_by_container(*call, definition.index); !held.empty()) return held;
  const std::string symbol = callee_symbol(*call);
  if (symbol.empty()) return Value::unknown();
  return named_origin(*call, Value::of_slot(result_slot(symbol, static_cast<std::uint32_t>(definition.index) + 1)));
}

/// `list_rewind(jobs, &at)`, `list_next(&at)`: what a function of a container gives comes out of the container.
ValueSet Values::held_by_container(const Call& call, std::size_t written) const {
  ValueSet held;
  if (!call.callee.is(Kind::identifier) || !sounds_like_container(call.callee.text()) ||
      sounds_like_insertion(call.callee.text()))
    return held;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    if (i == written) continue;
    for (const Value& value : of(call.arguments[i])) {
      if (is_origin(value) || (value.kind == Value::Kind::slot && tells_origin(value))) held.insert(value);
    }
  }
  return held;
}

std::string Values::callee_symbol(const Call& call) const {
  if (call.api != nullptr || call.through_value) return {};
  if (call.meaning.function != nullptr) return unit_.symbol(*call.meaning.function);
  if (!call.node.is(Kind::call)) return {};
  if (call.callee.is(Kind::field_expression)) {
    const ClassName type = class_of(call.receiver);
    const std::string name = plain_name(call.callee.field(Role::field).text());
    return type ? join_names(type.name, name) : std::string();
  }
  const std::string name = plain_name(call.callee.text());
  if (name.empty()) return {};
  const std::vector<std::string> candidates = unit_.names.candidates(name, call.callee);
  if (candidates.size() == 1) return candidates.front();
  if (decisive_) {
    for (const std::string& candidate : candidates) {
      if (!unit_.input.names.find(result_slot(candidate)).empty()) return candidate;
    }
  }
  return name.starts_with("::") ? name.substr(2) : name;
}

ValueSet Values::of_call(Syntax node) const {
  const Call* call = calls_->find(node);
  if (call == nullptr) return Value::unknown();
  if (call->api != nullptr) return of_api(*call);
  if (call->receiver) {
    // What a method of a searched or read thing returns is made of it: `path.filename()`, `text.toInt()`.
    ValueSet origins;
    for (const Value& value : of(call->receiver)) {
      if (value.kind == Value::Kind::pid) origins.insert(value);
    }
    if (!origins.empty()) return origins;
    if (call->arguments.empty() && class_of(node).api != nullptr) return of(call->receiver);
  }
  // What looks like a call of a macro of another header hands on what it is given.
  const std::string_view callee = call->callee.text();
  if (call->callee.is(Kind::identifier) && call->meaning.function == nullptr &&
      std::none_of(callee.begin(), callee.end(), [](char byte) { return byte >= 'a' && byte <= 'z'; })) {
    ValueSet origins;
    for (const Syntax argument : call->arguments) {
      for (const Value& value : of(argument)) {
        const bool given = value.kind == Value::Kind::slot && value.slot->kind == Slot::Kind::parameter;
        if (is_origin(value) || given) origins.insert(value);
      }
    }
    origins.merge(named_by_macro(callee, node));
    if (!origins.empty()) return origins;
  }
  if (ValueSet held = held_by_container(*call, call->arguments.size()); !held.empty()) return held;
  const std::string symbol = callee_symbol(*call);
  if (symbol.empty()) return Value::unknown();
  return named_origin(*call, Value::of_slot(result_slot(symbol)));
}

/// What the body of a macro takes from around its use: `#define GET(item) VALUE(item, entry)` gives a part of `entry`.
ValueSet Values::named_by_macro(std::string_view macro_name, Syntax use) const {
  const Macro* macro = unit_.macros.find(macro_name);
  ValueSet origins;
  for (std::size_t at = 0; macro != nullptr && at < macro->body.size();) {
    const Lexeme lexeme = next_lexeme(macro->body, at);
    at = lexeme.end;
    if (lexeme.kind != Lexeme::Kind::identifier) continue;
    const std::string_view word = lexeme.of(macro->body);
    if (std::find(macro->parameters.begin(), macro->parameters.end(), word) != macro->parameters.end()) continue;
    const Variable* variable = unit_.declarations.find_variable(word, use);
    if (variable == nullptr) continue;
    for (const Value& value : of_variable(*variable, use)) {
      if (is_origin(value)) origins.insert(value);
    }
  }
  return origins;
}

/// Does the link stage know where these pids come from?
bool Values::tells_origin(const ValueSet& values) const {
  const ValueSet known = resolved(values);
  return std::any_of(known.begin(), known.end(), [](const Value& value) {
    return is_origin(value) && value.origin != Origin::unknown && value.origin != Origin::parameter;
  });
}

/// What a function gives, completed by what its name says where the link stage does not know.
ValueSet Values::named_origin(const Call& call, const ValueSet& result) const {
  const std::string_view name = last_component(
      call.callee.is(Kind::field_expression) ? call.callee.field(Role::field).text() : call.callee.text());
  const NamedOrigin says = origin_by_name(name);
  if (says == NamedOrigin::nothing || (says != NamedOrigin::search && tells_origin(result))) return result;
  if (says == NamedOrigin::search) return Value::pid(Origin::searched, unit_.location(call.node));
  if (says == NamedOrigin::pid_file) return Value::pid(Origin::pid_file, unit_.location(call.node));
  const ValueSet origins = call.arguments.empty() ? ValueSet() : inside(of(call.arguments.front()));
  return origins.empty() ? result : origins;
}

ValueSet Values::of_api(const Call& call) const {
  const Api& api = *call.api;
  if (api.opens.given()) return of_opened(call);
  if (api.passes.given() && !api.out.given()) {
    ValueSet values = of(call.argument(api.passes));
    if (api.returns == "group") {
      ValueSet groups;
      for (Value value : values) {
        if (value.kind == Value::Kind::number && value.number == 0) value = Value::pid(Origin::own_group);
        if (value.origin == Origin::self && is_origin(value)) value.origin = Origin::own_group;
        groups.insert(std::move(value));
      }
      return groups;
    }
    // A conversion of a constant is the constant; of unknown text it is no longer text.
    return values.empty() ? ValueSet(Value::unknown()) : values;
  }
  if (api.returns == "function") {
    if (const std::vector<Text> texts = texts_->of(call.argument(1)); texts.size() == 1 && texts.front().constant())
      return unit_.names.apis().find(texts.front().bytes()) != nullptr ? Value::api(texts.front().bytes())
                                                                       : Value::unknown();
    return Value::unknown();
  }
  if (api.returns == "output") return of_output(call);
  if (api.returns == "process" || (call.type && !call.receiver && api.operation == Operation::spawn)) {
    const std::string type = api.type.empty() ? call.type.name : api.type;
    const Origin origin = api.origin == Origin::not_applicable ? Origin::child : api.origin;
    return Value::process(type, origin, unit_.location(call.node));
  }
  if (api.returns == "pid") {
    const Origin origin = api.origin == Origin::not_applicable ? Origin::child : api.origin;
    return Value::pid(origin, unit_.location(call.node));
  }
  return Value::unknown();
}

ValueSet Values::of_output(const Call& call) const {
  ValueSet values;
  for (const Text& text : texts_->of(call.argument(call.api->command))) {
    FileFacts scratch;
    const Origin output =
        unit_.input.shell.lower_script(text, {unit_.input.file.path, {}, true, {}, &unit_.input.names}, scratch).output;
    if (output != Origin::not_applicable) values.insert(Value::pid(output, unit_.location(call.node)));
  }
  return values.empty() ? ValueSet(Value::unknown()) : values;
}

ValueSet Values::of_opened(const Call& call) const {
  const Syntax path = call.argument(call.api->opens);
  const bool folder = call.api->has_trait("folder");
  const std::vector<Text> texts = texts_->of(path);
  ValueSet values;
  for (const Text& text : texts) {
    const std::string& bytes = text.bytes();
    const bool proc = bytes == "/proc" || bytes.starts_with("/proc/");
    if (folder) {
      // The folder of all processes; one of a task or a cgroup holds what the process it belongs to has.
      // Of a folder nobody knows too: what else would name processes?
      if (bytes == "/proc" || bytes == "/proc/" || bytes.starts_with("/proc/[") || bytes.starts_with("/proc/*") ||
          text.is_hole())
        values.insert(Value::pid(Origin::searched, unit_.location(call.node)));
      continue;
    }
    if (!proc) {
      values.insert(Value::pid(Origin::pid_file, unit_.location(call.node)));
    } else if (!text.holes().empty()) {
      // `/proc/<pid>/…` speaks of that process and its relatives (O4).
      for (const Text::Hole& hole : text.holes()) values.merge(inside(hole.values));
    }
  }
  // A path nobody knows is a file all the same.
  if (texts.empty() && !folder) values.insert(Value::pid(Origin::pid_file, unit_.location(call.node)));
  return values.empty() ? ValueSet(Value::unknown()) : values;
}

}  // namespace procsafe::cpp
