#include "lower/clang/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temp_tree.h"

namespace procsafe {
namespace {

using testing::ElementsAre;

TEST(SplitCommand, ReadsQuotesAndBackslashesAsAShellDoes) {
  EXPECT_THAT(split_command("cc  -c a.c"), ElementsAre("cc", "-c", "a.c"));
  EXPECT_THAT(split_command(R"(cc "-DX=\"a b\"" '-DY=\n' a\ b.c)"),
              ElementsAre("cc", "-DX=\"a b\"", "-DY=\\n", "a b.c"));
  EXPECT_THAT(split_command(R"(cc "" -D"A"'B')"), ElementsAre("cc", "", "-DAB"));
  EXPECT_THAT(split_command(R"(cc "\n" "open)"), ElementsAre("cc", "\\n", "open"));
  EXPECT_TRUE(split_command(" \n\t").empty());
}

TEST(PlainCommand, LeavesOutWhatStandsBeforeTheCompiler) {
  EXPECT_THAT(plain_command({"/usr/bin/ccache", "g++", "-c", "a.cpp"}, "/"), ElementsAre("g++", "-c", "a.cpp"));
  EXPECT_THAT(plain_command({"env", "-i", "CCACHE_DIR=/x", "distcc", "cc", "a.c"}, "/"), ElementsAre("cc", "a.c"));
  EXPECT_THAT(plain_command({"nice", "-n", "cc"}, "/"), ElementsAre("cc"));
  EXPECT_THAT(plain_command({"cc", "-DX=1", "a.c"}, "/"), ElementsAre("cc", "-DX=1", "a.c"));
  EXPECT_THAT(plain_command({}, "/"), ElementsAre());
}

TEST(PlainCommand, TakesFromNvccWhatTheHostsCompilerIsTold) {
  EXPECT_THAT(plain_command({"/opt/cuda/bin/nvcc", "-gencode", "arch=compute_80,code=sm_80", "-Xcompiler", "-fPIC,-O2",
                             "--expt-relaxed-constexpr", "-ccbin=g++-12", "-DX=1", "-Ifoo", "-c", "a.cpp"},
                            "/"),
              ElementsAre("c++", "-fPIC", "-O2", "-DX=1", "-Ifoo", "-c", "a.cpp"));
  EXPECT_THAT(plain_command({"nvcc", "--compiler-options=-Wall", "a.cpp", "-Xcompiler"}, "/"),
              ElementsAre("c++", "-Wall", "a.cpp"));
}

TEST(PlainCommand, PutsResponseFilesInTheirPlace) {
  const test::TempTree folder;
  folder.write("flags.rsp", "-Ifoo \"-DA=b c\"\n@more.rsp");
  folder.write("more.rsp", "-DMORE");
  folder.write("loop.rsp", "@loop.rsp");
  EXPECT_THAT(plain_command({"cc", "@flags.rsp", "a.c"}, folder.root()),
              ElementsAre("cc", "-Ifoo", "-DA=b c", "-DMORE", "a.c"));
  EXPECT_THAT(plain_command({"cc", "@missing.rsp"}, folder.root()), ElementsAre("cc", "@missing.rsp"));
  EXPECT_THAT(plain_command({"cc", "@loop.rsp"}, folder.root()), ElementsAre("cc", "@loop.rsp"));
}

}  // namespace
}  // namespace procsafe
