#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "describe.h"

namespace procsafe::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Flows, AContainerOfCGivesBackWhatWasPutIn) {
  const std::string use =
      "void stop() { listRewind(s.children, &li); while ((ln = listNext(&li))) { pid_t p = (long)ln->value;"
      " kill(p, 15); } }";
  EXPECT_THAT(describe_c("struct { list* children; } s; listIter li; listNode* ln;\n"
                         "void start() { int c = fork(); if (c > 0) listAddNodeTail(s.children, (void*)(long)c); }\n" +
                         use),
              Contains(HasSubstr("3 kill: signal child")));
  EXPECT_THAT(describe_c("struct { list* children; } s; listIter li; listNode* ln;\n\n" + use),
              Contains(HasSubstr("3 kill: signal unknown")));
}

TEST(Flows, AFieldBehindAMacroIsThatOfItsClass) {
  const std::string types =
      "struct score { int pid; }; extern struct score* board;\n#define CHILD_PID(i) (board[i].pid)\n";
  EXPECT_THAT(
      describe_c(types + "void start(int i) { CHILD_PID(i) = fork(); }\nvoid stop(int i) { kill(CHILD_PID(i), 15); }"),
      Contains(HasSubstr("4 kill: signal child")));
  EXPECT_THAT(describe_c(types + "\nvoid stop(int i) { kill(CHILD_PID(i), 15); }"), Contains(HasSubstr("unknown")));
}

TEST(Flows, AMacroGivesAPartOfWhatItsBodyNames) {
  EXPECT_THAT(describe_c("#define GETINT(e) VAL(EU_##e, s_int, stack)\n"
                         "void f() { stack_t* stack = procps_pids_get(0, 1); int pid = GETINT(PID); kill(pid, 15); }"),
              Contains(HasSubstr("2 kill: signal searched")));
}

TEST(Flows, ParametersInTheOldStyleAreNoGlobals) {
  const std::pair<std::string, std::string> other{
      "b.c", "int reap(stat, pid) int* stat; int pid;\n{ pid = next(); return pid; }"};
  const auto facts = describe(
      {{"a.c", "int pid = 0;\nvoid start() { int f; f = fork(); pid = f; }\nvoid stop() { kill(pid, 15); }"}, other});
  EXPECT_THAT(facts, Contains(HasSubstr("a.c 3 kill: signal child")));
}

TEST(Flows, WhatComesFromNowhereIsUnknown) {
  const std::string stop = "static void stop(int pid, int sig) { kill(pid, sig); }\n";
  EXPECT_THAT(describe_c(stop + "void f() { int p = fork(); stop(p, SIGKILL); stop(p, elsewhere()); }"),
              Contains(HasSubstr("kill: signal child unknown")));
  EXPECT_THAT(describe_c(stop + "void f() { int p = fork(); stop(p, SIGKILL); stop(elsewhere(), SIGKILL); }"),
              Contains(HasSubstr("kill: signal unknown forceful")));
}

TEST(Flows, TheResultOfAForkGoesThroughChoicesAndMacros) {
  const std::string expanding = "#define xfork() ({ int p = fork(); if (p < 0) die(); p; })\n";
  EXPECT_THAT(describe_c("void f(job* j) { j->pid = MMU ? fork() : vfork(); if (!j->pid) run(); }"),
              Not(Contains(HasSubstr("held"))));
  EXPECT_THAT(describe_c(expanding + "int f() { int c = MMU ? xfork() : vfork(); if (c == 0) run(); return c; }"),
              Not(Contains(HasSubstr("held"))));
  EXPECT_THAT(describe_c(expanding + "void f() { int c = MMU ? xfork() : vfork(); if (c == 0) run(); }"),
              Contains(HasSubstr("held")));
}

TEST(Flows, AskingForAShellStartsNothing) {
  EXPECT_THAT(describe_c("int f() { return system(NULL) + system(0) + system((char*)0); }"), testing::IsEmpty());
  EXPECT_THAT(describe_c("int f(const char* c) { return system(c); }"), Not(testing::IsEmpty()));
}

TEST(Flows, AStatementExpressionHasAValue) {
  EXPECT_THAT(describe_c("#define xfork() ({ int p = fork(); p; })\nvoid f() { int c = xfork(); kill(c, 15); }"),
              Contains(HasSubstr("2 kill: signal child")));
}

TEST(Flows, ForceAfterASignalTheCallerChoseIsAStep) {
  EXPECT_THAT(describe_c("void f(int sig) { int p = fork(); kill(p, sig); sleep(1); kill(p, SIGKILL); }"),
              Contains(HasSubstr("forceful preceded")));
  EXPECT_THAT(describe_c("void f(int step) { int p = fork(); switch (step) { case 1: kill(p, SIGTERM); break;"
                         " case 2: kill(p, SIGKILL); break; } }"),
              Contains(HasSubstr("forceful preceded")));
  EXPECT_THAT(describe_c("void f(int step) { int p = fork(); if (step) kill(p, SIGTERM); else kill(p, SIGKILL); }"),
              Not(Contains(HasSubstr("preceded"))));
}

}  // namespace
}  // namespace procsafe::test
