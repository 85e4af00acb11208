#include "lower/clang/compile_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temp_tree.h"

namespace procsafe {
namespace {

using testing::ElementsAre;

TEST(CompileDatabase, ReadsCommandsAndArguments) {
  const test::TempTree folder;
  folder.write("compile_commands.json", R"([
    {"directory": "src", "file": "a.c", "command": "ccache cc -DX='1 2' -c a.c"},
    {"directory": ")" + folder.root().string() +
                                            R"(", "file": "src/b.c", "arguments": ["cc", "src/b.c"]},
    {"directory": "src", "file": "a.c", "command": "cc -DSECOND a.c"}])");
  const CompileDatabase database = CompileDatabase::load(folder.root());
  const auto a = database.command(folder.root() / "src/a.c");
  ASSERT_TRUE(a);
  EXPECT_EQ(a->directory, (folder.root() / "src").string());
  EXPECT_EQ(a->file, (folder.root() / "src/a.c").string());
  EXPECT_THAT(a->arguments, ElementsAre("cc", "-DX=1 2", "-c", "a.c"));
  EXPECT_THAT(database.command(folder.root() / "src/b.c")->arguments, ElementsAre("cc", "src/b.c"));
  EXPECT_FALSE(database.command(folder.root() / "src/c.c"));
  EXPECT_EQ(database.project(), folder.root());
}

TEST(CompileDatabase, FollowsSymbolicLinksToTheFile) {
  const test::TempTree folder;
  folder.write("real.c", "");
  std::filesystem::create_symlink("real.c", folder.root() / "link.c");
  folder.write("compile_commands.json", R"([{"directory": ".", "file": "link.c", "command": "cc link.c"}])");
  const auto command = CompileDatabase::load(folder.root()).command(folder.root() / "real.c");
  ASSERT_TRUE(command);
  EXPECT_EQ(command->file, (folder.root() / "link.c").string());
}

TEST(CompileDatabase, IsFoundAboveTheFileAndInBuild) {
  const test::TempTree folder;
  const std::filesystem::path file = folder.write("project/src/deep/a.c", "");
  const std::filesystem::path flags = folder.write("compile_flags.txt", "-DX");
  EXPECT_EQ(CompileDatabase::find(file), flags);
  const std::filesystem::path built = folder.write("project/build/compile_commands.json", "[]");
  EXPECT_EQ(CompileDatabase::find(file), built);
  EXPECT_EQ(CompileDatabase::load(built).project(), folder.root() / "project");
  const std::filesystem::path near = folder.write("project/src/compile_commands.json", "[]");
  EXPECT_EQ(CompileDatabase::find(file), near);
}

TEST(CompileDatabase, FlagsHoldForEveryFileBelow) {
  const test::TempTree folder;
  folder.write("compile_flags.txt", "-std=c17\n\n  -DNAME=a b  \r\n");
  const CompileDatabase database = CompileDatabase::load(folder.root());
  const auto command = database.command(folder.root() / "x/a.c");
  ASSERT_TRUE(command);
  EXPECT_THAT(command->arguments, ElementsAre("clang", "-std=c17", "-DNAME=a b", command->file));
  EXPECT_FALSE(database.command(folder.root().parent_path() / "elsewhere.c"));
}

TEST(CompileDatabase, SaysWhatIsWrong) {
  const test::TempTree folder;
  EXPECT_THROW((void)CompileDatabase::load(folder.root()), CompileDatabaseError);
  EXPECT_THROW((void)CompileDatabase::load(folder.root() / "missing.json"), CompileDatabaseError);
  for (const char* text : {"", "{}", "[1]", R"([{"file": "a.c"}])", R"([{"directory": ".", "file": "a.c"}])",
                           R"([{"directory": ".", "file": 1, "command": "cc"}])"}) {
    folder.write("compile_commands.json", text);
    EXPECT_THROW((void)CompileDatabase::load(folder.root()), CompileDatabaseError) << text;
  }
}

}  // namespace
}  // namespace procsafe
