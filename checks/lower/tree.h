// A thin C++ face of tree-sitter: owned trees, value nodes.
#pragma once

#include <tree_sitter/api.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "facts/file_facts.h"
#include "source/source_file.h"

namespace procsafe {

/// A node of a tree; a value of four words, valid while its Tree lives. A null node answers every question
/// with "nothing", so that chains of look-ups need no checks.
class Node {
 public:
  Node() = default;
  explicit Node(TSNode node) : node_(node) {}

  explicit operator bool() const { return node_.id != nullptr && !ts_node_is_null(node_); }
  [[nodiscard]] TSSymbol symbol() const { return *this ? ts_node_symbol(node_) : TSSymbol(0); }
  [[nodiscard]] std::string_view type() const {
    return *this ? std::string_view(ts_node_type(node_)) : std::string_view{};
  }
  [[nodiscard]] bool is(std::string_view type_name) const { return type() == type_name; }
  [[nodiscard]] bool named() const { return *this && ts_node_is_named(node_); }
  [[nodiscard]] bool missing() const { return *this && ts_node_is_missing(node_); }
  [[nodiscard]] bool has_error() const { return *this && ts_node_has_error(node_); }
  [[nodiscard]] SourceRange range() const {
    if (!*this) return {};
    return {ts_node_start_byte(node_), ts_node_end_byte(node_)};
  }

  [[nodiscard]] Node parent() const { return *this ? Node(ts_node_parent(node_)) : Node(); }
  [[nodiscard]] std::uint32_t child_count() const { return *this ? ts_node_child_count(node_) : 0; }
  [[nodiscard]] Node child(std::uint32_t index) const { return *this ? Node(ts_node_child(node_, index)) : Node(); }
  [[nodiscard]] std::uint32_t named_child_count() const { return *this ? ts_node_named_child_count(node_) : 0; }
  [[nodiscard]] Node named_child(std::uint32_t index) const {
    return *this ? Node(ts_node_named_child(node_, index)) : Node();
  }
  [[nodiscard]] Node field(std::string_view name) const {
    return *this ? Node(ts_node_child_by_field_name(node_, name.data(), static_cast<std::uint32_t>(name.size())))
                 : Node();
  }
  [[nodiscard]] Node next_sibling() const { return *this ? Node(ts_node_next_sibling(node_)) : Node(); }
  [[nodiscard]] Node next_named_sibling() const { return *this ? Node(ts_node_next_named_sibling(node_)) : Node(); }
  [[nodiscard]] Node previous_named_sibling() const { return *this ? Node(ts_node_prev_named_sibling(node_)) : Node(); }
  /// All named children, comments and other extras left out. Linear in the children, unlike repeated
  /// calls of named_child.
  [[nodiscard]] std::vector<Node> children() const;
  /// All children, anonymous ones (keywords, operators) too.
  [[nodiscard]] std::vector<Node> all_children() const;
  [[nodiscard]] const void* id() const { return node_.id; }
  [[nodiscard]] TSNode raw() const { return node_; }
  friend bool operator==(const Node& a, const Node& b) { return ts_node_eq(a.node_, b.node_); }

 private:
  TSNode node_{};
};

/// A parsed text. Keeps a view of the text: the text must outlive it.
class Tree {
 public:
  /// Parses with a limit on the work, so that no input makes the linter hang: false-like when the limit was
  /// hit (`limit_hit`), in which case there is no tree.
  Tree(const TSLanguage* language, std::string_view text);

  explicit operator bool() const { return tree_ != nullptr; }
  [[nodiscard]] Node root() const { return tree_ ? Node(ts_tree_root_node(tree_.get())) : Node(); }
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::string_view text(Node node) const {
    const SourceRange range = node.range();
    return text_.substr(range.begin, range.end - range.begin);
  }
  /// The smallest ranges that the grammar could not read (ERROR and MISSING nodes), at most `most`.
  [[nodiscard]] std::vector<SourceRange> errors(std::size_t most = 8) const;

 private:
  struct Delete {
    void operator()(TSTree* tree) const { ts_tree_delete(tree); }
  };
  std::unique_ptr<TSTree, Delete> tree_;
  std::string_view text_;
};

/// Calls `visit(Node)` for `root` and all below it in document order; when it returns false the children of
/// that node are left out. Uses a cursor: no recursion, so deep nesting cannot exhaust the stack.
template <class Visit>
void walk(Node root, Visit visit) {
  if (!root) return;
  TSTreeCursor cursor = ts_tree_cursor_new(root.raw());
  bool descend = visit(Node(ts_tree_cursor_current_node(&cursor)));
  for (std::size_t depth = 0;;) {
    if (descend && ts_tree_cursor_goto_first_child(&cursor)) {
      ++depth;
    } else {
      while (depth > 0 && !ts_tree_cursor_goto_next_sibling(&cursor)) {
        ts_tree_cursor_goto_parent(&cursor);
        --depth;
      }
      if (depth == 0) break;
    }
    descend = visit(Node(ts_tree_cursor_current_node(&cursor)));
  }
  ts_tree_cursor_delete(&cursor);
}

/// The directive in a comment, if it holds one: the word `procsafe:` followed by `allow`.
void add_directive(const SourceFile& file, SourceRange comment, FileFacts& facts);

/// Says which parts of the file the grammar could not read, as one notice of level error (X4).
void add_syntax_notice(const SourceFile& file, const Tree& tree, FileFacts& facts);

}  // namespace procsafe
