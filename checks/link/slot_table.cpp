#include "link/slot_table.h"

#include <algorithm>
#include <deque>
#include <utility>

namespace procsafe {
namespace {

/// Do two sets agree on the values that say what something is?
bool same_where_it_tells(const ValueSet& a, const ValueSet& b) {
  ValueSet left;
  ValueSet right;
  for (const Value& value : a) {
    if (tells(value)) left.insert(value);
  }
  for (const Value& value : b) {
    if (tells(value)) right.insert(value);
  }
  return left == right;
}

/// The flows by slot, those of one slot in their order.
std::vector<const Flow*> sorted(std::span<const Flow> flows) {
  std::vector<const Flow*> order;
  order.reserve(flows.size());
  for (const Flow& flow : flows) order.push_back(&flow);
  const auto by_slot = [](const Flow* a, const Flow* b) { return a->slot < b->slot; };
  if (!std::is_sorted(order.begin(), order.end(), by_slot)) std::stable_sort(order.begin(), order.end(), by_slot);
  return order;
}

bool identical(const ValueSet& a, const ValueSet& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Value& left, const Value& right) {
    return compare(left, right) == 0 && left.from == right.from;
  });
}

}  // namespace

SlotTable::Number SlotTable::number_of(const Slot& slot) {
  const auto [found, added] = numbers_.try_emplace(slot, static_cast<Number>(cells_.size()));
  if (added) cells_.emplace_back().slot = &found->first;
  return found->second;
}

void SlotTable::exchange(std::size_t file, std::span<const Flow> before, std::span<const Flow> after) {
  const std::vector<const Flow*> old_flows = sorted(before);
  const std::vector<const Flow*> new_flows = sorted(after);
  const auto group = [](Flows flows, const Slot& slot) {
    const auto end = std::find_if(flows.begin(), flows.end(), [&](const Flow* flow) { return flow->slot != slot; });
    return flows.first(static_cast<std::size_t>(end - flows.begin()));
  };
  for (Flows old_rest = old_flows, new_rest = new_flows; !old_rest.empty() || !new_rest.empty();) {
    const bool old_first = new_rest.empty() || (!old_rest.empty() && old_rest.front()->slot < new_rest.front()->slot);
    const Slot& slot = old_first ? old_rest.front()->slot : new_rest.front()->slot;
    const Flows gone = group(old_rest, slot);
    const Flows come = group(new_rest, slot);
    replace(file, slot, gone, come);
    old_rest = old_rest.subspan(gone.size());
    new_rest = new_rest.subspan(come.size());
  }
}

void SlotTable::replace(std::size_t file, const Slot& slot, Flows before, Flows after) {
  const Number number = number_of(slot);
  const bool same = std::equal(before.begin(), before.end(), after.begin(), after.end(),
                               [](const Flow* a, const Flow* b) { return identical(a->values, b->values); });
  if (!same) {
    for (const Flow* flow : before) remove_edges(number, *flow);
    for (const Flow* flow : after) {
      for (const Value& value : flow->values) {
        if (value.kind == Value::Kind::slot) cells_[number_of(*value.slot)].targets.push_back(number);
      }
    }
  }
  Cell& cell = cells_[number];
  std::vector<Contribution>& all = cell.contributions;
  auto at = std::lower_bound(all.begin(), all.end(), file,
                             [](const Contribution& one, std::size_t wanted) { return one.file < wanted; });
  at = all.erase(at, at + static_cast<std::ptrdiff_t>(before.size()));
  std::vector<Contribution> come;
  for (const Flow* flow : after) come.push_back({file, flow});
  all.insert(at, come.begin(), come.end());
  if (same || cell.dirty) return;
  cell.dirty = true;
  dirty_.push_back(number);
}

void SlotTable::remove_edges(Number target, const Flow& flow) {
  for (const Value& value : flow.values) {
    if (value.kind != Value::Kind::slot) continue;
    std::vector<Number>& targets = cells_[number_of(*value.slot)].targets;
    targets.erase(std::find(targets.begin(), targets.end(), target));
  }
}

std::vector<SlotTable::Number> SlotTable::reached_from_dirty() {
  std::vector<Number> reached;
  const auto reach = [&](Number number) {
    if (!std::exchange(cells_[number].affected, true)) reached.push_back(number);
  };
  for (const Number number : dirty_) {
    cells_[number].dirty = false;
    reach(number);
  }
  dirty_.clear();
  for (std::size_t next = 0; next < reached.size(); ++next) {
    for (const Number target : cells_[reached[next]].targets) reach(target);
  }
  return reached;
}

/// With what flows in directly, and from slots that are solved.
void SlotTable::fill(Number number) {
  Cell& cell = cells_[number];
  for (const Contribution& contribution : cell.contributions) {
    for (const Value& value : contribution.flow->values) {
      if (value.kind != Value::Kind::slot) {
        cell.content.insert(value);
        continue;
      }
      const Cell& source = cells_[number_of(*value.slot)];
      if (!source.affected) cell.content.merge(source.content);
    }
  }
}

SlotSet SlotTable::solve() {
  const std::vector<Number> affected = reached_from_dirty();
  std::vector<ValueSet> before;
  for (const Number number : affected) before.push_back(std::exchange(cells_[number].content, {}));
  for (const Number number : affected) fill(number);
  std::deque<Number> work(affected.begin(), affected.end());
  std::vector<char> waiting(cells_.size(), 0);
  for (const Number number : affected) waiting[number] = 1;
  while (!work.empty()) {
    const Number number = work.front();
    work.pop_front();
    waiting[number] = 0;
    for (const Number target : cells_[number].targets) {
      if (target == number || !cells_[target].content.merge(cells_[number].content)) continue;
      if (std::exchange(waiting[target], 1) == 0) work.push_back(target);
    }
  }
  SlotSet changed;
  for (std::size_t i = 0; i < affected.size(); ++i) {
    Cell& cell = cells_[affected[i]];
    cell.affected = false;
    const bool same = cell.slot->kind == Slot::Kind::parameter ? same_where_it_tells(before[i], cell.content)
                                                               : before[i] == cell.content;
    if (!same) changed.insert(*cell.slot);
  }
  return changed;
}

const ValueSet& SlotTable::find(const Slot& slot) const {
  static const ValueSet nothing;
  const auto found = numbers_.find(slot);
  return found == numbers_.end() ? nothing : cells_[found->second].content;
}

bool tells(const Value& value) {
  switch (value.kind) {
    case Value::Kind::api:
    case Value::Kind::process: return true;
    case Value::Kind::pid: return value.origin != Origin::unknown && value.origin != Origin::parameter;
    default: return false;
  }
}

const ValueSet& RecordingNames::find(const Slot& slot) {
  reads_.insert(slot);
  return table_.find(slot);
}

std::vector<Slot> RecordingNames::reads() const {
  std::vector<Slot> sorted(reads_.begin(), reads_.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

}  // namespace procsafe
