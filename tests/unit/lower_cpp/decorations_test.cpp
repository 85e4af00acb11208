#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "describe.h"
#include "lower/cpp/decorations.h"

namespace procsafe::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

/// The text without its decorations.
std::string bare(std::string text) {
  const std::vector<SourceRange> ranges = cpp::decorations(text, {});
  for (auto range = ranges.rbegin(); range != ranges.rend(); ++range)
    text.erase(range->begin, range->end - range->begin);
  return text;
}

TEST(Decorations, AttributesGo) {
  EXPECT_EQ(bare("pid_t FAST_FUNC f(int a);"), "pid_t  f(int a);");
  EXPECT_EQ(bare("char* FAST_FUNC f(int a);"), "char*  f(int a);");
  EXPECT_EQ(bare("static NOINLINE int f(void) {}"), "static  int f(void) {}");
  EXPECT_EQ(bare("static NOINLINE pid_t f(void) {}"), "static  pid_t f(void) {}");
  EXPECT_EQ(bare("DWORD WINAPI f(LPVOID x) {}"), "DWORD  f(LPVOID x) {}");
  EXPECT_EQ(bare("class APT_PUBLIC X {};"), "class  X {};");
  EXPECT_EQ(bare("class APT_PUBLIC X : public Y {};"), "class  X : public Y {};");
  EXPECT_EQ(bare("AP_DECLARE(void) f(int a) {}"), "void f(int a) {}");
  EXPECT_EQ(bare("extern \"C\" { AP_DECLARE(const char *) f(int a); }"), "extern \"C\" { const char * f(int a); }");
}

TEST(Decorations, TypesAndNamesStay) {
  for (const char* text :
       {"static HANDLE f(int a);", "const DWORD x = 1;", "HANDLE a, *b;", "struct FOO bar;", "struct FOO bar(int);",
        "typedef unsigned char BYTE;", "x = FOO * bar(1);", "return FOO(x);", "void f() { EACH(item) run(item); }",
        "printf(\"%\" PRIu64 \"\\n\", x);", "if (x) LOG(y); else DEBUG(z);", "enum FOO bar(int);", "BOOL x;"})
    EXPECT_EQ(bare(text), text);
}

TEST(Decorations, WhatTheyHideIsAnalysed) {
  EXPECT_THAT(describe_cpp("class APT_PUBLIC D { bool Process(int); virtual ~D() {} };\n"
                           "struct R { pid_t Process; void open(); void close(); };\n"
                           "void R::open() { Process = fork(); }\n"
                           "void R::close() { kill(Process, 15); }"),
              Contains(HasSubstr("4 kill: signal child graceful")));
}

}  // namespace
}  // namespace procsafe::test
