#include "facts/value.h"

#include <gtest/gtest.h>

#include "facts/text.h"

namespace procsafe {
namespace {

class FixedNames : public Names {
 public:
  const ValueSet& find(const Slot& slot) override { return slot.symbol == "known" ? known : nothing; }
  ValueSet known;

 private:
  ValueSet nothing;
};

TEST(ValueSet, HoldsEachValueOnce) {
  ValueSet set;
  EXPECT_TRUE(set.insert(Value::pid(Origin::child)));
  EXPECT_FALSE(set.insert(Value::pid(Origin::child)));
  EXPECT_TRUE(set.insert(Value::pid(Origin::searched)));
  EXPECT_EQ(set.size(), 2U);
}

TEST(ValueSet, DoesNotDependOnTheOrderOfInsertion) {
  ValueSet one;
  one.insert(Value::pid(Origin::child, Location{"b", {}}));
  one.insert(Value::pid(Origin::child, Location{"a", {}}));
  ValueSet other;
  other.insert(Value::pid(Origin::child, Location{"a", {}}));
  other.insert(Value::pid(Origin::child, Location{"b", {}}));
  EXPECT_EQ(one.begin()->from->path, "a");
  EXPECT_EQ(other.begin()->from->path, "a");
}

TEST(ValueSet, WidensConstantsAndThenStopsGrowing) {
  ValueSet set;
  set.insert(Value::pid(Origin::child));
  for (int i = 0; i < 100; ++i) set.insert(Value::of_number(i));
  EXPECT_NE(set.find(Value::Kind::unknown), nullptr);
  EXPECT_EQ(set.find(Value::Kind::number), nullptr);
  EXPECT_NE(set.find(Value::Kind::pid), nullptr);
  EXPECT_FALSE(set.insert(Value::of_number(1000)));
}

TEST(Resolve, ReplacesASlotByWhatFlowsIntoIt) {
  FixedNames names;
  names.known.insert(Value::pid(Origin::searched));
  EXPECT_EQ(target_origin(resolve(Value::of_slot({Slot::Kind::parameter, "known", 0}), names)), Origin::searched);
}

TEST(Resolve, AParameterNobodyCallsIsAParameter) {
  FixedNames names;
  EXPECT_EQ(target_origin(resolve(Value::of_slot({Slot::Kind::parameter, "f", 0}), names)), Origin::parameter);
  EXPECT_EQ(target_origin(resolve(Value::of_slot({Slot::Kind::result, "f", 0}), names)), Origin::unknown);
}

TEST(TargetOrigin, IsTheWorstOfAll) {
  ValueSet set;
  set.insert(Value::pid(Origin::self));
  EXPECT_EQ(target_origin(set), Origin::self);
  set.insert(Value::pid(Origin::child));
  EXPECT_EQ(target_origin(set), Origin::child);
  set.insert(Value::of_number(4711));
  EXPECT_EQ(target_origin(set), Origin::literal);
  set.insert(Value::pid(Origin::pid_file));
  EXPECT_EQ(target_origin(set), Origin::pid_file);
  set.insert(Value::pid(Origin::searched));
  EXPECT_EQ(target_origin(set), Origin::searched);
}

TEST(TargetOrigin, KnowsTheSpecialNumbers) {
  EXPECT_EQ(target_origin(Value::of_number(-1)), Origin::everyone);
  EXPECT_EQ(target_origin(Value::of_number(0)), Origin::own_group);
  EXPECT_EQ(target_origin(ValueSet{}), Origin::unknown);
  EXPECT_EQ(target_origin(Value::none()), Origin::unknown);
}

TEST(Signals, AreClassifiedByNameAndNumber) {
  for (const char* name : {"TERM", "SIGTERM", "term", "15", "HUP", "1", "SIGINT", "2", "QUIT", "ABRT", "6"}) {
    EXPECT_EQ(classify_signal(name), Signal::graceful) << name;
  }
  for (const char* name : {"KILL", "SIGKILL", "9"}) EXPECT_EQ(classify_signal(name), Signal::forceful) << name;
  for (const char* name : {"0", "EXIT"}) EXPECT_EQ(classify_signal(name), Signal::none) << name;
  for (const char* name : {"USR1", "STOP", "CONT", "19", "RTMIN+3"})
    EXPECT_EQ(classify_signal(name), Signal::other) << name;
  for (const char* name : {"", "$sig", "NOSUCH", "999", "-3"})
    EXPECT_EQ(classify_signal(name), Signal::unknown) << name;
}

TEST(Attributes, HaveUniqueNames) {
  for (const AttributeInfo& info : attributes()) {
    EXPECT_EQ(find_attribute(info.name), &info);
    for (std::size_t i = 0; i < info.values.size(); ++i) EXPECT_EQ(find_value(info, info.values[i]), i) << info.name;
  }
  EXPECT_EQ(find_attribute("no-such-attribute"), nullptr);
}

}  // namespace
}  // namespace procsafe
