#include "lower/cpp/semantics_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace procsafe {
namespace {

CppSemantics example() {
  CppSemantics semantics;
  CppSemantics::Call call;
  call.range = {10, 30};
  call.callee = "QProcess::start";
  call.project = true;
  call.receiver_type = "Runner";
  call.receiver = {10, 16};
  call.arguments = {{{17, 20}, -1, std::nullopt, "int"}, {{}, std::nullopt, "a\xFF\n\"z", "const char *"}};
  call.macro = "RUN";
  call.macro_path = "/p/run.h";
  call.macro_definition = {8, 40};
  semantics.calls = {call, {}};
  semantics.references = {{{1, 2}, "system"}};
  semantics.variables = {{{3, 4}, "QProcess *"}};
  semantics.derivations = {{"Runner", "QProcess"}};
  semantics.inactive = {{5, 6}, {7, 9}};
  semantics.unknown = {{0, 1}};
  return semantics;
}

CppSemantics parse(const char* text) { return semantics_from_json(nlohmann::json::parse(text)); }

TEST(SemanticsJson, RoundTripsThroughText) {
  const std::string text = semantics_to_json(example()).dump();
  EXPECT_EQ(semantics_from_json(nlohmann::json::parse(text)), example());
}

TEST(SemanticsJson, LeavesOutWhatIsEmpty) {
  EXPECT_EQ(semantics_to_json({}).dump(), "{}");
  EXPECT_EQ(parse("{}"), CppSemantics{});
}

TEST(SemanticsJson, KeepsTheWholeRangeOfNumbers) {
  CppSemantics semantics;
  semantics.calls.push_back({});
  for (const std::int64_t number : {INT64_MIN, INT64_MAX, std::int64_t{0}}) {
    semantics.calls[0].arguments = {{{}, number, std::nullopt, ""}};
    EXPECT_EQ(semantics_from_json(nlohmann::json::parse(semantics_to_json(semantics).dump())), semantics);
  }
}

TEST(SemanticsJson, RefusesWhatIsNotItsForm) {
  for (const char* text : {"[]",
                           "3",
                           R"({"extra": []})",
                           R"({"calls": {}})",
                           R"({"calls": [3]})",
                           R"({"calls": [{"name": "x"}]})",
                           R"({"calls": [{"range": [2, 1]}]})",
                           R"({"calls": [{"range": [1]}]})",
                           R"({"calls": [{"range": [-1, 2]}]})",
                           R"({"calls": [{"range": [0, 4294967296]}]})",
                           R"({"calls": [{"range": [0, 1.5]}]})",
                           R"({"calls": [{"callee": 3}]})",
                           R"({"calls": [{"callee": [256]}]})",
                           R"({"calls": [{"project": 1}]})",
                           R"({"calls": [{"arguments": [{"number": 9223372036854775808}]}]})",
                           R"({"calls": [{"arguments": [{"number": "1"}]}]})",
                           R"({"references": [{"type": "x"}]})",
                           R"({"variables": [{"name": "x"}]})",
                           R"({"derivations": [{"bases": []}]})",
                           R"({"inactive": [[1, 2, 3]]})",
                           R"({"unknown": "all"})"}) {
    EXPECT_THROW((void)parse(text), SemanticsJsonError) << text;
  }
}

}  // namespace
}  // namespace procsafe
