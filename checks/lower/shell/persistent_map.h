// A map from names to values that shares what its copies have in common.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace procsafe::shell {

/// A hash trie whose nodes never change once they are built. Copies cost a pointer, an assignment the path to its
/// leaf, and a join looks only at what differs: an analysis that copies its state at every branch stays linear.
template <class V>
class PersistentMap {
 public:
  /// Null when the name is not there. Valid until the map is assigned to.
  [[nodiscard]] const V* find(std::string_view name) const {
    const std::uint64_t hash = hash_of(name);
    const Node* node = root_.get();
    for (unsigned shift = 0; node != nullptr; shift += kBits) {
      if (node->children == nullptr) return node->name == name ? &node->value : nullptr;
      node = (*node->children)[slot(hash, shift)].get();
    }
    return nullptr;
  }
  [[nodiscard]] bool contains(std::string_view name) const { return find(name) != nullptr; }

  void insert_or_assign(std::string name, V value) {
    auto leaf = std::make_shared<Node>();
    leaf->hash = hash_of(name);
    leaf->name = std::move(name);
    leaf->value = std::move(value);
    root_ = with(root_, std::move(leaf), 0);
  }

  /// Calls `visit(name, value)` for every entry, in no order that means anything.
  template <class Visit>
  void for_each(Visit visit) const {
    if (root_ != nullptr) visit_all(*root_, visit);
  }

  /// Takes in what the other map holds. Where the two differ, an entry of both becomes `both(mine, other's)` and
  /// one that only one of them has `alone(value)`.
  template <class Both, class Alone>
  void join(const PersistentMap& other, Both both, Alone alone) {
    root_ = joined(root_, other.root_, 0, both, alone);
  }

 private:
  struct Node;
  using Link = std::shared_ptr<const Node>;
  static constexpr unsigned kBits = 4;
  static constexpr std::size_t kFan = 1U << kBits;
  static constexpr unsigned kHashBits = 64;
  using Children = std::array<Link, kFan>;

  struct Node {
    std::uint64_t hash = 0;
    std::string name;
    V value;
    std::unique_ptr<Children> children;  ///< of a branch; null in a leaf
  };

  /// Of names whose hashes agree in all 64 bits one replaces the other: knowledge lost, nothing wrong.
  static std::uint64_t hash_of(std::string_view name) { return std::hash<std::string_view>{}(name); }
  static std::size_t slot(std::uint64_t hash, unsigned shift) { return (hash >> shift) & (kFan - 1); }

  static std::shared_ptr<Node> branch() {
    auto node = std::make_shared<Node>();
    node->children = std::make_unique<Children>();
    return node;
  }

  static std::shared_ptr<Node> copy_of(const Node& node) {
    auto copy = std::make_shared<Node>();
    copy->children = std::make_unique<Children>(*node.children);
    return copy;
  }

  static Link with(const Link& node, Link leaf, unsigned shift) {
    if (node == nullptr || shift >= kHashBits) return leaf;
    if (node->children == nullptr && node->name == leaf->name) return leaf;
    std::shared_ptr<Node> grown = node->children != nullptr ? copy_of(*node) : branch();
    if (node->children == nullptr) (*grown->children)[slot(node->hash, shift)] = node;
    Link& child = (*grown->children)[slot(leaf->hash, shift)];
    child = with(child, std::move(leaf), shift + kBits);
    return grown;
  }

  template <class Visit>
  static void visit_all(const Node& node, Visit& visit) {
    if (node.children == nullptr) {
      visit(node.name, node.value);
      return;
    }
    for (const Link& child : *node.children) {
      if (child != nullptr) visit_all(*child, visit);
    }
  }

  static Link replaced(const Link& leaf, V value) {
    if (value == leaf->value) return leaf;
    auto changed = std::make_shared<Node>();
    changed->hash = leaf->hash;
    changed->name = leaf->name;
    changed->value = std::move(value);
    return changed;
  }

  template <class Alone>
  static Link left_alone(const Link& node, Alone& alone) {
    if (node == nullptr) return node;
    if (node->children == nullptr) return replaced(node, alone(node->value));
    std::shared_ptr<Node> changed;
    for (std::size_t i = 0; i < kFan; ++i) {
      const Link& child = (*node->children)[i];
      Link weakened = left_alone(child, alone);
      if (weakened == child) continue;
      if (changed == nullptr) changed = copy_of(*node);
      (*changed->children)[i] = std::move(weakened);
    }
    return changed == nullptr ? node : changed;
  }

  static const Link& child_of(const Link& node, std::size_t index, unsigned shift) {
    static const Link nothing;
    if (node->children != nullptr) return (*node->children)[index];
    return slot(node->hash, shift) == index ? node : nothing;
  }

  template <class Both, class Alone>
  static Link joined(const Link& mine, const Link& other, unsigned shift, Both& both, Alone& alone) {
    if (mine == other) return mine;
    if (mine == nullptr) return left_alone(other, alone);
    if (other == nullptr) return left_alone(mine, alone);
    const bool leaves = mine->children == nullptr && other->children == nullptr;
    if (leaves && (mine->name == other->name || shift >= kHashBits))
      return replaced(mine, both(mine->value, other->value));
    std::shared_ptr<Node> grown = mine->children != nullptr ? copy_of(*mine) : branch();
    for (std::size_t i = 0; i < kFan; ++i)
      (*grown->children)[i] = joined(child_of(mine, i, shift), child_of(other, i, shift), shift + kBits, both, alone);
    return grown;
  }

  Link root_;
};

}  // namespace procsafe::shell
