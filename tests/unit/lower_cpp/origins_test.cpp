#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "describe.h"

namespace procsafe::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Origins, NamesTellWhereNothingElseDoes) {
  EXPECT_THAT(describe_c("void f() { kill(find_pid_by_name(\"x\"), 15); }"), Contains(HasSubstr("searched")));
  EXPECT_THAT(describe_c("void f() { int pid; read_pidfile(\"x\", &pid); kill(pid, 15); }"),
              Contains(HasSubstr("pid-file")));
  EXPECT_THAT(describe_c("void f() { kill(next_pid(\"x\"), 15); }"), Contains(HasSubstr("unknown")));
}

TEST(Origins, AConversionGivesWhatItIsGiven) {
  EXPECT_THAT(describe_c("void f() { DIR* d = opendir(\"/proc\"); struct dirent* e = readdir(d);"
                         " kill(bb_strtou(e->d_name, 0, 10), 15); }"),
              Contains(HasSubstr("searched")));
}

TEST(Origins, FieldsOfAClassThatAHeaderDeclares) {
  const std::string header = "typedef struct job_t { int pid; } job_t; typedef struct other_t { int pid; } other_t;";
  const auto facts = describe({{"a.h", header},
                               {"a.c", "void start(job_t* job) { job->pid = fork(); }"},
                               {"b.c", "void read(other_t* o, FILE* f) { fscanf(f, \"%d\", &o->pid); }"},
                               {"c.c", "void stop(job_t* job) { kill(job->pid, 15); }"}});
  EXPECT_THAT(facts, Contains(HasSubstr("c.c 1 kill: signal child graceful")));
}

TEST(Origins, AHeaderForAnotherSystemHidesNothing) {
  const std::pair<std::string, std::string> shim{"compat/win.h", "#define kill win_kill\nint win_kill(int, int);\n"};
  EXPECT_THAT(describe({shim, {"a.c", "#include \"all.h\"\nvoid f() { kill(3, 15); }"}}),
              Contains(HasSubstr("a.c 2 kill: signal")));
  EXPECT_THAT(describe({shim, {"a.c", "#include \"compat/win.h\"\nvoid f() { kill(3, 15); }"}}),
              Not(Contains(HasSubstr("kill"))));
}

TEST(Origins, AWrapperOfForkIsAFork) {
  EXPECT_THAT(describe_c("static int my_fork(void) { return fork(); }\n"
                         "void f(char** a) { if (my_fork() == 0) execv(a[0], a); }"),
              Not(Contains(HasSubstr("execv"))));
  EXPECT_THAT(describe_c("void f(char** a) { if (fork_elsewhere() == 0) execv(a[0], a); }"),
              Contains(HasSubstr("execv")));
}

TEST(Origins, ReapingAfterAnOwnSignalNeedsNoStatus) {
  EXPECT_THAT(describe_c("void f(int pid) { kill(pid, 15); waitpid(pid, 0, 0); }"),
              Not(Contains(HasSubstr("unchecked"))));
  EXPECT_THAT(describe_c("void f(int pid) { waitpid(pid, 0, 0); }"), Contains(HasSubstr("unchecked")));
}

TEST(Origins, OnlyStartingAProcessFillsItsInformation) {
  EXPECT_THAT(
      describe_c("void f() { PROCESS_INFORMATION pi; start_it(\"x\", &pi); TerminateProcess(pi.hProcess, 1); }"),
      Contains(HasSubstr("child")));
}

TEST(Origins, FieldsOfAClassInAnOpenedNamespace) {
  EXPECT_THAT(describe({{"a.h", "namespace n { class D { void stop(); KProcess* m_process; }; }"},
                        {"a.cpp", "#include \"a.h\"\nusing namespace n;\nvoid D::stop() { m_process->kill(); }"}}),
              Contains(HasSubstr("a.cpp 3 m_process->kill: signal child")));
}

TEST(Loops, TryingAgainAfterASignalIsNoPolling) {
  EXPECT_THAT(describe_c("void f(int p) { int r; do r = waitpid(p, 0, WNOHANG); while (r < 0 && errno == EINTR); }"),
              Not(Contains(HasSubstr("loop"))));
  EXPECT_THAT(describe_c("void f(int p) { while (waitpid(p, 0, WNOHANG) == 0) usleep(9); }"),
              Contains(HasSubstr("while loop")));
  EXPECT_THAT(describe_c("void f(struct s* x, int p) { while (kill(p, 0) == 0 && x->n < 9) { x->n++; } }"),
              Not(Contains(HasSubstr("loop"))));
}

TEST(Background, AParentThatWatchesLetsNothingGo) {
  EXPECT_THAT(describe_c("void f() { if (fork() != 0) exit(0); setsid(); }"), Contains(HasSubstr("untracked")));
  EXPECT_THAT(describe_c("void f() { if (fork() != 0) { monitor_child(); exit(0); } setsid(); }"),
              Not(Contains(HasSubstr("untracked"))));
  EXPECT_THAT(describe_c("int f(void) {\n#if A\n int p = fork(); if (p == -1) exit(2); if (p == 0) { run(); _exit(1); }"
                         " return p;\n#else\n start(); exit(2);\n#endif\n}"),
              Not(Contains(HasSubstr("untracked"))));
}

}  // namespace
}  // namespace procsafe::test
