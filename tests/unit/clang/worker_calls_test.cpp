// Which function a call reaches, as the real worker sees it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "answers.h"

namespace procsafe {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

// Declarations of the tests' own, since system headers cost more to read than all the rest; `<x.h>` on the system
// path would be the real thing and is tested once.
constexpr const char* kC = "extern \"C\" { int system(const char*); int kill(int, int); int fork(); int getpid(); }\n";
constexpr const char* kQt = R"(
struct QIODevice { void close(); };
struct QProcess : QIODevice {
  QProcess(int parent = 0);
  void start(const char* program, int mode = 3);
  virtual void kill();
};
)";
constexpr const char* kBoost = R"(
namespace bp { inline namespace v2 {
struct child { explicit child(const char* command); void wait(); };
int system(const char*);
} }
)";

std::vector<std::string> c(const std::string& source) { return calls_of(kC + source); }
std::vector<std::string> qt(const std::string& source) { return calls_of(kQt + source); }
std::vector<std::string> boost(const std::string& source) { return calls_of(kBoost + source); }

TEST(WorkerCalls, SystemHeadersDeclareTheApi) {
  EXPECT_THAT(calls_of("#include <cstdlib>\n#include <csignal>\nint x = std::system(\"make\") + kill(1, SIGTERM);"),
              ElementsAre("std::system(\"make\") = system(\"make\")", "kill(1, SIGTERM) = kill(1, 15)"));
  const AskedProject in_c{{"main.c", "#include <stdlib.h>\nint f(void) { return system(\"make\"); }\n"}};
  EXPECT_THAT(in_c.calls(), ElementsAre("system(\"make\") = system(\"make\")"));
}

TEST(WorkerCalls, HandDeclarationsOfCFunctionsAreTheApi) {
  EXPECT_THAT(c("int x = ::system(\"a\");"), ElementsAre("::system(\"a\") = system(\"a\")"));
  const AskedProject old{{"main.c", "int f(p) int p; { return kill(p, 9); }"}};
  EXPECT_THAT(old.calls(), ElementsAre("kill(p, 9) = kill(p, 9)"));
}

TEST(WorkerCalls, FunctionsOfTheProjectAreNot) {
  EXPECT_THAT(c("namespace app { int system(const char*); int f() { return system(\"a\"); } }"),
              ElementsAre("system(\"a\") = app::system(\"a\") project"));
  const AskedProject own{
      {"main.c", "static int kill(int p, int s) { return p + s; }\nint x(void) { return kill(1, 2); }"}};
  EXPECT_THAT(own.calls(), ElementsAre("kill(1, 2) = kill(1, 2) project"));
  EXPECT_THAT(c("struct S { int system(const char*); }; int f(S& s) { return s.system(\"a\"); }"),
              ElementsAre("s.system(\"a\") = S::system(\"a\") project on S s"));
}

TEST(WorkerCalls, UsingAndAliasesAreFollowed) {
  EXPECT_THAT(c("namespace n { using ::system; } namespace m = n; int x = m::system(\"a\");"),
              ElementsAre("m::system(\"a\") = system(\"a\")"));
  EXPECT_THAT(boost("using namespace bp; int x = system(\"a\");"), ElementsAre("system(\"a\") = bp::system(\"a\")"));
  EXPECT_THAT(boost("using C = bp::child; void f() { C c(\"a\"); c.wait(); }"),
              ElementsAre("C c(\"a\") = bp::child::child(\"a\")", "c.wait() = bp::child::wait() on bp::child c"));
}

TEST(WorkerCalls, OverloadsAreTold) {
  EXPECT_THAT(c("int kill(const char*); int x = kill(\"job\") + kill(1, 9);"),
              ElementsAre("kill(\"job\") = kill(\"job\") project", "kill(1, 9) = kill(1, 9)"));
}

TEST(WorkerCalls, MethodsKnowTheirClassAndObject) {
  EXPECT_THAT(qt("void f(QProcess* p) { p->start(\"a\"); p->close(); }"),
              ElementsAre("p->start(\"a\") = QProcess::start(\"a\", 3) on QProcess p",
                          "p->close() = QIODevice::close() project on QProcess p"));
  EXPECT_THAT(qt("struct R : QProcess { void go() { start(\"a\"); QProcess::kill(); } void kill() override; };"),
              ElementsAre("start(\"a\") = QProcess::start(\"a\", 3) on R", "QProcess::kill() = QProcess::kill() on R"));
}

TEST(WorkerCalls, SmartPointersAreLookedThrough) {
  EXPECT_THAT(
      qt("#include <memory>\nvoid f(std::unique_ptr<QProcess>& p) { p->kill(); (*p).kill(); }"),
      ElementsAre("p->kill() = QProcess::kill() on QProcess p", "(*p).kill() = QProcess::kill() on QProcess *p"));
}

TEST(WorkerCalls, ConstructionsAreCalls) {
  EXPECT_THAT(
      boost(
          "void f() { new bp::child(\"a\"); bp::child(\"b\").wait(); auto c = bp::child(\"c\"); bp::child d{\"d\"}; }"),
      ElementsAre("new bp::child(\"a\") = bp::child::child(\"a\")", "bp::child(\"b\") = bp::child::child(\"b\")",
                  "bp::child(\"b\").wait() = bp::child::wait() on bp::child bp::child(\"b\")",
                  "bp::child(\"c\") = bp::child::child(\"c\")", "bp::child d{\"d\"} = bp::child::child(\"d\")"));
  EXPECT_THAT(boost("struct S { bp::child c; S() : c(\"a\") {} };"), ElementsAre("c(\"a\") = bp::child::child(\"a\")"));
  EXPECT_THAT(boost("struct S : bp::child { S() : bp::child(\"a\") {} }; void f() { S s; }"),
              ElementsAre("bp::child(\"a\") = bp::child::child(\"a\")", "S s = S::S() project"));
}

TEST(WorkerCalls, ConstructionsInsideTheLibraryAreSeen) {
  EXPECT_THAT(boost("#include <memory>\nauto p = std::make_unique<bp::child>(\"a\");"),
              ElementsAre("std::make_unique<bp::child>(\"a\") = bp::child::child(\"a\")"));
  EXPECT_THAT(boost("#include <vector>\nvoid f(std::vector<bp::child>& v) { v.emplace_back(\"a\"); }"),
              ElementsAre("v.emplace_back(\"a\") = bp::child::child(\"a\")"));
}

TEST(WorkerCalls, TemplatesAreSeenOnce) {
  EXPECT_THAT(c("template <class T> int f(T t) { return system(t.name) + kill(1, 9); }\n"
                "struct A { const char* name; }; struct B { const char* name; };\n"
                "int x = f(A{}) + f(B{});"),
              ElementsAre("system(t.name) = system(t.name)", "kill(1, 9) = kill(1, 9)", "f(A{}) = f(A{}) project",
                          "f(B{}) = f(B{}) project"));
  EXPECT_THAT(c("template <class T> int f(T t) { return system(t.name); }"),
              ElementsAre("system(t.name) = system(t.name)"));
  EXPECT_THAT(qt("template <class T> void go(T& t) { t.kill(); }\nvoid f(QProcess& p) { go(p); }"),
              ElementsAre("t.kill() = QProcess::kill() on QProcess t", "go(p) = go(p) project"));
}

TEST(WorkerCalls, PointersWithOneValueAreFollowed) {
  EXPECT_THAT(c("int f() { int (*run)(const char*) = &::system; return run(\"a\"); }"),
              ElementsAre("run(\"a\") = system(\"a\")"));
  EXPECT_THAT(c("int f() { int (*run)(const char*); run = system; return (*run)(\"a\"); }"),
              ElementsAre("(*run)(\"a\") = system(\"a\")"));
  EXPECT_THAT(c("static auto* const run = system; auto& alias = system; int x = run(\"a\") + alias(\"b\");"),
              ElementsAre("run(\"a\") = system(\"a\")", "alias(\"b\") = system(\"b\")"));
  EXPECT_THAT(
      c("#include <functional>\nint f() { std::function<int(const char*)> run = ::system; return run(\"a\"); }"),
      ElementsAre("run(\"a\") = system(\"a\")"));
}

TEST(WorkerCalls, PointersThatMayHoldOthersAreNot) {
  for (const char* source :
       {"int f(int (*system)(const char*)) { return system(\"a\"); }",
        "int g(const char*); int f(bool b) { auto* run = system; if (b) run = g; return run(\"a\"); }",
        "int (*run)(const char*) = system; int f() { return run(\"a\"); }",
        "void set(int (**)(const char*)); int f() { auto* run = system; set(&run); return run(\"a\"); }",
        "void set(int (*&)(const char*)); int f() { int (*run)(const char*) = system; set(run); return run(\"a\"); "
        "}"}) {
    for (const std::string& call : c(source)) EXPECT_EQ(call.find("= system("), std::string::npos) << call;
  }
}

TEST(WorkerCalls, NamesGivenToDlsymAreFollowed) {
  const std::string dl = "#include <dlfcn.h>\nusing F = int (*)(const char*);\n";
  EXPECT_THAT(calls_of(dl + "int x = reinterpret_cast<F>(dlsym(nullptr, \"system\"))(\"a\");"),
              ElementsAre("reinterpret_cast<F>(dlsym(nullptr, \"system\"))(\"a\") = system(\"a\")"));
  EXPECT_THAT(calls_of(dl + "int f() { F run = (F)dlsym(nullptr, \"system\"); return run ? run(\"a\") : 0; }"),
              ElementsAre("run(\"a\") = system(\"a\")"));
  EXPECT_THAT(calls_of(dl + "int f() { F run = (F)dlsym(nullptr, \"strlen\"); return run(\"a\"); }"), IsEmpty());
}

TEST(WorkerCalls, RawSystemCallsAreTheirFunctions) {
  EXPECT_THAT(calls_of("#include <sys/syscall.h>\n#include <unistd.h>\n"
                       "long f(int p) { return syscall(SYS_kill, p, 9) + syscall(__NR_fork) + syscall(SYS_getpid); }"),
              ElementsAre("syscall(SYS_kill, p, 9) = kill(p, 9)", "syscall(__NR_fork) = fork()"));
}

TEST(WorkerCalls, LinkerNamesOfTheProjectAreFollowed) {
  EXPECT_THAT(calls_of("extern \"C\" int run(const char*) __asm__(\"system\"); int x = run(\"a\");"),
              ElementsAre("run(\"a\") = system(\"a\")"));
}

TEST(WorkerCalls, LambdasAreLookedInto) {
  EXPECT_THAT(c("auto run = [](auto p) { return kill(p, 9); }; int x = run(3);"),
              ElementsAre("kill(p, 9) = kill(p, 9)"));
}

TEST(WorkerCalls, NestedCallsStandBesideEachOther) {
  EXPECT_THAT(c("int x = kill(fork(), 9);"), ElementsAre("kill(fork(), 9) = kill(fork(), 9)", "fork() = fork()"));
}

}  // namespace
}  // namespace procsafe
