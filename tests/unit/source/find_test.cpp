#include "source/find.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "temp_tree.h"

namespace procsafe {
namespace {

using test::InDirectory;
using test::TempTree;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Find : public testing::Test {
 protected:
  std::vector<std::string> find(const std::vector<std::string>& paths) {
    FoundFiles found = find_files(paths, options);
    problems = std::move(found.problems);
    std::vector<std::string> names;
    for (const FoundFile& file : found.files) names.push_back(file.path);
    return names;
  }
  TempTree tree;
  InDirectory inside{tree.root()};
  FindOptions options;
  std::vector<ReadProblem> problems;
};

TEST_F(Find, WalksSortedAndNamesPathsAsReached) {
  for (const char* name : {"b/z.py", "b/a.py", "a.py", ".hidden/x.sh", "B.py"}) tree.write(name, "");
  EXPECT_THAT(find({"."}), ElementsAre(".hidden/x.sh", "B.py", "a.py", "b/a.py", "b/z.py"));
  EXPECT_THAT(find({"./b/"}), ElementsAre("b/a.py", "b/z.py"));
  EXPECT_THAT(find({tree.path("b")}), ElementsAre(tree.path("b/a.py"), tree.path("b/z.py")));
  EXPECT_THAT(find({"b//./a.py"}), ElementsAre("b/a.py"));
}

TEST_F(Find, ListsEachFileOnce) {
  tree.write("b/a.py", "");
  EXPECT_THAT(find({".", "b", "b/a.py", "./b/../b/a.py"}), ElementsAre("b/../b/a.py"));
  EXPECT_THAT(find({".", "b"}), ElementsAre("b/a.py"));
}

TEST_F(Find, HonoursIgnoreFilesInsideARepository) {
  tree.folder(".git");
  tree.write(".gitignore", "*.o\n/build/\nlogs/**\n");
  tree.write("sub/.gitignore", "!keep.o\n");
  for (const char* name : {"a.o", "build/x.py", "sub/build/x.py", "sub/keep.o", "sub/b.o", "logs/a/b.py"})
    tree.write(name, "");
  EXPECT_THAT(find({"."}), ElementsAre(".gitignore", "sub/.gitignore", "sub/build/x.py", "sub/keep.o"));
  EXPECT_THAT(find({"sub"}), ElementsAre("sub/.gitignore", "sub/build/x.py", "sub/keep.o"))
      << "ignore files above the folder count";
  options.ignore_files = false;
  EXPECT_EQ(find({"."}).size(), 8U);
}

TEST_F(Find, GitignoreNeedsARepositoryAndStopsAtItsBorder) {
  tree.write(".gitignore", "*.o\n");
  tree.write("a.o", "");
  EXPECT_THAT(find({"."}), ElementsAre(".gitignore", "a.o"));
  tree.folder(".git");
  tree.folder("inner/.git");
  tree.write("inner/b.o", "");
  EXPECT_THAT(find({"."}), ElementsAre(".gitignore", "inner/b.o"));
}

TEST_F(Find, DotIgnoreIsStrongerAndNeedsNoRepository) {
  tree.write(".ignore", "*.o\n!a.o\n");
  tree.write("a.o", "");
  tree.write("b.o", "");
  EXPECT_THAT(find({"."}), ElementsAre(".ignore", "a.o"));
  tree.folder(".git");
  tree.write(".gitignore", "a.o\n");
  EXPECT_THAT(find({"."}), ElementsAre(".gitignore", ".ignore", "a.o"));
}

TEST_F(Find, WhatTheUserNamesIsNotIgnored) {
  tree.folder(".git");
  tree.write(".gitignore", "build\n*.py\n");
  tree.write("build/a.sh", "");
  tree.write("x.py", "");
  EXPECT_THAT(find({"x.py", "build"}), ElementsAre("build/a.sh", "x.py"));
}

TEST_F(Find, Excludes) {
  for (const char* name : {"a/x.py", "b/a/x.py", "b/y.py"}) tree.write(name, "");
  options.excludes = {"/a/"};
  EXPECT_THAT(find({"."}), ElementsAre("b/a/x.py", "b/y.py"));
  EXPECT_THAT(find({"a"}), ElementsAre("a/x.py")) << "named";
  options.excludes = {"x.*"};
  EXPECT_THAT(find({".", "a/x.py"}), ElementsAre("a/x.py", "b/y.py"));
  options.excludes = {"/a"};
  const InDirectory elsewhere(tree.root() / "b");
  EXPECT_THAT(find({tree.root().string()}), ElementsAre(tree.path("b/a/x.py"), tree.path("b/y.py")))
      << "outside the working directory patterns start at the folder";
}

TEST_F(Find, ExcludesHoldForNamedFilesWhenAsked) {
  for (const char* name : {"a/b/x.py", "y.py"}) tree.write(name, "");
  options.excludes = {"/a/"};
  options.filter_named = true;
  EXPECT_THAT(find({"a/b/x.py", "y.py"}), ElementsAre("y.py"));
  EXPECT_FALSE(find_files({"y.py"}, options).files.at(0).named);
}

TEST_F(Find, FollowsNoLinksInsideFolders) {
  tree.write("a/x.py", "");
  tree.link("..", "a/up");
  tree.link("x.py", "a/y.py");
  tree.link("nothing", "a/z.py");
  EXPECT_THAT(find({"."}), ElementsAre("a/x.py"));
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_THAT(find({"a/up/a"}), ElementsAre("a/up/a/x.py")) << "a link the user names is followed";
}

TEST_F(Find, SaysWhatItCannotReach) {
  tree.link("nothing", "dangling.py");
  tree.link("loop", "loop");
  ASSERT_EQ(::mkfifo(tree.path("pipe.py").c_str(), 0600), 0);
  EXPECT_THAT(find({"missing", "dangling.py", "loop", "pipe.py", "", "pipe.py/x"}), IsEmpty());
  ASSERT_EQ(problems.size(), 6U);
  EXPECT_EQ(problems[0].message, "no such file or folder");
  EXPECT_EQ(problems[1].message, "is a symbolic link to nothing");
  EXPECT_THAT(problems[2].message, HasSubstr("Too many levels of symbolic links"));
  EXPECT_THAT(problems[3].message, HasSubstr("named pipe"));
  EXPECT_THAT(problems[4].message, HasSubstr("empty path"));
  EXPECT_THAT(problems[5].message, HasSubstr("Not a directory"));
}

TEST_F(Find, SpecialFilesInFoldersMatterOnlyWithASourceName) {
  ASSERT_EQ(::mkfifo(tree.path("pipe").c_str(), 0600), 0);
  EXPECT_THAT(find({"."}), IsEmpty());
  EXPECT_THAT(problems, IsEmpty());
  ASSERT_EQ(::mkfifo(tree.path("pipe.sh").c_str(), 0600), 0);
  EXPECT_THAT(find({"."}), IsEmpty());
  EXPECT_EQ(problems.size(), 1U);
}

TEST_F(Find, TakesAnyBytesAsNames) {
  tree.write("a\nb.py", "");
  tree.write("\xFF.py", "");
  EXPECT_THAT(find({"."}), ElementsAre("a\nb.py", "\xFF.py"));
}

}  // namespace
}  // namespace procsafe
