#include "lower/clang/candidates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lower/clang/cpp_tokens.h"

namespace procsafe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Triggers& triggers() {
  static const Triggers value = [] {
    ApiCatalog catalog;
    catalog.add_toml(R"(
      [[type]]
      name = "QProcess"
      [[type]]
      name = "boost::process::child"
      [[type]]
      name = "QFile"
      origin = "not-applicable"
      [[api]]
      names = ["system", "kill", "execvp", "QProcess::start", "boost::process::child::wait", "boost::process::system"]
      operation = "spawn"
      [[api]]
      name = "atexit"
      operation = "handler"
      [[api]]
      name = "getpid"
      returns = "pid")",
                     "test");
    return Triggers(catalog);
  }();
  return value;
}

bool candidate(std::string_view text, const NameSet& more = {}) { return sketch(text, triggers(), more).candidate; }
std::vector<std::string> exports(std::string_view text) { return sketch(text, triggers(), {}).exports; }

TEST(Candidates, CallsAndAddressesOfFunctionsCount) {
  for (const char* text :
       {"int f() { return system(\"x\"); }", "void f() { std::system(\"x\"); }", "void f() { ::kill(1, 9); }",
        "auto f = &kill;", "call(::system);", "run(execvp);", "void f() { if (x) kill (p, 9); else system(y); }",
        "syscall(SYS_kill, 1, 9);", "syscall(__NR_kill, 1);", "dlsym(RTLD_DEFAULT, \"system\");",
        "#define RUN(x) system(x)\n", "#define RUN system\n", "#define RUN \\\n  ::kill\n"})
    EXPECT_TRUE(candidate(text)) << text;
}

TEST(Candidates, OtherUsesOfTheWordsDoNot) {
  for (const char* text : {"int system(const char*);",
                           "shell.system(x);",
                           "shell->kill();",
                           "app::kill(1);",
                           "// system(\"x\")",
                           "/* kill(1, 9) */",
                           "\"system(x)\"",
                           "R\"(system(x))\"",
                           "run(system);",
                           "int kill = 3; f(kill);",
                           "atexit(f);",
                           "getpid();",
                           "SYS_getpid;",
                           "dlsym(l, \"strlen\"); \"system\";",
                           "#define LOG \"kill(1)\"\n",
                           "#define Y systems\n",
                           "file_system(x);",
                           "// a \\\nsystem(x)",
                           "class QProcess;",
                           "void f() { QFile file; }"})
    EXPECT_FALSE(candidate(text)) << text;
}

TEST(Candidates, ClassesCountOnceTheirWholeNameIsThere) {
  EXPECT_TRUE(candidate("void f() { QProcess p; }"));
  EXPECT_TRUE(candidate("namespace bp = boost::process; void f() { bp::child c(\"x\"); }"));
  EXPECT_TRUE(candidate("using namespace boost; void f() { process::child c; }"));
  EXPECT_FALSE(candidate("void f() { tree.child(1); process(); }"));
}

TEST(Candidates, ADeclarationAloneIsAMention) {
  const Sketch field = sketch("class R { QProcess* p_; };", triggers(), {});
  EXPECT_FALSE(field.candidate);
  EXPECT_TRUE(field.mentions);
}

TEST(Candidates, NamesOfOtherFilesCount) {
  EXPECT_TRUE(candidate("void f() { RUN(x); }", {"RUN"}));
  EXPECT_FALSE(candidate("void f() { RUN(x); }"));
}

TEST(Candidates, ExportsWhatIsDeclaredInTermsOfATrigger) {
  EXPECT_THAT(exports("#define RUN(x) system(x)\n#define OTHER(x) f(x)\n"), ElementsAre("RUN"));
  EXPECT_THAT(exports("using Child = boost::process::child;"), ElementsAre("Child"));
  EXPECT_THAT(exports("namespace bp = boost::process; using X = bp::child;"), ElementsAre("X"));
  EXPECT_THAT(exports("class Runner : public QProcess { int x; };"), ElementsAre("Runner"));
  EXPECT_THAT(exports("class R { std::unique_ptr<QProcess> p_; QProcess& get(); QMap<int, QProcess*> m_{}; };"),
              ElementsAre("get", "m_", "p_"));
  EXPECT_THAT(exports("typedef QProcess Proc;"), ElementsAre("Proc"));
  EXPECT_THAT(exports("class QProcess; void run(QProcess* p); inline void f() { QProcess local; }"),
              testing::Not(testing::Contains("local")));
}

TEST(Candidates, ListsIncludes) {
  EXPECT_THAT(sketch("#include \"a/b.h\"\n # include <sys/types.h> // x\n#include MACRO\n", triggers(), {}).includes,
              ElementsAre("a/b.h", "sys/types.h"));
}

TEST(CppTokens, SurvivesAnything) {
  std::vector<CppToken> tokens;
  for (const char* text : {"", "\"", "'", "\\", "R\"", "R\"(", "R\"abcdefghijklmnopqrstu(", "/*", "//", "#", "1'",
                           "\"\\", "R\"x()x\"", "0x1'000.5e3", "#define A \\"}) {
    split_cpp_tokens(text, tokens);
    for (const CppToken& token : tokens) EXPECT_LE(token.text.size(), std::string_view(text).size());
  }
}

TEST(CppTokens, ReadsRawStringsAndNumbersAsOne) {
  std::vector<CppToken> tokens;
  split_cpp_tokens("R\"x(a)\" b)x\" 1'000 c", tokens);
  ASSERT_EQ(tokens.size(), 3U);
  EXPECT_EQ(tokens[0].text, "a)\" b");
  EXPECT_EQ(tokens[1].text, "1'000");
  EXPECT_TRUE(tokens[2].is_identifier());
}

}  // namespace
}  // namespace procsafe
