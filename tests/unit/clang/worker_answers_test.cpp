// Constants, macros, references, variables, and what the preprocessor left out, as the real worker sees them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "answers.h"
#include "lower/clang/clang_tier.h"

namespace procsafe {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kC = "extern \"C\" { int system(const char*); int kill(int, int); }\n";

std::vector<std::string> c(const std::string& source) { return calls_of(kC + source); }

TEST(WorkerConstants, NumbersAreEvaluated) {
  EXPECT_THAT(
      c("enum class S { term = 15 }; constexpr int twice(int x) { return 2 * x; }\n#define NINE (4 + 5)\n"
        "const int one = 1;\n"
        "void f(int v) { kill(one, NINE); kill(twice(3), (int)S::term); kill(-1, 1 ? 9 : v); kill(v, sizeof(int)); }"),
      ElementsAre("kill(one, NINE) = kill(1, 9)", "kill(twice(3), (int)S::term) = kill(6, 15)",
                  "twice(3) = twice(3) project", "kill(-1, 1 ? 9 : v) = kill(-1, 9)",
                  "kill(v, sizeof(int)) = kill(v, 4)"));
  const AskedProject in_c{
      {"main.c", "int kill(int, int);\nstatic const int nine = 9;\nint f(void) { return kill(1, nine); }"}};
  EXPECT_THAT(in_c.calls(), ElementsAre("kill(1, nine) = kill(1, 9)"));
}

TEST(WorkerConstants, TextsAreEvaluated) {
  EXPECT_THAT(c("constexpr const char* a = \"x \" \"y\"; const char b[] = \"b\"; static const char* const d = b;\n"
                "const char* v = \"no\";\n#define PREFIX \"p \"\n"
                "void f() { system(a); system(b); system(d); system(v); system(PREFIX \"q\"); system(\"abc\" + 1); }"),
              ElementsAre("system(a) = system(\"x y\")", "system(b) = system(\"b\")", "system(d) = system(\"b\")",
                          "system(v) = system(v)", "system(PREFIX \"q\") = system(\"p q\")",
                          "system(\"abc\" + 1) = system(\"bc\")"));
}

TEST(WorkerConstants, StringObjectsOfConstantsAreConstant) {
  EXPECT_THAT(
      c("#include <string>\nusing namespace std::string_literals;\n"
        "const std::string k = \"make all\"; std::string v = \"no\";\n"
        "void f() { system(k.c_str()); system(v.c_str()); system(std::string(\"x\").data()); system(\"y\"s.c_str()); "
        "}"),
      ElementsAre("system(k.c_str()) = system(\"make all\")", "system(v.c_str()) = system(v.c_str())",
                  "system(std::string(\"x\").data()) = system(\"x\")", "system(\"y\"s.c_str()) = system(\"y\")"));
}

TEST(WorkerConstants, WideTextsBecomeUtf8) {
  const AskedProject project{
      {"main.cpp", "namespace bp { int system(const wchar_t*); }\nint x = bp::system(L\"a\\u00e9\");"}};
  EXPECT_THAT(project.calls(), ElementsAre("bp::system(L\"a\\u00e9\") = bp::system(\"a\xC3\xA9\")"));
}

TEST(WorkerConstants, EndlessEvaluationEnds) {
  EXPECT_THAT(c("constexpr int loop(int x) { while (true) ++x; return x; }\nvoid f() { kill(1, loop(2)); }"),
              Contains("kill(1, loop(2)) = kill(1, loop(2))"));
}

TEST(WorkerMacros, TheUseIsTheCall) {
  EXPECT_THAT(
      c("#define RUN(x) system(x)\n#define SHELL ::system\n#define STOP(p) kill((p), 15)\n#define OUTER(x) RUN(x)\n"
        "void f(int p) { RUN(\"a\"); SHELL(\"b\"); STOP(p); OUTER(\"c\"); }"),
      ElementsAre("RUN(\"a\") = system(\"a\") by RUN", "SHELL(\"b\") = system(\"b\") by SHELL",
                  "STOP(p) = kill(p, 15) by STOP", "OUTER(\"c\") = system(\"c\") by OUTER"));
}

TEST(WorkerMacros, ACallInAnArgumentStandsForItself) {
  EXPECT_THAT(
      c("#define CHECK(x) do { if ((x) != 0) fail(#x); } while (0)\n#define RUN(x) system(x)\nvoid fail(const char*);\n"
        "void f() { CHECK(kill(1, 9)); CHECK(RUN(\"a\")); }"),
      ElementsAre("CHECK(kill(1, 9)) = fail(\"kill(1, 9)\") project by CHECK", "kill(1, 9) = kill(1, 9)",
                  "CHECK(RUN(\"a\")) = fail(\"RUN(\"a\")\") project by CHECK", "RUN(\"a\") = system(\"a\") by RUN"));
}

TEST(WorkerMacros, OneUseMayBeSeveralCalls) {
  EXPECT_THAT(c("#define END(p) (kill(p, 15), kill(p, 9), system(\"sync\"))\nvoid f(int p) { END(p); }"),
              testing::UnorderedElementsAre("END(p) = kill(p, 15) by END", "END(p) = kill(p, 9) by END",
                                            "END(p) = system(\"sync\") by END"));
}

TEST(WorkerMacros, TheDefinitionIsNamed) {
  const AskedProject project{{"main.cpp", "#include \"run.h\"\nint x = RUN(\"a\");"},
                             {"run.h", std::string(kC) + "#define RUN(x) system(x)\n"}};
  const CppSemantics semantics = project.semantics();
  ASSERT_EQ(semantics.calls.size(), 1U);
  EXPECT_THAT(semantics.calls[0].macro_path, HasSubstr("/run.h"));
  EXPECT_THAT(project.texts({semantics.calls[0].macro_definition}, "run.h"), ElementsAre("RUN(x) system(x)"));
}

TEST(WorkerReferences, FunctionsAsValuesAreNamed) {
  const AskedProject project{{"main.cpp", std::string(kC) +
                                              "template <class F> int call(F f) { return f(\"a\"); }\n"
                                              "int a = call(&::system);\nint (*table[])(const char*) = {system};\n"
                                              "auto get() { return &system; }\n"
                                              "int f() { auto* run = system; return call(run); }\n"
                                              "int g(int (*own)(const char*)) { return call(own); }\n"
                                              "int h() { auto* run = system; return run(\"b\"); }\n"}};
  const CppSemantics semantics = project.semantics();
  std::vector<SourceRange> ranges;
  for (const CppSemantics::Reference& reference : semantics.references) {
    EXPECT_EQ(reference.name, "system");
    ranges.push_back(reference.range);
  }
  EXPECT_THAT(project.texts(ranges), ElementsAre("::system", "system", "system", "run"));
}

TEST(WorkerVariables, ThoseOfAClassAreTyped) {
  const AskedProject project{
      {"main.cpp",
       "#include <memory>\n#include <string>\nstruct QProcess { void start(const char*); };\n"
       "struct Job : QProcess {}; struct Other {};\n"
       "struct S { QProcess* field; std::unique_ptr<QProcess> held; std::string text; int n; };\n"
       "void f(Job& parameter) { const Other local; auto l = [] {}; }"}};
  const CppSemantics semantics = project.semantics();
  std::vector<std::string> lines;
  for (const CppSemantics::Variable& variable : semantics.variables)
    lines.push_back(project.texts({variable.declaration})[0] + ": " + variable.type);
  EXPECT_THAT(lines, ElementsAre("field: QProcess *", HasSubstr("held: std::unique_ptr<QProcess"), "parameter: Job",
                                 "local: Other"));
  EXPECT_THAT(semantics.derivations, ElementsAre(CppSemantics::Derivation{"Job", "QProcess"}));
}

TEST(WorkerInactive, WhatIsLeftOutIsSaid) {
  const AskedProject project{
      {"main.cpp", "#ifdef NEVER\nint a;\n#else\nint b;\n#endif\n#if 1\nint c;\n#elif 2\nint d;\n#endif\n"}};
  EXPECT_THAT(project.texts(project.semantics().inactive),
              ElementsAre("#ifdef NEVER\nint a;\n#", "#elif 2\nint d;\n#"));
}

TEST(WorkerInactive, AFileIncludedTwiceIsInactiveWhereBothLeaveItOut) {
  const AskedProject project{
      {"main.cpp", "#define A\n#include \"x.inc\"\n#undef A\n#define B\n#include \"x.inc\"\n"},
      {"x.inc", "#ifdef A\nint a;\n#endif\n#ifdef B\nint b;\n#endif\n#ifdef C\nint c;\n#endif\n"}};
  EXPECT_THAT(project.texts(project.semantics("x.inc").inactive, "x.inc"), ElementsAre("#ifdef C\nint c;\n#"));
}

TEST(WorkerFiles, HeadersAndIncludedTextAreAnswered) {
  const AskedProject project{{"main.cpp", "#include \"a.h\"\nnamespace n {\n#include \"b.inc\"\n}\nint x = run();"},
                             {"a.h", std::string(kC) + "inline int run() { return system(\"h\"); }\n"},
                             {"b.inc", "int stop() { return kill(1, 9); }\n"}};
  EXPECT_THAT(project.calls(), ElementsAre("run() = run() project"));
  EXPECT_THAT(project.calls("a.h"), ElementsAre("system(\"h\") = system(\"h\")"));
  EXPECT_THAT(project.calls("b.inc"), ElementsAre("kill(1, 9) = kill(1, 9)"));
}

TEST(WorkerFiles, OffsetsDoNotCountTheByteOrderMark) {
  const AskedProject project{{"main.cpp", "\xEF\xBB\xBF" + std::string(kC) + "int x = kill(1, 9);"}};
  const CppSemantics semantics = project.semantics();
  ASSERT_EQ(semantics.calls.size(), 1U);
  EXPECT_EQ(semantics.calls[0].range.begin, std::string(kC).size() + 8);
}

TEST(WorkerBodies, OnlyThoseThatPromiseSomethingAreLookedInto) {
  const std::string text =
      std::string(kC) +
      "void a() { kill(1, 9); }\nstruct S { void m() { system(\"m\"); } S() : x{1} { kill(3, 9); } int x; };\n"
      "template <class T> void t() { system(\"t\"); }\nvoid b() { kill(2, 9); }\n";
  AskedProject project{{"main.cpp", text}};
  project.places({static_cast<Offset>(text.find("kill(2"))});
  EXPECT_THAT(project.calls(), ElementsAre("kill(3, 9) = kill(3, 9)", "kill(2, 9) = kill(2, 9)"));
  EXPECT_THAT(project.texts(project.semantics().unknown),
              ElementsAre("a() { kill(1, 9); }", "m() { system(\"m\"); }", "t() { system(\"t\"); }"));
}

TEST(WorkerBodies, AVariableThatAnotherBodyMaySetIsNotKnown) {
  const std::string text = std::string(kC) +
                           "int other(const char*);\nstatic int (*run)(const char*) = system;\n"
                           "void set() { run = other; }\nint f() { return run(\"a\"); }\n";
  AskedProject project{{"main.cpp", text}};
  project.places({static_cast<Offset>(text.find("run(\"a"))});
  EXPECT_THAT(project.calls(), IsEmpty());
}

TEST(WorkerErrors, AMissingHeaderCostsOnlyWhatNeedsIt) {
  const AskedProject project{
      {"main.cpp", std::string("#include \"generated.h\"\n") + kC +
                       "void f(Missing* m) { m->go(); kill(1, 9); absent(\"a\"); system(\"b\"); }"}};
  const UnitOutcome outcome = project.run();
  ASSERT_TRUE(outcome.reply);
  EXPECT_GE(outcome.reply->errors, 2U);
  EXPECT_THAT(outcome.reply->diagnostics, Contains(HasSubstr("'generated.h' file not found")));
  EXPECT_THAT(project.calls(), ElementsAre("kill(1, 9) = kill(1, 9)", "system(\"b\") = system(\"b\")"));
  EXPECT_THAT(project.texts(project.semantics().unknown), Contains("absent(\"a\")"));
  EXPECT_THAT(project.texts(project.semantics().unknown), Contains(HasSubstr("m->go()")));
}

TEST(WorkerErrors, ACrashIsSaid) {
  const UnitOutcome outcome = AskedProject{{"main.cpp", "#pragma clang __debug crash\n"}}.run();
  EXPECT_FALSE(outcome.reply);
  EXPECT_THAT(outcome.problem, HasSubstr("crashed"));
}

TEST(WorkerErrors, AHangEnds) {
  WorkerLimits limits = ClangOptions::default_limits();
  limits.time = std::chrono::seconds(1);
  // Every template doubles the work of the one before.
  AskedProject project{
      {"main.cpp",
       "template <int n, int m> struct A { static constexpr long v = A<n - 1, m>::v + A<n - 1, m + (1 << n)>::v; };\n"
       "template <int m> struct A<0, m> { static constexpr long v = m; };\nlong x = A<28, 0>::v;"}};
  const UnitOutcome outcome = project.limits(limits).run();
  EXPECT_FALSE(outcome.reply);
  EXPECT_THAT(outcome.problem, HasSubstr("within 1 s"));
}

TEST(WorkerErrors, MemoryIsLimited) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the sanitizer's own memory exceeds every limit";
#endif
  WorkerLimits limits;
  limits.memory = std::uint64_t{400} << 20U;
  AskedProject project{
      {"main.cpp",
       "template <int n, int m> struct A { static constexpr long v = A<n - 1, m>::v + A<n - 1, m + (1 << n)>::v; };\n"
       "template <int m> struct A<0, m> { static constexpr long v = m; };\nlong x = A<28, 0>::v;"}};
  const UnitOutcome outcome = project.limits(limits).run();
  EXPECT_FALSE(outcome.reply);
  EXPECT_THAT(outcome.problem, HasSubstr("more than 400 MiB"));
}

TEST(WorkerArguments, OtherCompilersOptionsAreLeftOut) {
  AskedProject project{{"main.cpp", std::string(kC) + "int x = kill(1, SIG);"}};
  project.arguments({"-fno-such-gcc-option", "-Wno-such-warning", "-Werror", "-DSIG=9", "-c", "-o", "out.o", "-MD",
                     "-MF", "out.d", "-include-pch", "missing.pch", "--param=x=1", "-march=native", "-fconserve-stack",
                     "-mno-such"});
  EXPECT_THAT(project.calls(), ElementsAre("kill(1, SIG) = kill(1, 9)"));
}

TEST(WorkerArguments, WhatMakesNoSenseIsAFailure) {
  AskedProject project{{"main.cpp", ""}};
  const UnitOutcome outcome = project.arguments({"-std=no-such-standard"}).run();
  EXPECT_FALSE(outcome.reply);
  EXPECT_THAT(outcome.problem, HasSubstr("no-such-standard"));
}

}  // namespace
}  // namespace procsafe
