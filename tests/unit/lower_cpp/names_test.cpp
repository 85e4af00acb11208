#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "describe.h"

namespace procsafe::test {
namespace {

using ::testing::ElementsAreArray;

const std::string kSpawn = ": spawn impossible checked blocking";

void check(const std::vector<Case>& cases, std::vector<std::string> (*describe_one)(const std::string&)) {
  for (const Case& one : cases) EXPECT_THAT(describe_one(one.source), ElementsAreArray(one.expected)) << one.name;
}

TEST(Names, SystemUnderAllItsNames) {
  check(
      {
          {"plain", "int f() { return system(x); }", {"1 system" + kSpawn}},
          {"global", "int f() { return ::system(x); }", {"1 ::system" + kSpawn}},
          {"std", "int f() { return std::system(x); }", {"1 std::system" + kSpawn}},
          {"namespace alias", "namespace o = std; int f() { return o::system(x); }", {"1 o::system" + kSpawn}},
          {"using declaration", "int f() { using std::system; return system(x); }", {"1 system" + kSpawn}},
          {"using directive", "using namespace std; int f() { return system(x); }", {"1 system" + kSpawn}},
          {"declared by hand",
           "extern \"C\" int system(const char*); int f() { return system(x); }",
           {"1 system" + kSpawn}},
          {"template arguments",
           "int f() { return bp::system<char>(x); } namespace bp = boost::process;",
           {"1 bp::system<char>" + kSpawn}},
          {"function pointer", "int f() { int (*run)(const char*) = &::system; return run(x); }", {"1 run" + kSpawn}},
          {"function object",
           "int f() { std::function<int(const char*)> run = ::system; return run(x); }",
           {"1 run" + kSpawn}},
      },
      describe_cpp);
}

TEST(Names, WhatTheProjectDeclaresIsNotTheApi) {
  check(
      {
          {"function", "int system(const char* x) { return 0; } int f() { return system(x); }", {}},
          {"namespace", "namespace a { int system(const char*); int f() { return system(x); } }", {}},
          {"qualified", "namespace a { int system(const char*); } int f() { return a::system(x); }", {}},
          {"method", "struct S { int system(const char*); int f() { return system(x); } };", {}},
          {"method defined outside", "struct S { int kill(int, int); void f(); }; void S::f() { kill(1, 9); }", {}},
          {"method of a base", "struct B { int kill(int, int); }; struct S : B { void f() { kill(1, 9); } };", {}},
          {"method of an object", "void f(S& s) { s.kill(1, 9); s.system(x); s->fork(); }", {}},
          {"parameter", "int f(int (*system)(const char*)) { return system(x); }", {}},
          {"local", "void f() { auto kill = [](int, int) {}; kill(1, 9); }", {}},
          {"other number of arguments", "void f() { fork(2); kill(1); wait(); waitpid(3); }", {}},
          {"macro of that name", "#define system(x) my_system(x)\nint f() { return system(x); }", {}},
          {"using another", "using a::system; int f() { return system(x); }", {}},
      },
      describe_cpp);
}

TEST(Names, StaticFunctionsOfC) {
  check(
      {
          {"own", "static int kill(int a, int b) { return a + b; } int f(void) { return kill(1, 9); }", {}},
          {"libc's", "int f(void) { return system(\"x\"); }", {"1 system" + kSpawn}},
          {"member", "void f(struct ops *ops) { ops->kill(1, 9); }", {}},
      },
      describe_c);
}

TEST(Names, MacrosStandWhereTheyAreUsed) {
  check(
      {
          {"function-like", "#define RUN(c) std::system(c)\nint f() { return RUN(x); }", {"2 RUN" + kSpawn}},
          {"object-like", "#define SHELL ::system\nint f() { return SHELL(x); }", {"2 SHELL" + kSpawn}},
          {"nested", "#define A(c) system(c)\n#define B(c) A(c)\nint f() { return B(x); }", {"3 B" + kSpawn}},
          {"unused", "#define RUN(c) std::system(c)\n", {}},
          {"argument",
           "#define OK(e) ((e) == 0 && wait_ok())\nbool f() { return OK(system(x)); }",
           {"2 system" + kSpawn}},
          {"undefined before", "#define RUN(c) system(c)\n#undef RUN\nint f() { return RUN(x); }", {}},
          {"in both branches",
           "#if W\n#define P _popen\n#else\n#define P popen\n#endif\nauto f() { return P(a, b); }",
           {"6 P: spawn scoped reaped"}},
      },
      describe_cpp);
}

TEST(Names, MacrosOfOtherFiles) {
  EXPECT_THAT(describe({{"run.h", "#define RUN(c) system(c)\n"},
                        {"a.c", "#include \"run.h\"\nint f(void) { return RUN(x); }"}}),
              ElementsAreArray({"a.c 2 RUN" + kSpawn}));
}

}  // namespace
}  // namespace procsafe::test
