#include "lower/clang/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace procsafe {
namespace {

using testing::ElementsAre;

CppSemantics::Call call(SourceRange range, std::string callee, bool project = false) {
  CppSemantics::Call result;
  result.range = range;
  result.callee = std::move(callee);
  result.project = project;
  return result;
}

TEST(Merge, AgreeingAnswersBecomeOne) {
  CppSemantics unit;
  unit.calls = {call({5, 9}, "kill"), call({1, 3}, "system")};
  unit.references = {{{1, 2}, "fork"}};
  normalise(unit);
  const CppSemantics both = merge(unit, unit);
  EXPECT_EQ(both, unit);
  EXPECT_EQ(both.calls.front().callee, "system");
}

TEST(Merge, AnApiStandsBeforeAProjectFunctionAndAnUnknownOne) {
  CppSemantics a;
  a.calls = {call({1, 3}, "app::system", true)};
  CppSemantics b;
  b.calls = {call({1, 3}, "system")};
  CppSemantics c;
  c.calls = {call({1, 3}, "")};
  EXPECT_EQ(merge(a, b).calls, b.calls);
  EXPECT_EQ(merge(b, a).calls, b.calls);
  EXPECT_EQ(merge(c, a).calls, a.calls);
}

TEST(Merge, ConstantsThatDifferAreUnknown) {
  CppSemantics a;
  a.calls = {call({1, 3}, "kill")};
  a.calls[0].arguments = {{{}, 9, std::nullopt, "int"}, {{}, 1, "x", "int"}};
  CppSemantics b = a;
  b.calls[0].arguments[0].number = 15;
  const CppSemantics both = merge(a, b);
  EXPECT_FALSE(both.calls[0].arguments[0].number);
  EXPECT_EQ(both.calls[0].arguments[1].number, 1);
  EXPECT_EQ(both.calls[0].arguments[1].text, "x");
}

TEST(Merge, AMacroMayStandForSeveralCalls) {
  CppSemantics unit;
  for (const std::int64_t signal : {15, 9, 15}) {
    unit.calls.push_back(call({1, 9}, "kill"));
    unit.calls.back().macro = "STOP";
    unit.calls.back().arguments = {{{}, signal, std::nullopt, "int"}};
  }
  unit.calls.push_back(call({1, 9}, "waitpid"));
  unit.calls.back().macro = "STOP";
  normalise(unit);
  ASSERT_EQ(unit.calls.size(), 3U);
  EXPECT_EQ(merge(unit, unit), unit);
}

TEST(Merge, InactiveIsWhatEveryUnitLeavesOut) {
  CppSemantics a;
  a.inactive = {{0, 10}, {20, 30}};
  CppSemantics b;
  b.inactive = {{5, 25}};
  EXPECT_THAT(merge(a, b).inactive, ElementsAre(SourceRange{5, 10}, SourceRange{20, 25}));
}

TEST(Merge, WhatOneUnitUnderstoodIsKnown) {
  CppSemantics understood;
  CppSemantics failed;
  failed.unknown = {{3, 4}};
  EXPECT_TRUE(merge(understood, failed).unknown.empty());
  EXPECT_EQ(merge(failed, failed).unknown, failed.unknown);
  CppSemantics left_out;
  left_out.inactive = {{0, 9}};
  EXPECT_EQ(merge(left_out, failed).unknown, failed.unknown);
}

TEST(Normalise, LeavesOutRangesInsideOthers) {
  CppSemantics semantics;
  semantics.unknown = {{4, 5}, {1, 9}, {1, 3}, {10, 12}};
  normalise(semantics);
  EXPECT_THAT(semantics.unknown, ElementsAre(SourceRange{1, 9}, SourceRange{10, 12}));
}

}  // namespace
}  // namespace procsafe
