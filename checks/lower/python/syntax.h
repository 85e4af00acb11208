// A compact syntax tree of one Python file: what tree-sitter read, in a form that is cheap to walk.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "facts/source_range.h"
#include "lower/tree.h"

namespace procsafe::python {

/// The nodes of tree-sitter-python that the analysis tells apart, by their names in the grammar (an
/// underscore is added to names that C++ reserves).
enum class Kind : std::uint8_t {
  other,
  error,
  token,        ///< an operator in a field
  async_token,  ///< the keyword `async` of a definition or statement
  aliased_import,
  argument_list,
  as_pattern,
  as_pattern_target,
  assert_statement,
  assignment,
  attribute,
  augmented_assignment,
  await,
  binary_operator,
  block,
  boolean_operator,
  break_statement,
  call,
  case_clause,
  case_pattern,
  class_definition,
  comparison_operator,
  concatenated_string,
  conditional_expression,
  continue_statement,
  decorated_definition,
  decorator,
  default_parameter,
  delete_statement,
  dictionary,
  dictionary_comprehension,
  dictionary_splat,
  dictionary_splat_pattern,
  dotted_name,
  elif_clause,
  else_clause,
  escape_interpolation,
  escape_sequence,
  except_clause,
  exec_statement,
  expression_list,
  expression_statement,
  false_,
  finally_clause,
  float_,
  for_in_clause,
  for_statement,
  format_specifier,
  function_definition,
  future_import_statement,
  generator_expression,
  generic_type,
  global_statement,
  identifier,
  if_clause,
  if_statement,
  import_from_statement,
  import_prefix,
  import_statement,
  integer,
  interpolation,
  keyword_argument,
  keyword_separator,
  lambda,
  lambda_parameters,
  list,
  list_comprehension,
  list_pattern,
  list_splat,
  list_splat_pattern,
  match_statement,
  module,
  named_expression,
  none,
  nonlocal_statement,
  not_operator,
  pair,
  parameters,
  parenthesized_expression,
  pass_statement,
  pattern_list,
  print_statement,
  raise_statement,
  relative_import,
  return_statement,
  set,
  set_comprehension,
  slice,
  splat_pattern,
  string,
  string_content,
  string_start,
  subscript,
  true_,
  try_statement,
  tuple,
  tuple_pattern,
  type,
  type_alias_statement,
  typed_default_parameter,
  typed_parameter,
  unary_operator,
  union_type,
  while_statement,
  wildcard_import,
  with_clause,
  with_item,
  with_statement,
  yield,
  count_,
};

/// The part a node plays in its parent.
enum class Field : std::uint8_t {
  none,
  alias,
  alternative,
  argument,
  arguments,
  attribute,
  body,
  cause,
  code,
  condition,
  consequence,
  definition,
  expression,
  function,
  guard,
  key,
  left,
  module_name,
  name,
  object,
  operator_,
  operators,
  parameters,
  return_type,
  right,
  subject,
  subscript,
  superclasses,
  type,
  value,
  count_,
};

using NodeId = std::uint32_t;
inline constexpr NodeId no_node = 0xffffffff;

class Syntax;

/// A node of a Syntax; valid while it lives. A null node answers every question with "nothing".
class Node {
 public:
  Node() = default;
  Node(const Syntax* syntax, NodeId id) : syntax_(syntax), id_(id) {}

  explicit operator bool() const { return id_ != no_node; }
  [[nodiscard]] NodeId id() const { return id_; }
  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool is(Kind kind) const { return *this && this->kind() == kind; }
  [[nodiscard]] Field role() const;  ///< its field in its parent
  [[nodiscard]] SourceRange range() const;
  [[nodiscard]] std::string_view text() const;
  [[nodiscard]] Node parent() const;
  [[nodiscard]] Node field(Field field) const;
  /// The first child that is no token, and the next sibling that is none.
  [[nodiscard]] Node first() const;
  [[nodiscard]] Node next() const;
  [[nodiscard]] Node child(Kind kind) const;  ///< the first child of that kind
  /// Is `other` this node, or below it?
  [[nodiscard]] bool contains(Node other) const;
  /// The nearest node above of that kind.
  [[nodiscard]] Node above(Kind kind) const;
  [[nodiscard]] bool is_async() const;

  class Iterator;
  [[nodiscard]] Iterator begin() const;
  [[nodiscard]] Iterator end() const;

  friend bool operator==(const Node& a, const Node& b) { return a.id_ == b.id_; }
  friend auto operator<=>(const Node& a, const Node& b) { return a.id_ <=> b.id_; }

 private:
  const Syntax* syntax_ = nullptr;
  NodeId id_ = no_node;
};

/// Iterates the children that are no tokens.
class Node::Iterator {
 public:
  explicit Iterator(Node node) : node_(node) {}
  Node operator*() const { return node_; }
  Iterator& operator++() {
    node_ = node_.next();
    return *this;
  }
  bool operator!=(const Iterator& other) const { return node_.id() != other.node_.id(); }

 private:
  Node node_;
};

inline Node::Iterator Node::begin() const { return Iterator(first()); }
inline Node::Iterator Node::end() const { return Iterator(Node(syntax_, no_node)); }

/// The tree as an array in document order: the nodes below node i are those from i + 1 up to last(i).
/// Comments and other extras are left out.
class Syntax {
 public:
  explicit Syntax(const Tree& tree);

  [[nodiscard]] Node root() const { return {this, nodes_.empty() ? no_node : 0}; }
  [[nodiscard]] Node node(NodeId id) const { return {this, id}; }
  [[nodiscard]] NodeId size() const { return static_cast<NodeId>(nodes_.size()); }
  [[nodiscard]] const std::vector<SourceRange>& comments() const { return comments_; }

 private:
  friend class Node;
  struct Item {
    Kind kind = Kind::other;
    Field role = Field::none;
    Offset begin = 0;
    Offset end = 0;
    NodeId parent = no_node;
    NodeId first = no_node;
    NodeId next = no_node;
    NodeId last = no_node;  ///< the last node below
  };
  NodeId add(const TSTreeCursor& cursor, const procsafe::Node& node, Kind kind, NodeId parent);
  void repair();
  void repair_splat(NodeId splat);
  void repair_type_alias(NodeId statement);

  std::string_view text_;
  std::vector<Item> nodes_;
  std::vector<NodeId> youngest_;  // the latest child of every node, while reading
  std::vector<SourceRange> comments_;
};

}  // namespace procsafe::python
