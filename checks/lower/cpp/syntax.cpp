#include "lower/cpp/syntax.h"

#include <array>
#include <map>
#include <mutex>
#include <utility>

#include "lower/tree.h"

namespace procsafe::cpp {
namespace {

constexpr std::array kKinds = std::to_array<std::pair<std::string_view, Kind>>({
    {"ERROR", Kind::error},
    {"translation_unit", Kind::translation_unit},
    {"preproc_if", Kind::preprocessor},
    {"preproc_ifdef", Kind::preprocessor},
    {"preproc_else", Kind::preprocessor},
    {"preproc_elif", Kind::preprocessor},
    {"preproc_elifdef", Kind::preprocessor},
    {"preproc_def", Kind::directive},
    {"preproc_function_def", Kind::directive},
    {"preproc_call", Kind::directive},
    {"preproc_include", Kind::directive},
    {"namespace_definition", Kind::namespace_definition},
    {"namespace_alias_definition", Kind::namespace_alias},
    {"linkage_specification", Kind::linkage_specification},
    {"class_specifier", Kind::class_specifier},
    {"struct_specifier", Kind::class_specifier},
    {"union_specifier", Kind::class_specifier},
    {"enum_specifier", Kind::enum_specifier},
    {"enumerator", Kind::enumerator},
    {"field_declaration_list", Kind::field_list},
    {"base_class_clause", Kind::base_clause},
    {"template_declaration", Kind::template_declaration},
    {"function_definition", Kind::function_definition},
    {"declaration", Kind::declaration},
    {"field_declaration", Kind::field_declaration},
    {"parameter_declaration", Kind::parameter_declaration},
    {"optional_parameter_declaration", Kind::parameter_declaration},
    {"variadic_parameter_declaration", Kind::parameter_declaration},
    {"parameter_list", Kind::parameter_list},
    {"type_definition", Kind::type_definition},
    {"alias_declaration", Kind::alias_declaration},
    {"using_declaration", Kind::using_declaration},
    {"type_descriptor", Kind::type_descriptor},
    {"init_declarator", Kind::init_declarator},
    {"function_declarator", Kind::function_declarator},
    {"pointer_declarator", Kind::pointer_declarator},
    {"reference_declarator", Kind::reference_declarator},
    {"array_declarator", Kind::array_declarator},
    {"parenthesized_declarator", Kind::parenthesized_declarator},
    {"abstract_array_declarator", Kind::abstract_declarator},
    {"abstract_function_declarator", Kind::abstract_declarator},
    {"abstract_parenthesized_declarator", Kind::abstract_declarator},
    {"abstract_pointer_declarator", Kind::abstract_declarator},
    {"abstract_reference_declarator", Kind::abstract_declarator},
    {"structured_binding_declarator", Kind::structured_binding},
    {"storage_class_specifier", Kind::storage_class},
    {"type_qualifier", Kind::type_qualifier},
    {"field_initializer", Kind::field_initializer},
    {"compound_statement", Kind::compound_statement},
    {"expression_statement", Kind::expression_statement},
    {"if_statement", Kind::if_statement},
    {"else_clause", Kind::else_clause},
    {"switch_statement", Kind::switch_statement},
    {"case_statement", Kind::case_statement},
    {"while_statement", Kind::while_statement},
    {"do_statement", Kind::do_statement},
    {"for_statement", Kind::for_statement},
    {"for_range_loop", Kind::for_range_loop},
    {"return_statement", Kind::return_statement},
    {"co_return_statement", Kind::return_statement},
    {"break_statement", Kind::break_statement},
    {"continue_statement", Kind::continue_statement},
    {"goto_statement", Kind::goto_statement},
    {"labeled_statement", Kind::labeled_statement},
    {"throw_statement", Kind::throw_statement},
    {"try_statement", Kind::try_statement},
    {"catch_clause", Kind::catch_clause},
    {"condition_clause", Kind::condition_clause},
    {"init_statement", Kind::init_statement},
    {"lambda_expression", Kind::lambda},
    {"lambda_capture_specifier", Kind::lambda_capture},
    {"call_expression", Kind::call},
    {"argument_list", Kind::argument_list},
    {"new_expression", Kind::new_expression},
    {"delete_expression", Kind::delete_expression},
    {"field_expression", Kind::field_expression},
    {"subscript_expression", Kind::subscript},
    {"assignment_expression", Kind::assignment},
    {"binary_expression", Kind::binary},
    {"unary_expression", Kind::unary},
    {"update_expression", Kind::update},
    {"pointer_expression", Kind::pointer_expression},
    {"conditional_expression", Kind::conditional},
    {"comma_expression", Kind::comma},
    {"cast_expression", Kind::cast},
    {"parenthesized_expression", Kind::parenthesized},
    {"compound_literal_expression", Kind::compound_literal},
    {"initializer_list", Kind::initializer_list},
    {"initializer_pair", Kind::initializer_pair},
    {"sizeof_expression", Kind::sizeof_expression},
    {"identifier", Kind::identifier},
    {"field_identifier", Kind::field_identifier},
    {"type_identifier", Kind::type_identifier},
    {"namespace_identifier", Kind::namespace_identifier},
    {"qualified_identifier", Kind::qualified_identifier},
    {"nested_namespace_specifier", Kind::nested_namespace},
    {"template_function", Kind::template_function},
    {"template_method", Kind::template_function},
    {"template_type", Kind::template_type},
    {"template_argument_list", Kind::template_arguments},
    {"destructor_name", Kind::destructor_name},
    {"operator_name", Kind::operator_name},
    {"primitive_type", Kind::primitive_type},
    {"sized_type_specifier", Kind::primitive_type},
    {"placeholder_type_specifier", Kind::auto_type},
    {"this", Kind::this_object},
    {"number_literal", Kind::number},
    {"string_literal", Kind::string},
    {"raw_string_literal", Kind::raw_string},
    {"concatenated_string", Kind::concatenated_string},
    {"char_literal", Kind::character},
    {"user_defined_literal", Kind::user_literal},
    {"null", Kind::null},
    {"true", Kind::true_value},
    {"false", Kind::false_value},
});

constexpr std::array kRoles = std::to_array<std::pair<std::string_view, Role>>({
    {"alternative", Role::alternative},
    {"argument", Role::argument},
    {"arguments", Role::arguments},
    {"body", Role::body},
    {"condition", Role::condition},
    {"consequence", Role::consequence},
    {"declarator", Role::declarator},
    {"default_value", Role::default_value},
    {"designator", Role::designator},
    {"field", Role::field},
    {"function", Role::function},
    {"indices", Role::index},
    {"index", Role::index},
    {"initializer", Role::initializer},
    {"left", Role::left},
    {"name", Role::name},
    {"operator", Role::operator_},
    {"parameters", Role::parameters},
    {"right", Role::right},
    {"scope", Role::scope},
    {"type", Role::type},
    {"update", Role::update},
    {"value", Role::value},
});

/// A grammar's symbol and field numbers, translated once.
struct Vocabulary {
  std::vector<Kind> kinds;
  std::vector<Role> roles;
  TSSymbol comment = 0;

  explicit Vocabulary(const TSLanguage* language) {
    const std::map<std::string_view, Kind> by_name(kKinds.begin(), kKinds.end());
    kinds.resize(ts_language_symbol_count(language), Kind::other);
    for (TSSymbol symbol = 0; symbol < kinds.size(); ++symbol) {
      const std::string_view name = ts_language_symbol_name(language, symbol);
      if (ts_language_symbol_type(language, symbol) == TSSymbolTypeAnonymous) {
        kinds[symbol] = Kind::token;
        continue;
      }
      if (const auto found = by_name.find(name); found != by_name.end()) kinds[symbol] = found->second;
      if (name == "comment") comment = symbol;
    }
    const std::map<std::string_view, Role> role_by_name(kRoles.begin(), kRoles.end());
    roles.resize(ts_language_field_count(language) + 1, Role::none);
    for (TSFieldId field = 1; field < roles.size(); ++field) {
      const auto found = role_by_name.find(ts_language_field_name_for_id(language, field));
      if (found != role_by_name.end()) roles[field] = found->second;
    }
  }

  [[nodiscard]] Kind kind(TSSymbol symbol) const { return symbol < kinds.size() ? kinds[symbol] : Kind::error; }
};

const Vocabulary& vocabulary(const TSLanguage* language) {
  static std::mutex mutex;
  static std::map<const TSLanguage*, Vocabulary> known;
  const std::lock_guard lock(mutex);
  return known.try_emplace(language, language).first->second;
}

}  // namespace

SyntaxTree::SyntaxTree(const TSLanguage* language, std::string_view text) : text_(text) {
  const Tree tree(language, text);
  if (!tree) return;
  const Vocabulary& words = vocabulary(language);
  nodes_.reserve(text.size() / 5 + 16);
  TSTreeCursor cursor = ts_tree_cursor_new(tree.root().raw());
  std::vector<NodeId> open;  // ancestors of the cursor that are in the array
  bool more = true;
  while (more) {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    const SourceRange range{ts_node_start_byte(node), ts_node_end_byte(node)};
    const TSSymbol symbol = ts_node_symbol(node);
    const Role role = words.roles[ts_tree_cursor_current_field_id(&cursor)];
    const Kind kind = words.kind(symbol);
    const bool keep = ts_node_is_named(node) ? symbol != words.comment || words.comment == 0 : role == Role::operator_;
    if (!keep && ts_node_is_named(node)) comments_.push_back(range);
    if (ts_node_is_missing(node) || kind == Kind::error) {
      if (errors_.empty() || errors_.back().end <= range.begin) errors_.push_back(range);
    }
    if (keep) {
      const NodeId id = static_cast<NodeId>(nodes_.size());
      nodes_.push_back({kind, role, range.begin, range.end, open.empty() ? 0 : open.back(), id + 1});
    }
    if (keep && ts_tree_cursor_goto_first_child(&cursor)) {
      open.push_back(static_cast<NodeId>(nodes_.size() - 1));
      continue;
    }
    while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
      if (!ts_tree_cursor_goto_parent(&cursor)) {
        more = false;
        break;
      }
      nodes_[open.back()].end = static_cast<NodeId>(nodes_.size());
      open.pop_back();
    }
  }
  ts_tree_cursor_delete(&cursor);
}

std::size_t SyntaxTree::error_bytes() const {
  std::size_t bytes = 0;
  for (const SourceRange& range : errors_) bytes += range.end - range.begin;
  return bytes;
}

Kind Syntax::kind() const { return tree_ ? tree_->nodes_[id_].kind : Kind::other; }
Role Syntax::role() const { return tree_ ? tree_->nodes_[id_].role : Role::none; }
NodeId Syntax::end() const { return tree_ ? tree_->nodes_[id_].end : 0; }

SourceRange Syntax::range() const {
  return tree_ ? SourceRange{tree_->nodes_[id_].begin, tree_->nodes_[id_].finish} : SourceRange{};
}

std::string_view Syntax::text() const {
  const SourceRange place = range();
  return tree_ ? tree_->text_.substr(place.begin, place.end - place.begin) : std::string_view{};
}

Syntax Syntax::parent() const { return tree_ && id_ != 0 ? Syntax(tree_, tree_->nodes_[id_].parent) : Syntax(); }

Syntax Syntax::first() const {
  if (!tree_ || id_ + 1 >= end()) return {};
  const Syntax child(tree_, id_ + 1);
  return child.is(Kind::token) ? child.next() : child;
}

Syntax Syntax::next() const {
  if (!tree_ || id_ == 0) return {};
  const NodeId last = parent().end();
  Syntax sibling(tree_, end());
  while (sibling.id_ < last && sibling.is(Kind::token)) sibling.id_ = sibling.end();
  return sibling.id_ < last ? sibling : Syntax();
}

Syntax Syntax::field(Role role) const {
  if (!tree_) return {};
  for (NodeId at = id_ + 1; at < end(); at = tree_->nodes_[at].end) {
    if (tree_->nodes_[at].role == role) return {tree_, at};
  }
  return {};
}

Syntax Syntax::child(Kind kind) const {
  if (!tree_) return {};
  for (NodeId at = id_ + 1; at < end(); at = tree_->nodes_[at].end) {
    if (tree_->nodes_[at].kind == kind) return {tree_, at};
  }
  return {};
}

std::vector<Syntax> Syntax::children() const {
  std::vector<Syntax> nodes;
  for (Syntax child = first(); child; child = child.next()) nodes.push_back(child);
  return nodes;
}

Syntax Syntax::enclosing(Kind kind) const {
  Syntax node = parent();
  while (node && !node.is(kind)) node = node.parent();
  return node;
}

}  // namespace procsafe::cpp
