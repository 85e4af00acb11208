#include "link/link.h"

#include <gtest/gtest.h>

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

TEST(SlotTable, FollowsSlotsThroughSlots) {
  const std::vector<FileFacts> files{with_flows({{parameter("b"), Value::of_slot(parameter("a")), {}}}),
                                     with_flows({{parameter("a"), Value::pid(Origin::child), {}}})};
  EXPECT_EQ(target_origin(SlotTable(files).find(parameter("b"))), Origin::child);
}

TEST(SlotTable, EndsOnCycles) {
  const std::vector<FileFacts> files{with_flows({{parameter("a"), Value::of_slot(parameter("b")), {}},
                                                 {parameter("b"), Value::of_slot(parameter("a")), {}},
                                                 {parameter("a"), Value::of_slot(parameter("a")), {}},
                                                 {parameter("b"), Value::pid(Origin::self), {}}})};
  EXPECT_EQ(target_origin(SlotTable(files).find(parameter("a"))), Origin::self);
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
