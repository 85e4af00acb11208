#include "source/ignore.h"

#include <gtest/gtest.h>

namespace procsafe {
namespace {

bool ignores(std::string_view patterns, std::string_view path, bool directory = false) {
  return IgnoreList(patterns).verdict(path, directory) == IgnoreVerdict::ignored;
}

TEST(Glob, MatchesComponents) {
  EXPECT_TRUE(Glob("*.o").matches("a.o"));
  EXPECT_FALSE(Glob("*.o").matches("d/a.o")) << "a star stays inside its component";
  EXPECT_TRUE(Glob("a?c").matches("abc"));
  EXPECT_FALSE(Glob("a?c").matches("ac"));
  EXPECT_TRUE(Glob("a*b*c").matches("axxbyyc"));
  EXPECT_FALSE(Glob("a*b*c").matches("axxbyy"));
  EXPECT_TRUE(Glob("\\*").matches("*"));
  EXPECT_FALSE(Glob("\\*").matches("a"));
}

TEST(Glob, MatchesBrackets) {
  EXPECT_TRUE(Glob("[a-c]x").matches("bx"));
  EXPECT_FALSE(Glob("[!a-c]x").matches("bx"));
  EXPECT_TRUE(Glob("[^a-c]x").matches("dx"));
  EXPECT_TRUE(Glob("[]x]").matches("]"));
  EXPECT_TRUE(Glob("[a-]").matches("-"));
  EXPECT_TRUE(Glob("[[:digit:]_]").matches("7"));
  EXPECT_FALSE(Glob("[[:digit:]]").matches("x"));
  EXPECT_FALSE(Glob("[ab").matches("a")) << "an open bracket matches nothing";
}

TEST(Glob, MatchesAnyDepth) {
  EXPECT_TRUE(Glob("**/x").matches("x"));
  EXPECT_TRUE(Glob("**/x").matches("a/b/x"));
  EXPECT_TRUE(Glob("a/**/x").matches("a/x"));
  EXPECT_TRUE(Glob("a/**/x").matches("a/b/c/x"));
  EXPECT_FALSE(Glob("a/**/x").matches("b/x"));
  EXPECT_TRUE(Glob("a/**").matches("a/b/c"));
  EXPECT_FALSE(Glob("a/**").matches("a"));
}

TEST(Glob, ManyStarsTakeNoTime) {
  std::string pattern;
  for (int i = 0; i < 40; ++i) pattern += "a*";
  EXPECT_FALSE(Glob(pattern + "b").matches(std::string(4000, 'a')));
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "**/a/";
  std::string path;
  for (int i = 0; i < 400; ++i) path += "a/";
  EXPECT_FALSE(Glob(deep + "b").matches(path + "c"));
}

TEST(IgnoreList, TheLastMatchDecides) {
  EXPECT_TRUE(ignores("*.log\n!keep.log\n", "a.log"));
  EXPECT_FALSE(ignores("*.log\n!keep.log\n", "keep.log"));
  EXPECT_TRUE(ignores("!keep.log\n*.log\n", "keep.log"));
  EXPECT_EQ(IgnoreList("!keep\n").verdict("keep", false), IgnoreVerdict::included);
  EXPECT_EQ(IgnoreList("a\n").verdict("b", false), IgnoreVerdict::none);
}

TEST(IgnoreList, AnchorsPatternsWithSlashes) {
  EXPECT_TRUE(ignores("build", "a/build"));
  EXPECT_FALSE(ignores("/build", "a/build"));
  EXPECT_TRUE(ignores("/build", "build"));
  EXPECT_TRUE(ignores("a/b", "a/b"));
  EXPECT_FALSE(ignores("a/b", "c/a/b"));
}

TEST(IgnoreList, KnowsFolders) {
  EXPECT_TRUE(ignores("build/", "a/build", true));
  EXPECT_FALSE(ignores("build/", "a/build", false));
}

TEST(IgnoreList, CoversWhatLiesInAnIgnoredFolder) {
  EXPECT_TRUE(IgnoreList("build/").covers("a/build/b/c.py"));
  EXPECT_TRUE(IgnoreList("*.py").covers("a/c.py"));
  EXPECT_TRUE(IgnoreList("a/\n!a/b.py").covers("a/b.py")) << "nothing comes back out of an ignored folder";
  EXPECT_FALSE(IgnoreList("build/").covers("build"));
}

TEST(IgnoreList, ReadsLines) {
  EXPECT_FALSE(ignores("# a\n", "# a"));
  EXPECT_TRUE(ignores("\\#a\n", "#a"));
  EXPECT_TRUE(ignores("\\!a\n", "!a"));
  EXPECT_TRUE(ignores("a  \n", "a"));
  EXPECT_TRUE(ignores("a\\ \n", "a "));
  EXPECT_TRUE(ignores("a\r\nb\r\n", "a"));
  EXPECT_TRUE(
      ignores("\xEF\xBB\xBF"
              "a\n",
              "a"));
  EXPECT_TRUE(IgnoreList("\n#\n/\n!\n").empty());
}

}  // namespace
}  // namespace procsafe
