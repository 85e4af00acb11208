// What tree-sitter-python 0.25 reads otherwise than Python does, put right before anybody sees it. The differential
// test compares the calls of the whole library with CPython's.
#include <vector>

#include "lower/python/syntax.h"

namespace procsafe::python {
namespace {

/// Does an expression of this kind begin with its first part?
bool begins_with_part(Kind kind) {
  return kind == Kind::call || kind == Kind::attribute || kind == Kind::subscript || kind == Kind::binary_operator;
}

}  // namespace

void Syntax::repair() {
  for (NodeId id = 0; id < size(); ++id) {
    if (nodes_[id].kind == Kind::list_splat) repair_splat(id);
    if (nodes_[id].kind == Kind::type_alias_statement) repair_type_alias(id);
  }
}

/// `*f(x).y` outside of arguments is read as `(*f)(x).y`: the star moves to the top of what it stands before. In
/// document order the nodes of that chain and the star stand in a row, so each takes the place of the one behind it.
void Syntax::repair_splat(NodeId splat) {
  NodeId top = splat;
  while (top > 0 && nodes_[top].parent == top - 1 && begins_with_part(nodes_[top - 1].kind) &&
         nodes_[top - 1].begin == nodes_[splat].begin)
    --top;
  if (top == splat || nodes_[splat].first != splat + 1) return;
  const std::vector<Item> old(nodes_.begin() + top, nodes_.begin() + splat + 1);
  const Item& star = old.back();
  const Offset begin = nodes_[star.first].begin;
  const auto moved = static_cast<NodeId>(old.size() - 1);
  for (NodeId id = nodes_[splat].last + 1; id <= old.front().last; ++id) {
    if (nodes_[id].parent >= top && nodes_[id].parent < splat) ++nodes_[id].parent;
  }
  nodes_[top].kind = Kind::list_splat;
  nodes_[top].first = top + 1;
  for (NodeId i = 0; i < moved; ++i) {
    Item& item = nodes_[top + i + 1];
    item = old[i];
    item.begin = begin;
    item.parent = top + i;
    item.first = top + i + 2;
    if (i == 0) {
      item.role = Field::none;
      item.next = no_node;
    }
  }
  Item& inner = nodes_[star.first];
  inner.role = star.role;
  inner.next = star.next;
}

/// `type(x).y = z` is read as an alias of a type: it is an assignment, to an attribute of what `x` is.
void Syntax::repair_type_alias(NodeId statement) {
  const Node target = node(statement).field(Field::left);
  const Node place = target.first();
  if (!place.is(Kind::attribute) && !place.is(Kind::subscript)) return;
  nodes_[statement].kind = Kind::assignment;
  for (const Node part : node(statement)) {
    if (part.is(Kind::type)) nodes_[part.id()].kind = Kind::parenthesized_expression;
  }
}

}  // namespace procsafe::python
