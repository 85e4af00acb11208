#include "lower/python/syntax.h"

#include <array>
#include <utility>

extern "C" const TSLanguage* tree_sitter_python(void);

namespace procsafe::python {
namespace {

constexpr auto kKinds = std::to_array<std::pair<std::string_view, Kind>>({
    {"aliased_import", Kind::aliased_import},
    {"argument_list", Kind::argument_list},
    {"as_pattern", Kind::as_pattern},
    {"as_pattern_target", Kind::as_pattern_target},
    {"assert_statement", Kind::assert_statement},
    {"assignment", Kind::assignment},
    {"attribute", Kind::attribute},
    {"augmented_assignment", Kind::augmented_assignment},
    {"await", Kind::await},
    {"binary_operator", Kind::binary_operator},
    {"block", Kind::block},
    {"boolean_operator", Kind::boolean_operator},
    {"break_statement", Kind::break_statement},
    {"call", Kind::call},
    {"case_clause", Kind::case_clause},
    {"case_pattern", Kind::case_pattern},
    {"class_definition", Kind::class_definition},
    {"comparison_operator", Kind::comparison_operator},
    {"concatenated_string", Kind::concatenated_string},
    {"conditional_expression", Kind::conditional_expression},
    {"continue_statement", Kind::continue_statement},
    {"decorated_definition", Kind::decorated_definition},
    {"decorator", Kind::decorator},
    {"default_parameter", Kind::default_parameter},
    {"delete_statement", Kind::delete_statement},
    {"dictionary", Kind::dictionary},
    {"dictionary_comprehension", Kind::dictionary_comprehension},
    {"dictionary_splat", Kind::dictionary_splat},
    {"dictionary_splat_pattern", Kind::dictionary_splat_pattern},
    {"dotted_name", Kind::dotted_name},
    {"elif_clause", Kind::elif_clause},
    {"else_clause", Kind::else_clause},
    {"escape_interpolation", Kind::escape_interpolation},
    {"escape_sequence", Kind::escape_sequence},
    {"except_clause", Kind::except_clause},
    {"exec_statement", Kind::exec_statement},
    {"expression_list", Kind::expression_list},
    {"expression_statement", Kind::expression_statement},
    {"false", Kind::false_},
    {"finally_clause", Kind::finally_clause},
    {"float", Kind::float_},
    {"for_in_clause", Kind::for_in_clause},
    {"for_statement", Kind::for_statement},
    {"format_specifier", Kind::format_specifier},
    {"function_definition", Kind::function_definition},
    {"future_import_statement", Kind::future_import_statement},
    {"generator_expression", Kind::generator_expression},
    {"generic_type", Kind::generic_type},
    {"global_statement", Kind::global_statement},
    {"identifier", Kind::identifier},
    {"if_clause", Kind::if_clause},
    {"if_statement", Kind::if_statement},
    {"import_from_statement", Kind::import_from_statement},
    {"import_prefix", Kind::import_prefix},
    {"import_statement", Kind::import_statement},
    {"integer", Kind::integer},
    {"interpolation", Kind::interpolation},
    {"keyword_argument", Kind::keyword_argument},
    {"keyword_separator", Kind::keyword_separator},
    {"lambda", Kind::lambda},
    {"lambda_parameters", Kind::lambda_parameters},
    {"list", Kind::list},
    {"list_comprehension", Kind::list_comprehension},
    {"list_pattern", Kind::list_pattern},
    {"list_splat", Kind::list_splat},
    {"list_splat_pattern", Kind::list_splat_pattern},
    {"match_statement", Kind::match_statement},
    {"module", Kind::module},
    {"named_expression", Kind::named_expression},
    {"none", Kind::none},
    {"nonlocal_statement", Kind::nonlocal_statement},
    {"not_operator", Kind::not_operator},
    {"pair", Kind::pair},
    {"parameters", Kind::parameters},
    {"parenthesized_expression", Kind::parenthesized_expression},
    {"pass_statement", Kind::pass_statement},
    {"pattern_list", Kind::pattern_list},
    {"print_statement", Kind::print_statement},
    {"raise_statement", Kind::raise_statement},
    {"relative_import", Kind::relative_import},
    {"return_statement", Kind::return_statement},
    {"set", Kind::set},
    {"set_comprehension", Kind::set_comprehension},
    {"slice", Kind::slice},
    {"splat_pattern", Kind::splat_pattern},
    {"string", Kind::string},
    {"string_content", Kind::string_content},
    {"string_start", Kind::string_start},
    {"subscript", Kind::subscript},
    {"true", Kind::true_},
    {"try_statement", Kind::try_statement},
    {"tuple", Kind::tuple},
    {"tuple_pattern", Kind::tuple_pattern},
    {"type", Kind::type},
    {"type_alias_statement", Kind::type_alias_statement},
    {"typed_default_parameter", Kind::typed_default_parameter},
    {"typed_parameter", Kind::typed_parameter},
    {"unary_operator", Kind::unary_operator},
    {"union_type", Kind::union_type},
    {"while_statement", Kind::while_statement},
    {"wildcard_import", Kind::wildcard_import},
    {"with_clause", Kind::with_clause},
    {"with_item", Kind::with_item},
    {"with_statement", Kind::with_statement},
    {"yield", Kind::yield},
});

constexpr auto kFields = std::to_array<std::pair<std::string_view, Field>>({
    {"alias", Field::alias},
    {"alternative", Field::alternative},
    {"argument", Field::argument},
    {"arguments", Field::arguments},
    {"attribute", Field::attribute},
    {"body", Field::body},
    {"cause", Field::cause},
    {"code", Field::code},
    {"condition", Field::condition},
    {"consequence", Field::consequence},
    {"definition", Field::definition},
    {"expression", Field::expression},
    {"function", Field::function},
    {"guard", Field::guard},
    {"key", Field::key},
    {"left", Field::left},
    {"module_name", Field::module_name},
    {"name", Field::name},
    {"object", Field::object},
    {"operator", Field::operator_},
    {"operators", Field::operators},
    {"parameters", Field::parameters},
    {"return_type", Field::return_type},
    {"right", Field::right},
    {"subject", Field::subject},
    {"subscript", Field::subscript},
    {"superclasses", Field::superclasses},
    {"type", Field::type},
    {"value", Field::value},
});

/// The grammar's numbers of symbols and fields, as ours.
struct Grammar {
  std::vector<Kind> kinds;
  std::vector<Field> fields;
  TSSymbol comment = 0;
  TSSymbol async = 0;

  Grammar() {
    const TSLanguage* language = tree_sitter_python();
    kinds.assign(ts_language_symbol_count(language), Kind::other);
    fields.assign(ts_language_field_count(language) + 1, Field::none);
    // Aliases give one name to several symbols, so go by symbol, not by name.
    for (TSSymbol symbol = 0; symbol < kinds.size(); ++symbol) {
      if (ts_language_symbol_type(language, symbol) != TSSymbolTypeRegular) continue;
      const std::string_view name = ts_language_symbol_name(language, symbol);
      for (const auto& [known, kind] : kKinds) {
        if (name == known) kinds[symbol] = kind;
      }
    }
    for (const auto& [name, field] : kFields)
      fields[ts_language_field_id_for_name(language, name.data(), static_cast<std::uint32_t>(name.size()))] = field;
    comment = ts_language_symbol_for_name(language, "comment", 7, true);
    async = ts_language_symbol_for_name(language, "async", 5, false);
  }

  [[nodiscard]] Kind kind(const procsafe::Node& node) const {
    if (node.symbol() < kinds.size()) return kinds[node.symbol()];
    return Kind::error;  // the symbol of ERROR is the largest number
  }
};

const Grammar& grammar() {
  static const Grammar instance;
  return instance;
}

}  // namespace

Syntax::Syntax(const Tree& tree) : text_(tree.text()) {
  if (!tree) return;
  const Grammar& known = grammar();
  TSTreeCursor cursor = ts_tree_cursor_new(tree.root().raw());
  NodeId parent = no_node;
  for (bool done = false; !done;) {
    const procsafe::Node node(ts_tree_cursor_current_node(&cursor));
    NodeId added = no_node;
    if (node.symbol() == known.comment && node.named()) {
      comments_.push_back(node.range());
    } else if (node.named()) {
      if (!ts_node_is_extra(node.raw()) || node.is("ERROR")) added = add(cursor, node, known.kind(node), parent);
    } else if (node.symbol() == known.async) {
      add(cursor, node, Kind::async_token, parent);
    } else if (ts_tree_cursor_current_field_id(&cursor) != 0) {
      add(cursor, node, Kind::token, parent);
    }
    if (added != no_node && ts_tree_cursor_goto_first_child(&cursor)) {
      parent = added;
      continue;
    }
    while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
      if (!ts_tree_cursor_goto_parent(&cursor) || parent == no_node) {
        done = true;
        break;
      }
      nodes_[parent].last = static_cast<NodeId>(nodes_.size()) - 1;
      parent = nodes_[parent].parent;
    }
  }
  ts_tree_cursor_delete(&cursor);
  youngest_.clear();
  youngest_.shrink_to_fit();
  repair();
}

NodeId Syntax::add(const TSTreeCursor& cursor, const procsafe::Node& node, Kind kind, NodeId parent) {
  const auto id = static_cast<NodeId>(nodes_.size());
  Item item;
  item.kind = kind;
  item.role = grammar().fields[ts_tree_cursor_current_field_id(&cursor)];
  item.begin = node.range().begin;
  item.end = node.range().end;
  item.parent = parent;
  item.last = id;
  if (parent != no_node) {
    if (youngest_[parent] == no_node) {
      nodes_[parent].first = id;
    } else {
      nodes_[youngest_[parent]].next = id;
    }
    youngest_[parent] = id;
  }
  nodes_.push_back(item);
  youngest_.push_back(no_node);
  return id;
}

Kind Node::kind() const { return *this ? syntax_->nodes_[id_].kind : Kind::other; }
Field Node::role() const { return *this ? syntax_->nodes_[id_].role : Field::none; }

SourceRange Node::range() const {
  if (!*this) return {};
  return {syntax_->nodes_[id_].begin, syntax_->nodes_[id_].end};
}

std::string_view Node::text() const {
  const SourceRange place = range();
  return *this ? syntax_->text_.substr(place.begin, place.end - place.begin) : std::string_view{};
}

Node Node::parent() const { return *this ? Node(syntax_, syntax_->nodes_[id_].parent) : Node(); }

Node Node::field(Field field) const {
  if (!*this) return {};
  for (NodeId id = syntax_->nodes_[id_].first; id != no_node; id = syntax_->nodes_[id].next) {
    if (syntax_->nodes_[id].role == field) return {syntax_, id};
  }
  return {};
}

namespace {
bool is_token(Kind kind) { return kind == Kind::token || kind == Kind::async_token; }
}  // namespace

Node Node::first() const {
  if (!*this) return {};
  NodeId id = syntax_->nodes_[id_].first;
  while (id != no_node && is_token(syntax_->nodes_[id].kind)) id = syntax_->nodes_[id].next;
  return {syntax_, id};
}

Node Node::next() const {
  if (!*this) return {};
  NodeId id = syntax_->nodes_[id_].next;
  while (id != no_node && is_token(syntax_->nodes_[id].kind)) id = syntax_->nodes_[id].next;
  return {syntax_, id};
}

Node Node::child(Kind kind) const {
  for (const Node node : *this) {
    if (node.kind() == kind) return node;
  }
  return {};
}

bool Node::contains(Node other) const {
  return *this && other && id_ <= other.id_ && other.id_ <= syntax_->nodes_[id_].last;
}

Node Node::above(Kind kind) const {
  Node node = parent();
  while (node && node.kind() != kind) node = node.parent();
  return node;
}

bool Node::is_async() const {
  if (!*this) return false;
  const NodeId id = syntax_->nodes_[id_].first;
  return id != no_node && syntax_->nodes_[id].kind == Kind::async_token;
}

}  // namespace procsafe::python
