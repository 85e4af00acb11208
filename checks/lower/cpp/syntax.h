// The syntax of one file of C or C++ as a flat tree: what the rest of this folder reads.
//
// tree-sitter's own nodes are walked once, by cursor, into an array in document order: the descendants of a
// node are the entries behind it, parents and fields cost nothing, and no question recurses.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "facts/source_range.h"

struct TSLanguage;

namespace procsafe::cpp {

/// What a node is; the grammars' names. Nodes nobody asks about are `other`.
enum class Kind : std::uint8_t {
  other,
  error,
  translation_unit,
  preprocessor,  // #if, #ifdef, #else … with the code they hold
  directive,     // #define, #include, #pragma
  namespace_definition,
  namespace_alias,
  linkage_specification,
  class_specifier,  // class, struct, union
  enum_specifier,
  enumerator,
  field_list,
  base_clause,
  template_declaration,
  function_definition,
  declaration,
  field_declaration,
  parameter_declaration,
  parameter_list,
  type_definition,
  alias_declaration,
  using_declaration,
  type_descriptor,
  init_declarator,
  function_declarator,
  pointer_declarator,
  reference_declarator,
  array_declarator,
  parenthesized_declarator,
  abstract_declarator,
  structured_binding,
  storage_class,
  type_qualifier,
  field_initializer,
  compound_statement,
  expression_statement,
  if_statement,
  else_clause,
  switch_statement,
  case_statement,
  while_statement,
  do_statement,
  for_statement,
  for_range_loop,
  return_statement,
  break_statement,
  continue_statement,
  goto_statement,
  labeled_statement,
  throw_statement,
  try_statement,
  catch_clause,
  condition_clause,
  init_statement,
  lambda,
  lambda_capture,
  call,
  argument_list,
  new_expression,
  delete_expression,
  field_expression,
  subscript,
  assignment,
  binary,
  unary,
  update,
  pointer_expression,  // *x, &x
  conditional,
  comma,
  cast,
  parenthesized,
  compound_literal,
  initializer_list,
  initializer_pair,
  sizeof_expression,
  identifier,
  field_identifier,
  type_identifier,
  namespace_identifier,
  qualified_identifier,
  nested_namespace,
  template_function,
  template_type,
  template_arguments,
  destructor_name,
  operator_name,
  primitive_type,
  auto_type,
  this_object,
  number,
  string,
  raw_string,
  concatenated_string,
  character,
  user_literal,
  null,
  true_value,
  false_value,
  token,  // an operator
};

/// The part a node plays in its parent.
enum class Role : std::uint8_t {
  none,
  alternative,
  argument,
  arguments,
  body,
  condition,
  consequence,
  declarator,
  default_value,
  designator,
  field,
  function,
  index,
  initializer,
  left,
  name,
  operator_,
  parameters,
  right,
  scope,
  type,
  update,
  value,
};

using NodeId = std::uint32_t;
class SyntaxTree;

/// One node: a small value, valid while its tree lives. A null node answers every question with "nothing".
class Syntax {
 public:
  Syntax() = default;
  Syntax(const SyntaxTree* tree, NodeId id) : tree_(tree), id_(id) {}

  explicit operator bool() const { return tree_ != nullptr; }
  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool is(Kind kind) const { return tree_ != nullptr && this->kind() == kind; }
  [[nodiscard]] Role role() const;
  [[nodiscard]] SourceRange range() const;
  [[nodiscard]] std::string_view text() const;
  [[nodiscard]] Syntax parent() const;
  /// The first named child, the next named sibling; operators and comments are left out.
  [[nodiscard]] Syntax first() const;
  [[nodiscard]] Syntax next() const;
  /// The first child that plays `role`.
  [[nodiscard]] Syntax field(Role role) const;
  /// The first child of that kind.
  [[nodiscard]] Syntax child(Kind kind) const;
  [[nodiscard]] std::vector<Syntax> children() const;
  /// All descendants and the node itself are [id, end).
  [[nodiscard]] NodeId id() const { return id_; }
  [[nodiscard]] NodeId end() const;
  [[nodiscard]] bool contains(Syntax other) const { return tree_ && other && id_ <= other.id_ && other.id_ < end(); }
  /// The nearest ancestor of that kind, or null.
  [[nodiscard]] Syntax enclosing(Kind kind) const;
  [[nodiscard]] const SyntaxTree* tree() const { return tree_; }
  friend bool operator==(Syntax a, Syntax b) { return a.tree_ == b.tree_ && a.id_ == b.id_; }

 private:
  const SyntaxTree* tree_ = nullptr;
  NodeId id_ = 0;
};

class SyntaxTree {
 public:
  /// Parses `text`, which must outlive the tree. Without success (time limit) the tree is empty.
  SyntaxTree(const TSLanguage* language, std::string_view text);

  [[nodiscard]] bool empty() const { return nodes_.empty(); }
  [[nodiscard]] Syntax root() const { return nodes_.empty() ? Syntax() : Syntax(this, 0); }
  [[nodiscard]] Syntax at(NodeId id) const { return {this, id}; }
  [[nodiscard]] NodeId size() const { return static_cast<NodeId>(nodes_.size()); }
  [[nodiscard]] std::string_view text() const { return text_; }
  /// Comments in document order; they are no nodes of the tree.
  [[nodiscard]] const std::vector<SourceRange>& comments() const { return comments_; }
  /// The outermost parts the grammar could not read, and how many bytes they hold.
  [[nodiscard]] const std::vector<SourceRange>& errors() const { return errors_; }
  [[nodiscard]] std::size_t error_bytes() const;

 private:
  friend class Syntax;
  struct Entry {
    Kind kind = Kind::other;
    Role role = Role::none;
    Offset begin = 0;
    Offset finish = 0;
    NodeId parent = 0;
    NodeId end = 0;
  };
  std::string_view text_;
  std::vector<Entry> nodes_;
  std::vector<SourceRange> comments_;
  std::vector<SourceRange> errors_;
};

}  // namespace procsafe::cpp
