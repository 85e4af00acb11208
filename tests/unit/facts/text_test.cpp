#include "facts/text.h"

#include <gtest/gtest.h>

namespace procsafe {
namespace {

Text literal(std::string_view bytes, Offset source) {
  Text text;
  text.append_verbatim(bytes, source);
  return text;
}

TEST(Text, MapsEveryByteToItsSource) {
  const Text text = literal("kill 1", 10);
  EXPECT_EQ(text.source_range(0, 4), (SourceRange{10, 14}));
  EXPECT_EQ(text.source_range(5, 6), (SourceRange{15, 16}));
}

TEST(Text, ConcatenationKeepsBothMaps) {
  Text text = literal("pkill ", 100);
  text.append(literal("server", 50));
  EXPECT_EQ(text.bytes(), "pkill server");
  EXPECT_EQ(text.source_range(0, 5), (SourceRange{100, 105}));
  EXPECT_EQ(text.source_range(6, 12), (SourceRange{50, 56}));
}

TEST(Text, AHoleIsAShellExpansion) {
  Text text = literal("kill ", 0);
  text.append_hole(Value::pid(Origin::self), {6, 18});
  EXPECT_EQ(text.bytes(), "kill ${__procsafe_hole_0}");
  EXPECT_FALSE(text.constant());
  ASSERT_NE(text.hole_named("__procsafe_hole_0"), nullptr);
  EXPECT_EQ(text.hole_named("__procsafe_hole_0")->values.begin()->origin, Origin::self);
  EXPECT_EQ(text.hole_named("__procsafe_hole_1"), nullptr);
  EXPECT_EQ(text.hole_named("HOME"), nullptr);
}

TEST(Text, HolesAreRenumberedWhenTextsAreJoined) {
  Text first;
  first.append_hole(Value::pid(Origin::self), {0, 1});
  Text second = literal(" ", 5);
  second.append_hole(Value::pid(Origin::child), {6, 7});
  first.append(second);
  EXPECT_EQ(first.bytes(), "${__procsafe_hole_0} ${__procsafe_hole_1}");
  EXPECT_EQ(first.hole_named("__procsafe_hole_1")->values.begin()->origin, Origin::child);
}

TEST(Text, ASubstringKeepsHolesWhole) {
  Text text = literal("a ", 0);
  text.append_hole(Value::unknown(), {3, 9});
  text.append(literal(" b", 10));
  const Text part = text.substr(2, 5);
  EXPECT_TRUE(part.is_hole());
  EXPECT_EQ(part.bytes(), "${__procsafe_hole_0}");
  EXPECT_EQ(text.substr(text.bytes().size() - 1, text.bytes().size()).bytes(), "b");
}

TEST(Text, ARangeThatEndsInAHoleCoversItsExpression) {
  Text text = literal("pkill ", 2);
  text.append_hole(Value::unknown(), {9, 15});
  EXPECT_EQ(text.source_range(0, text.bytes().size()), (SourceRange{2, 15}));
}

TEST(Text, TextThatLooksLikeAPlaceholderIsNoHole) {
  const Text text = literal("echo ${__procsafe_hole_x} ${__procsafe_hole_}", 0);
  EXPECT_TRUE(text.constant());
  Text copy;
  copy.append_hole(Value::unknown(), {0, 1});
  copy.append(text);
  EXPECT_EQ(copy.holes().size(), 1U);
}

}  // namespace
}  // namespace procsafe
