#include "lower/shell/persistent_map.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace procsafe::shell {
namespace {

using Map = PersistentMap<int>;

std::map<std::string, int> entries(const Map& map) {
  std::map<std::string, int> all;
  map.for_each([&](const std::string& name, int value) { all.emplace(name, value); });
  return all;
}

Map numbered(int from, int to) {
  Map map;
  for (int i = from; i < to; ++i) map.insert_or_assign("name" + std::to_string(i), i);
  return map;
}

TEST(PersistentMap, HoldsWhatWasAssignedLast) {
  Map map = numbered(0, 3000);
  for (int i = 0; i < 3000; i += 7) map.insert_or_assign("name" + std::to_string(i), -i);
  ASSERT_EQ(entries(map).size(), 3000U);
  EXPECT_EQ(*map.find("name14"), -14);
  EXPECT_EQ(*map.find("name15"), 15);
  EXPECT_EQ(map.find("name3000"), nullptr);
}

TEST(PersistentMap, CopiesDoNotSeeEachOther) {
  const Map before = numbered(0, 100);
  Map after = before;
  after.insert_or_assign("name5", 500);
  after.insert_or_assign("new", 1);
  EXPECT_EQ(*before.find("name5"), 5);
  EXPECT_FALSE(before.contains("new"));
  EXPECT_EQ(*after.find("name5"), 500);
}

TEST(PersistentMap, JoinLooksAtWhatDiffersOnly) {
  const Map common = numbered(0, 1000);
  Map mine = common;
  Map other = common;
  mine.insert_or_assign("name1", 100);
  mine.insert_or_assign("mine", 1);
  other.insert_or_assign("name2", 200);
  other.insert_or_assign("other", 2);
  int looked = 0;
  const auto both = [&](int a, int b) {
    ++looked;
    return a + b;
  };
  const auto alone = [&](int value) {
    ++looked;
    return -value;
  };
  mine.join(other, both, alone);
  EXPECT_EQ(looked, 4);
  EXPECT_EQ(*mine.find("name1"), 101);
  EXPECT_EQ(*mine.find("name2"), 202);
  EXPECT_EQ(*mine.find("mine"), -1);
  EXPECT_EQ(*mine.find("other"), -2);
  EXPECT_EQ(*mine.find("name3"), 3);
  EXPECT_EQ(entries(mine).size(), 1002U);
}

TEST(PersistentMap, JoinsWithTheEmptyMap) {
  Map map = numbered(0, 20);
  const auto both = [](int a, int) { return a; };
  const auto alone = [](int value) { return value + 1000; };
  map.join(Map(), both, alone);
  EXPECT_EQ(*map.find("name3"), 1003);
  Map empty;
  empty.join(numbered(0, 20), both, alone);
  EXPECT_EQ(entries(empty), entries(map));
}

}  // namespace
}  // namespace procsafe::shell
