// What the lowering makes of Clang's answers, on small sources that syntax alone gets wrong.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "answers.h"
#include "catalog/catalog.h"
#include "link/link.h"
#include "lower/lowering.h"
#include "source/read.h"

namespace procsafe {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kC =
    "extern \"C\" { int system(const char*); int kill(int, int); int waitpid(int, int*, int); int getpid(); }\n";

/// The operations of the unit: `text tier`.
std::vector<std::string> operations(const std::string& source, const CppSemantics* semantics) {
  static const Catalog catalog = Catalog::load();
  static const std::unique_ptr<EmbeddedShell> shell = make_embedded_shell(catalog);
  const SourceFile file = source_from_text("main.cpp", source);
  const auto lower_one = [&](std::size_t, Names& names) {
    return lower({file, nullptr, catalog, *shell, names, semantics});
  };
  std::vector<std::string> lines;
  const std::vector<FileFacts> facts = link(1, lower_one, 1);
  for (const OperationFact& fact : facts.front().operations)
    lines.push_back(fmt::format("{} {}", file.text_of(fact.range), fact.tier == Tier::clang ? "clang" : "syntax"));
  return lines;
}

std::vector<std::string> with_clang(const std::string& source) {
  const AskedProject project{{"main.cpp", kC + source}};
  const CppSemantics semantics = project.semantics();
  return operations(kC + source, &semantics);
}

std::vector<std::string> by_syntax(const std::string& source) { return operations(kC + source, nullptr); }

TEST(LoweringWithClang, SaysWhoJudged) {
  EXPECT_THAT(by_syntax("int f() { return system(\"a\"); }"), ElementsAre("system(\"a\") syntax"));
  EXPECT_THAT(with_clang("int f() { return system(\"a\"); }"), ElementsAre("system(\"a\") clang"));
}

TEST(LoweringWithClang, AnotherFunctionOfThatNameIsNotTheApi) {
  const std::string source =
      "struct Any { template <class T> Any(T); };\n"
      "namespace game { struct Unit {}; int kill(Unit, int); void f(Unit u) { kill(u, 9); } }";
  EXPECT_THAT(with_clang(source), IsEmpty());
}

TEST(LoweringWithClang, FollowsWhatSyntaxDoesNot) {
  const std::string source =
      "template <class F> struct Runner { F run; };\n"
      "int f(const Runner<int (*)(const char*)>&);\n"
      "int g() { const auto runner = Runner<int (*)(const char*)>{system}; return f(runner); }\n"
      "int h() { static int (*const run)(const char*) = system; return run(\"a\"); }";
  EXPECT_THAT(with_clang(source), testing::Contains("run(\"a\") clang"));
}

TEST(LoweringWithClang, ConstantsAreClangs) {
  const std::string flags = "template <int N> struct Flag { enum { value = N }; };\n";
  EXPECT_THAT(with_clang(flags + "void f(int p) { waitpid(p, nullptr, Flag<1>::value); }"), IsEmpty());
  EXPECT_THAT(with_clang(flags + "void f(int p) { waitpid(p, nullptr, Flag<0>::value); }"),
              ElementsAre("waitpid(p, nullptr, Flag<0>::value) clang"));
  EXPECT_THAT(with_clang(flags + "int f(int p) { return kill(p, Flag<0>::value); }"),
              ElementsAre("kill(p, Flag<0>::value) clang"));
}

TEST(LoweringWithClang, WhatThePreprocessorLeftOutIsJudgedBySyntax) {
  EXPECT_THAT(
      with_clang("#ifdef ELSEWHERE\nint f() { return system(\"a\"); }\n#endif\nint g() { return system(\"b\"); }"),
      ElementsAre("system(\"a\") syntax", "system(\"b\") clang"));
}

}  // namespace
}  // namespace procsafe
