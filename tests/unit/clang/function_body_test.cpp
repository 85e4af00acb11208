#include "lower/clang/function_body.h"

#include <gtest/gtest.h>

#include <string>

namespace procsafe {
namespace {

/// The text from `f` to the end of its body; "?" where the words do not tell.
std::string extent(std::string_view text) {
  std::vector<CppToken> tokens;
  split_cpp_tokens(text, tokens);
  const auto name = static_cast<Offset>(text.find('f'));
  const std::optional<SourceRange> range = function_extent(text, tokens, name);
  return range ? std::string(text.substr(range->begin, range->end - range->begin)) : "?";
}

TEST(FunctionBody, EndsWithItsBrace) {
  EXPECT_EQ(extent("int f(int x) { if (x) { return 1; } return 0; } int g() {}"),
            "f(int x) { if (x) { return 1; } return 0; }");
  EXPECT_EQ(extent("void f(S s = {}, int n = g({1})) const noexcept { h([] { return \"}\"; }); /* } */ } }"),
            "f(S s = {}, int n = g({1})) const noexcept { h([] { return \"}\"; }); /* } */ }");
  EXPECT_EQ(extent("void f() try { a(); } catch (int) { b(); } catch (...) {} int x;"),
            "f() try { a(); } catch (int) { b(); } catch (...) {}");
}

TEST(FunctionBody, MacrosDoNotCount) {
  EXPECT_EQ(extent("void f() {\n#define OPEN {\n a(); }\nint x;"), "f() {\n#define OPEN {\n a(); }");
}

TEST(FunctionBody, BranchesOfAConditionalCountOnce) {
  EXPECT_EQ(extent("void f() {\n#ifdef A\n if (a) {\n#elif B\n if (b) {\n#else\n {\n#endif\n }\n}\nint x;"),
            "f() {\n#ifdef A\n if (a) {\n#elif B\n if (b) {\n#else\n {\n#endif\n }\n}");
}

TEST(FunctionBody, WhatTheWordsDoNotTellIsNotGuessed) {
  EXPECT_EQ(extent("void f(); void g() {}"), "?");
  EXPECT_EQ(extent("void f() { a();"), "?");
  EXPECT_EQ(extent("void f() {\n#ifdef A\n if (a) {\n#endif\n b(); }\n#ifdef A\n }\n#endif\n"), "?");
  EXPECT_EQ(extent("void f() {\n#ifdef A\n }\n#else\n g(); }\n#endif\n"), "?");
  EXPECT_EQ(extent("#ifdef A\nint f(int x) {\n#else\nint g() {\n#endif\n return 1; }\n"), "?");
}

}  // namespace
}  // namespace procsafe
