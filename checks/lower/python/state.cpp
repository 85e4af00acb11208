#include "lower/python/state.h"

#include <algorithm>

namespace procsafe::python {
namespace {

template <class Pairs, class Key>
auto lower_bound_of(Pairs& pairs, Key key) {
  return std::lower_bound(pairs.begin(), pairs.end(), key, [](const auto& pair, Key wanted) {
    if constexpr (std::is_same_v<Key, Ref>) {
      return pair.first->serial < wanted->serial;
    } else {
      return pair.first < wanted;
    }
  });
}

}  // namespace

Ref State::find(Symbol symbol) const {
  const auto at = lower_bound_of(bindings_, symbol);
  return at != bindings_.end() && at->first == symbol ? at->second : nullptr;
}

void State::bind(Symbol symbol, Ref value) {
  const auto at = lower_bound_of(bindings_, symbol);
  if (at != bindings_.end() && at->first == symbol) {
    at->second = value;
  } else {
    bindings_.insert(at, {symbol, value});
  }
}

void State::unbind(Symbol symbol) {
  const auto at = lower_bound_of(bindings_, symbol);
  if (at != bindings_.end() && at->first == symbol) bindings_.erase(at);
}

std::uint16_t State::marks(Ref root) const {
  const auto at = lower_bound_of(marks_, root);
  return at != marks_.end() && at->first == root ? at->second : 0;
}

void State::mark(Ref root, std::uint16_t marks) {
  set_marks(root, static_cast<std::uint16_t>(this->marks(root) | marks));
}

void State::set_marks(Ref root, std::uint16_t marks) {
  const auto at = lower_bound_of(marks_, root);
  if (at != marks_.end() && at->first == root) {
    at->second = marks;
  } else {
    marks_.insert(at, {root, marks});
  }
}

Ref State::written(Ref path) const {
  for (const auto& [written, content] : files_) {
    if (written == path) return content;
  }
  return nullptr;
}

void State::write(Ref path, Ref content) {
  for (auto& [written, old] : files_) {
    if (written == path) {
      old = content;
      return;
    }
  }
  files_.emplace_back(path, content);
}

void State::join(const State& other, ObjectPool& pool) {
  if (other.ended && !ended) return;
  if (ended && !other.ended) {
    *this = other;
    return;
  }
  // A name bound on one path only may be unbound here: it keeps the one value it can have. An attribute that
  // was written on one path only has on the other whatever its field holds, which is looked up again.
  std::vector<std::pair<Symbol, Ref>> joined;
  joined.reserve(std::max(bindings_.size(), other.bindings_.size()));
  auto left = bindings_.begin();
  auto right = other.bindings_.begin();
  while (left != bindings_.end() || right != other.bindings_.end()) {
    if (right == other.bindings_.end() || (left != bindings_.end() && left->first < right->first)) {
      if (!is_path(left->first)) joined.push_back(*left);
      ++left;
    } else if (left == bindings_.end() || right->first < left->first) {
      if (!is_path(right->first)) joined.push_back(*right);
      ++right;
    } else {
      joined.emplace_back(left->first, pool.join(left->second, right->second));
      ++left;
      ++right;
    }
  }
  bindings_ = std::move(joined);
  // Most marks say that something happened on some path; that a process has ended must hold on all.
  constexpr std::uint16_t kOnAllPaths = mark_exited;
  for (auto& [root, marks] : marks_) marks = static_cast<std::uint16_t>(marks & (other.marks(root) | ~kOnAllPaths));
  for (const auto& [root, marks] : other.marks_) {
    const bool known = this->marks(root) != 0;
    mark(root, known ? static_cast<std::uint16_t>(marks & (this->marks(root) | ~kOnAllPaths))
                     : static_cast<std::uint16_t>(marks & ~kOnAllPaths));
  }
  for (const auto& [path, content] : other.files_) {
    if (written(path) == nullptr) files_.emplace_back(path, content);
  }
  in_forked_child = in_forked_child && other.in_forked_child;
  lock_tested = lock_tested || other.lock_tested;
}

}  // namespace procsafe::python
