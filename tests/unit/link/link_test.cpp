#include "link/link.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "link/slot_table.h"

namespace procsafe {
namespace {

Slot parameter(std::string symbol) { return {Slot::Kind::parameter, std::move(symbol), 0}; }
Slot result(std::string symbol) { return {Slot::Kind::result, std::move(symbol), 0}; }

FileFacts with_flows(std::vector<Flow> flows) {
  FileFacts facts;
  facts.flows = std::move(flows);
  return facts;
}

OperationFact signal_to(ValueSet target) {
  OperationFact fact;
  fact.attributes.set(Operation::signal);
  fact.target = std::move(target);
  return fact;
}

Origin origin_in(std::span<const FileFacts> files, const Slot& slot) {
  SlotTable table;
  for (std::size_t i = 0; i < files.size(); ++i) table.exchange(i, {}, files[i].flows);
  table.solve();
  return target_origin(table.find(slot));
}

TEST(SlotTable, FollowsSlotsThroughSlots) {
  const std::vector<FileFacts> files{with_flows({{parameter("b"), Value::of_slot(parameter("a")), {}}}),
                                     with_flows({{parameter("a"), Value::pid(Origin::child), {}}})};
  EXPECT_EQ(origin_in(files, parameter("b")), Origin::child);
}

TEST(SlotTable, EndsOnCycles) {
  const std::vector<FileFacts> files{with_flows({{parameter("a"), Value::of_slot(parameter("b")), {}},
                                                 {parameter("b"), Value::of_slot(parameter("a")), {}},
                                                 {parameter("a"), Value::of_slot(parameter("a")), {}},
                                                 {parameter("b"), Value::pid(Origin::self), {}}})};
  EXPECT_EQ(origin_in(files, parameter("a")), Origin::self);
}

/// Flows of a file between a few slots: pids that were found somewhere, numbers that may become too many, other slots.
std::vector<Flow> some_flows(std::mt19937& random) {
  const auto below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
  const auto some_slot = [&] { return parameter(std::string(1, static_cast<char>('a' + below(8)))); };
  std::vector<Flow> flows(below(6));
  for (Flow& flow : flows) {
    flow.slot = some_slot();
    for (unsigned i = below(12); i > 0; --i) {
      switch (below(3)) {
        case 0: flow.values.insert(Value::of_number(below(40))); break;
        case 1: flow.values.insert(Value::of_slot(some_slot())); break;
        default: flow.values.insert(Value::pid(Origin::searched, Location{"f", {below(9), 9}})); break;
      }
    }
  }
  return flows;
}

std::string shown(const SlotTable& table) {
  std::string text;
  for (char name = 'a'; name < 'i'; ++name) {
    text += std::string("\n") + name + ":";
    for (const Value& value : table.find(parameter(std::string(1, name)))) {
      text += " " + std::to_string(static_cast<int>(value.kind)) + "/" + std::to_string(value.number);
      if (value.from) text += "@" + std::to_string(value.from->range.begin);
    }
  }
  return text;
}

TEST(SlotTable, TellsAfterChangesWhatOneFilledAnewTells) {
  std::mt19937 random(20261120);
  std::vector<std::vector<Flow>> files(5);
  SlotTable table;
  for (int round = 0; round < 500; ++round) {
    const std::size_t changing = random() % files.size();
    std::vector<Flow> flows = some_flows(random);
    table.exchange(changing, files[changing], flows);
    files[changing] = std::move(flows);
    table.solve();
    SlotTable anew;
    for (std::size_t i = files.size(); i > 0; --i) anew.exchange(i - 1, {}, files[i - 1]);
    anew.solve();
    ASSERT_EQ(shown(table), shown(anew)) << "in round " << round;
  }
}

TEST(Link, GivesAParameterTheWorstOriginOfItsCallers) {
  const LowerFile lower = [](std::size_t index, Names&) {
    FileFacts facts;
    if (index == 0) facts.operations.push_back(signal_to(Value::of_slot(parameter("end"))));
    if (index == 1) facts.flows.push_back({parameter("end"), Value::pid(Origin::child), {}});
    if (index == 2) facts.flows.push_back({parameter("end"), Value::pid(Origin::searched), {}});
    return facts;
  };
  EXPECT_EQ(link(1, lower, 1)[0].operations[0].attributes.get<Origin>(), Origin::parameter);
  EXPECT_EQ(link(2, lower, 2)[0].operations[0].attributes.get<Origin>(), Origin::child);
  EXPECT_EQ(link(3, lower, 2)[0].operations[0].attributes.get<Origin>(), Origin::searched);
}

TEST(Link, LowersAgainWhatASlotChanges) {
  // File 0 knows that victim.kill() is an operation only once it knows what the helper returns.
  const LowerFile lower = [](std::size_t index, Names& names) {
    FileFacts facts;
    if (index == 0) {
      const ValueSet& found = names.find(result("find"));
      if (found.find(Value::Kind::process) != nullptr) facts.operations.push_back(signal_to(found));
    } else {
      facts.flows.push_back({result("find"), Value::process("psutil.Process", Origin::searched), {}});
    }
    return facts;
  };
  const std::vector<FileFacts> facts = link(2, lower, 1);
  ASSERT_EQ(facts[0].operations.size(), 1U);
  EXPECT_EQ(facts[0].operations[0].attributes.get<Origin>(), Origin::searched);
}

TEST(Link, KeepsAnOriginThatTheLoweringSet) {
  const LowerFile lower = [](std::size_t, Names&) {
    FileFacts facts;
    facts.operations.push_back(signal_to(Value::pid(Origin::pid_file)));
    facts.operations[0].attributes.set(Origin::verified);
    return facts;
  };
  EXPECT_EQ(link(1, lower, 1)[0].operations[0].attributes.get<Origin>(), Origin::verified);
}

TEST(Link, StopsWhenNothingSettles) {
  int rounds = 0;
  const LowerFile lower = [&](std::size_t, Names& names) {
    static_cast<void>(names.find(result("x")));
    FileFacts facts;
    facts.flows.push_back({result("x"), Value::of_number(rounds++), {}});
    return facts;
  };
  static_cast<void>(link(1, lower, 1));
  EXPECT_LE(rounds, 16);
}

}  // namespace
}  // namespace procsafe
