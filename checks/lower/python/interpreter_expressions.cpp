// What expressions may stand for.
#include <algorithm>
#include <charconv>

#include "lower/python/interpreter.h"
#include "lower/python/strings.h"

namespace procsafe::python {
namespace {

/// Nesting beyond which expressions and blocks are not followed: keeps the stack small. Code written by people
/// stays below 40.
constexpr int kMaxDepth = 250;

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != '_') digits.push_back(c);
  }
  int base = 10;
  std::string_view rest = digits;
  if (rest.size() > 2 && rest[0] == '0') {
    const char kind = static_cast<char>(rest[1] | 0x20);
    if (kind == 'x') base = 16;
    if (kind == 'o') base = 8;
    if (kind == 'b') base = 2;
    if (base != 10) rest.remove_prefix(2);
  }
  while (!rest.empty() && (rest.back() == 'l' || rest.back() == 'L')) rest.remove_suffix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value, base);
  if (error != std::errc{} || end != rest.data() + rest.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> calculate(std::string_view sign, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (sign == "+" && !__builtin_add_overflow(a, b, &result)) return result;
  if (sign == "-" && !__builtin_sub_overflow(a, b, &result)) return result;
  if (sign == "*" && !__builtin_mul_overflow(a, b, &result)) return result;
  if (sign == "//" && b > 0) return a / b;
  if (sign == "%" && b > 0) return a % b;
  if (sign == "|") return a | b;
  if (sign == "&") return a & b;
  return std::nullopt;
}

}  // namespace

Ref Interpreter::evaluate(Node node) {
  if (!node) return pool_.unknown();
  if (depth_ >= kMaxDepth) {
    if (!too_deep_) too_deep_ = node.range();
    return pool_.unknown();
  }
  ++depth_;
  const Ref value = evaluate_deep(node);
  --depth_;
  return value;
}

Ref Interpreter::evaluate_deep(Node node) {
  switch (node.kind()) {
    case Kind::identifier: return look_up(node);
    case Kind::attribute: return evaluate_attribute(node);
    case Kind::call: return evaluate_call(node);
    case Kind::string:
    case Kind::concatenated_string: return evaluate_string(node);
    case Kind::integer: {
      const auto value = parse_integer(node.text());
      return value ? pool_.number(*value) : pool_.unknown();
    }
    case Kind::float_: return pool_.real(false);
    case Kind::true_: return pool_.number(1);
    case Kind::false_: return pool_.number(0);
    case Kind::none: return pool_.none();
    case Kind::parenthesized_expression:
    case Kind::type: return evaluate(node.first());
    case Kind::binary_operator: return evaluate_binary(node);
    case Kind::boolean_operator: return evaluate_boolean(node);
    case Kind::comparison_operator: return evaluate_comparison(node);
    case Kind::not_operator: {
      const Ref operand = evaluate_condition(node.field(Field::argument));
      return combine(node, std::span(&operand, 1));
    }
    case Kind::unary_operator: {
      const Ref operand = evaluate(node.field(Field::argument));
      if (operand->is(Object::Kind::number) && node.field(Field::operator_).text() == "-")
        return pool_.number(-operand->number);
      return operand;  // -pid is the group of pid
    }
    case Kind::conditional_expression: {
      const Node chosen = node.first();
      const Node condition = chosen.next();
      evaluate_condition(condition);
      const Ref yes = evaluate(chosen);
      return pool_.join(yes, evaluate(condition.next()));
    }
    case Kind::lambda:
      if (const Function* function = program_.function_at(node)) return pool_.function(*function);
      return pool_.unknown();
    case Kind::await: return evaluate_await(node);
    case Kind::yield: return evaluate_yield(node);
    case Kind::list:
    case Kind::tuple:
    case Kind::set:
    case Kind::expression_list:
    case Kind::pattern_list: return evaluate_sequence(node);
    case Kind::dictionary: return evaluate_mapping(node);
    case Kind::list_comprehension:
    case Kind::set_comprehension:
    case Kind::dictionary_comprehension:
    case Kind::generator_expression: return evaluate_comprehension(node);
    case Kind::subscript: return evaluate_subscript(node);
    case Kind::named_expression: {
      const Ref value = evaluate(node.field(Field::value));
      assign(node.field(Field::name), value);
      return value;
    }
    case Kind::assignment: return evaluate_assignment(node);
    case Kind::augmented_assignment: return evaluate_augmented(node);
    case Kind::as_pattern: return evaluate(node.first());
    default: return evaluate_all(node);
  }
}

/// Of a node whose value is of no interest: its parts are.
Ref Interpreter::evaluate_all(Node node) {
  for (const Node child : node) evaluate(child);
  return pool_.unknown_at(node.id());
}

/// The result of an operation on values: nothing but what they tell together.
Ref Interpreter::combine(Node node, std::span<const Ref> operands) {
  std::uint8_t tags = 0;
  std::vector<Ref> about;
  constexpr std::uint8_t kKept = tag_clock | tag_poll | tag_identity | tag_group;
  for (const Ref operand : operands) {
    const auto kept = static_cast<std::uint8_t>(tags_of(operand) & kKept);
    if (kept == 0) continue;
    tags = static_cast<std::uint8_t>(tags | kept);
    const std::vector<Ref> subjects = subjects_of(operand, kKept);
    about.insert(about.end(), subjects.begin(), subjects.end());
  }
  return tags == 0 ? pool_.unknown_at(node.id()) : pool_.tagged(tags, std::move(about));
}

Ref Interpreter::evaluate_condition(Node node) {
  const Ref value = slots_.resolve_fields(evaluate(node));
  if (recording_) {
    const auto [found, added] = journal_.conditions.try_emplace(node.id(), value);
    if (!added) found->second = pool_.join(found->second, value);
  }
  return value;
}

Ref Interpreter::evaluate_string(Node node) {
  TextBuilder builder(pool_, slots_);
  const auto append = [&](Node string) {
    const std::string_view prefix = string_prefix(string);
    const bool raw = prefix.find_first_of("rR") != std::string_view::npos;
    const bool bytes = prefix.find_first_of("bB") != std::string_view::npos;
    for (const Node part : string) {
      if (part.is(Kind::string_content)) {
        append_content(part, raw, bytes, builder.text());
      } else if (part.is(Kind::interpolation)) {
        const Node expression = part.field(Field::expression);
        builder.append(evaluate(expression), expression.range());
        for (const Node inner : part.field(Field::type)) evaluate(inner);
      }
    }
  };
  if (node.is(Kind::string)) {
    append(node);
  } else {
    for (const Node string : node) append(string);
  }
  return builder.take();
}

Ref Interpreter::evaluate_binary(Node node) {
  // Long chains of `a + b + c` nest to the left: walk down instead of recursing.
  std::vector<Node> chain;
  Node first = node;
  while (first.is(Kind::binary_operator)) {
    chain.push_back(first);
    first = first.field(Field::left);
  }
  Ref left = evaluate(first);
  for (auto at = chain.rbegin(); at != chain.rend(); ++at) {
    const Node here = *at;
    const std::string_view sign = here.field(Field::operator_).text();
    const Ref right = evaluate(here.field(Field::right));
    left = slots_.resolve_fields(left);
    if (left->is(Object::Kind::number) && right->is(Object::Kind::number)) {
      const auto value = calculate(sign, left->number, right->number);
      left = value ? pool_.number(*value) : pool_.real(false);
    } else if (sign == "%" && left->is(Object::Kind::text)) {
      left = format_percent(left, right, here);
    } else if (sign == "+" && (left->is(Object::Kind::text) || right->is(Object::Kind::text))) {
      TextBuilder builder(pool_, slots_);
      builder.append(left, here.field(Field::left).range());
      builder.append(right, here.field(Field::right).range());
      left = builder.take();
    } else if (sign == "+" && (left->is(Object::Kind::sequence) || right->is(Object::Kind::sequence))) {
      std::vector<Ref> elements;
      bool open = false;
      for (const Ref part : {left, slots_.resolve_fields(right)}) {
        if (part->is(Object::Kind::sequence)) {
          elements.insert(elements.end(), part->elements.begin(), part->elements.end());
          open = open || part->open;
        } else {
          elements.push_back(part);  // an unknown number of elements
          open = true;
        }
      }
      left = pool_.sequence(std::move(elements), open);
    } else if (sign == "/" && (tags_of(left) & tag_path) != 0) {
      TextBuilder builder(pool_, slots_);
      builder.append(path_text(left), here.range());
      builder.text().append_synthetic("/", here.range().begin);
      builder.append(path_text(right), here.field(Field::right).range());
      left = pool_.tagged(tag_path, {}, builder.take());
    } else if (sign == "|") {
      left = pool_.tagged(0, {left, right});
    } else if ((left->is(Object::Kind::real) || left->is(Object::Kind::number)) &&
               (right->is(Object::Kind::real) || right->is(Object::Kind::number))) {
      left = pool_.real(left->is(Object::Kind::real) && left->number == 1);
    } else {
      const std::array<Ref, 2> operands{left, right};
      left = combine(here, operands);
    }
  }
  return left;
}

Ref Interpreter::evaluate_comparison(Node node) {
  std::vector<Ref> operands;
  for (const Node operand : node) operands.push_back(slots_.resolve_fields(evaluate(operand)));
  // `os.getpgid(pid) == os.getpgrp()`: the process is of the own group (O9).
  const bool own = std::any_of(operands.begin(), operands.end(), [](Ref operand) {
    return operand->is(Object::Kind::pid) && (operand->origin == Origin::own_group);
  });
  if (own && node.text().find("getpgid") != std::string_view::npos) {
    for (const Ref operand : operands) {
      for (const Ref root : operations_.subjects(operand)) state_.mark(root, mark_own_group);
    }
  }
  return combine(node, operands);
}

Ref Interpreter::evaluate_boolean(Node node) {
  const Ref left = evaluate_condition(node.field(Field::left));
  const bool either = node.field(Field::operator_).text() == "or";
  State skipped = state_;
  refine(node.field(Field::left), left, !either);
  const Ref right = evaluate(node.field(Field::right));
  state_.join(skipped, pool_);
  const std::array<Ref, 2> operands{left, right};
  if (tags_of(left) != 0 || tags_of(right) != 0) {
    const Ref both = combine(node, operands);
    if (both->is(Object::Kind::tagged)) return both;
  }
  // `a or b` is b only when a is false.
  if (either && is_false(left)) return right;
  if (either && left->is(Object::Kind::choice)) {
    std::vector<Ref> kept;
    for (const Ref one : left->elements) {
      if (!is_false(one)) kept.push_back(one);
    }
    kept.push_back(right);
    return pool_.choice(std::move(kept));
  }
  return pool_.join(left, right);
}

Ref Interpreter::evaluate_sequence(Node node) {
  std::vector<Ref> elements;
  bool open = false;
  // The sides of `a, b = c, d` are no container.
  const bool container = !node.is(Kind::expression_list) || !node.parent().is(Kind::assignment);
  for (const Node child : node) {
    if (child.is(Kind::list_splat)) {
      const Ref spread = slots_.resolve_fields(evaluate(child.first()));
      if (spread->is(Object::Kind::sequence)) {
        elements.insert(elements.end(), spread->elements.begin(), spread->elements.end());
        open = open || spread->open;
      } else {
        elements.push_back(spread);
        open = true;
      }
      continue;
    }
    const Ref value = evaluate(child);
    elements.push_back(container ? hand_over(child, value) : value);
  }
  return pool_.sequence(std::move(elements), open);
}

Ref Interpreter::evaluate_mapping(Node node) {
  std::vector<std::string_view> keys;
  std::vector<Ref> values;
  bool open = false;
  for (const Node child : node) {
    if (child.is(Kind::dictionary_splat)) {
      const Ref spread = evaluate(child.first());
      open = open || !spread->is(Object::Kind::mapping) || spread->open;
      if (!spread->is(Object::Kind::mapping)) continue;
      keys.insert(keys.end(), spread->keys.begin(), spread->keys.end());
      values.insert(values.end(), spread->elements.begin(), spread->elements.end());
      continue;
    }
    if (!child.is(Kind::pair)) continue;
    const Ref key = evaluate(child.field(Field::key));
    const Node at = child.field(Field::value);
    const Ref value = hand_over(at, evaluate(at));
    const bool constant = key->is(Object::Kind::text) && key->text->constant();
    open = open || !constant;
    keys.push_back(constant ? pool_.intern(key->text->bytes()) : std::string_view());
    values.push_back(value);
    if (!is_telling_key(key)) continue;
    keys.push_back(telling_keys);
    values.push_back(key);
  }
  return pool_.mapping(keys, values, open);
}

Ref Interpreter::evaluate_comprehension(Node node) {
  const State before = state_;
  for (const Node clause : node) {
    if (clause.is(Kind::for_in_clause)) {
      const Node target = clause.field(Field::left);
      const Node source = clause.field(Field::right);
      assign(target, element(evaluate(source), source));
    } else if (clause.is(Kind::if_clause)) {
      const Ref condition = evaluate_condition(clause.first());
      refine(clause.first(), condition, true);
    }
  }
  const Node body = node.field(Field::body);
  Ref result = nullptr;
  if (body.is(Kind::pair)) {
    const Ref key = evaluate(body.field(Field::key));
    const Ref value = hand_over(body.field(Field::value), evaluate(body.field(Field::value)));
    result = is_telling_key(key) ? pool_.mapping({std::string_view(), telling_keys}, {value, key}, true)
                                 : pool_.mapping({std::string_view()}, {value}, true);
  } else {
    result = pool_.sequence({hand_over(body, evaluate(body))}, true);
  }
  // The loop variables end here; what happened to processes stays, and walrus targets, too.
  for (const Node clause : node) {
    if (!clause.is(Kind::for_in_clause)) continue;
    std::vector<Node> targets{clause.field(Field::left)};
    while (!targets.empty()) {
      const Node target = targets.back();
      targets.pop_back();
      for (const Node child : target) targets.push_back(child);
      if (!target.is(Kind::identifier)) continue;
      const Symbol symbol = program_.symbol(target.text());
      const Ref old = before.find(symbol);
      if (old != nullptr) {
        state_.bind(symbol, old);
      } else {
        state_.unbind(symbol);
      }
    }
  }
  return result;
}

Ref Interpreter::evaluate_subscript(Node node) {
  const Ref container = evaluate(node.field(Field::value));
  const Node at = node.field(Field::subscript);
  if (at.is(Kind::slice)) {
    for (const Node bound : at) evaluate(bound);
    const Ref whole = slots_.resolve_fields(container);
    if (whole->is(Object::Kind::sequence))
      return pool_.sequence({whole->elements.begin(), whole->elements.end()}, true);
    if (whole->is(Object::Kind::text)) return pool_.unknown_at(node.id());
    return whole;
  }
  return item(container, evaluate(at), node);
}

Ref Interpreter::item(Ref container, Ref index, Node at) {
  std::vector<Ref> found;
  for (const Ref one : ObjectPool::alternatives(slots_.resolve_fields(container))) {
    switch (one->kind) {
      case Object::Kind::sequence: {
        const auto size = static_cast<std::int64_t>(one->elements.size());
        const bool constant = index->is(Object::Kind::number) && !one->open;
        const std::int64_t position = constant && index->number < 0 ? size + index->number : index->number;
        if (constant && position >= 0 && position < size) {
          found.push_back(one->elements[static_cast<std::size_t>(position)]);
        } else {
          found.insert(found.end(), one->elements.begin(), one->elements.end());
        }
        break;
      }
      case Object::Kind::mapping: {
        const bool constant = index->is(Object::Kind::text) && index->text->constant();
        bool hit = false;
        for (std::size_t i = 0; i < one->keys.size(); ++i) {
          if (one->keys[i] == telling_keys) continue;
          if (constant && !one->keys[i].empty() && one->keys[i] != index->text->bytes()) continue;
          found.push_back(one->elements[i]);
          hit = true;
        }
        if (!hit && one->open) found.push_back(pool_.unknown_at(at.id()));
        break;
      }
      case Object::Kind::pid:
      case Object::Kind::process:
      case Object::Kind::slot: found.push_back(one); break;  // a container is what it holds
      case Object::Kind::name:
        if (const Api* api = input_.catalog.python().find_method(one->name, "__getitem__")) {
          found.push_back(apply_api(*api, one, {}, at));
        } else {
          found.push_back(attribute_of(one, "[]", at));
        }
        break;
      case Object::Kind::tagged: {
        // `process.as_dict()["pid"]` is the pid, not only what tells which program it is.
        const bool pid = index->is(Object::Kind::text) && index->text->bytes() == "pid";
        const std::vector<Ref> about = pid ? subjects_of(one, tag_identity) : std::vector<Ref>();
        found.insert(found.end(), about.begin(), about.end());
        if (about.empty()) found.push_back(one);
        break;
      }
      case Object::Kind::none: break;
      case Object::Kind::instance:
        if (const Api* api =
                one->klass == nullptr ? input_.catalog.python().find_method(one->name, "__getitem__") : nullptr) {
          found.push_back(apply_api(*api, one, {}, at));
          break;
        }
        [[fallthrough]];
      default: found.push_back(pool_.member(one, at.field(Field::subscript).text())); break;
    }
  }
  return found.empty() ? pool_.unknown_at(at.id()) : pool_.choice(std::move(found));
}

Ref Interpreter::element(Ref container, Node at) {
  std::vector<Ref> found;
  for (const Ref one : ObjectPool::alternatives(slots_.resolve_fields(container))) {
    switch (one->kind) {
      case Object::Kind::sequence: found.insert(found.end(), one->elements.begin(), one->elements.end()); break;
      case Object::Kind::mapping: {
        const bool told = std::find(one->keys.begin(), one->keys.end(), telling_keys) != one->keys.end();
        for (std::size_t i = 0; i < one->keys.size(); ++i) {
          const std::string_view key = one->keys[i];
          Text text;
          text.append_synthetic(key, at.range().begin);
          if (key == telling_keys) {
            found.push_back(one->elements[i]);
          } else if (!key.empty() || !told) {
            found.push_back(key.empty() ? pool_.unknown_at(at.id()) : pool_.text(std::move(text)));
          }
        }
        break;
      }
      case Object::Kind::pid:
      case Object::Kind::process:
      case Object::Kind::slot: found.push_back(one); break;
      case Object::Kind::tagged: found.push_back((one->tags & tag_file) != 0 ? content_of(one, at) : one); break;
      case Object::Kind::none: break;
      case Object::Kind::unknown: found.push_back(pool_.member(one, "[]")); break;
      default: found.push_back(pool_.unknown_at(at.id())); break;
    }
  }
  return found.empty() ? pool_.unknown_at(at.id()) : pool_.choice(std::move(found));
}

Ref Interpreter::evaluate_await(Node node) {
  const Ref value = slots_.resolve_fields(evaluate(node.first()));
  std::vector<Ref> results;
  for (const Ref one : ObjectPool::alternatives(value)) {
    const bool coroutine = one->is(Object::Kind::tagged) && (one->tags & tag_awaitable) != 0;
    results.push_back(coroutine ? one->of : one);
  }
  return pool_.choice(std::move(results));
}

Ref Interpreter::evaluate_yield(Node node) {
  for (const Node child : node) {
    const Ref value = hand_over(child, evaluate(child));
    operations_.note(Event::Kind::yielded, node, value, context());
    if (function_ == nullptr) continue;
    slots_.flow({Slot::Kind::result, function_->qualified, 0}, value, node.range());
    carry_output(value, node);
  }
  return pool_.unknown_at(node.id());
}

}  // namespace procsafe::python
