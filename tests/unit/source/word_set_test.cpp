#include "source/word_set.h"

#include <gtest/gtest.h>

#include "source/prefilter.h"
#include "source/read.h"

namespace procsafe {
namespace {

TEST(WordSet, FindsWholeWords) {
  WordSet words;
  EXPECT_FALSE(words.found_in("fork()"));
  EXPECT_TRUE(words.add("fork"));
  EXPECT_FALSE(words.add("fork"));
  EXPECT_TRUE(words.found_in("fork"));
  EXPECT_TRUE(words.found_in("x = os.fork()"));
  EXPECT_TRUE(words.found_in("forks fork"));
  EXPECT_FALSE(words.found_in("forked vfork fork_ _fork fork2"));
}

TEST(WordSet, TakesShortWords) {
  WordSet words;
  words.add("sh");
  words.add("r");
  EXPECT_TRUE(words.found_in("import sh"));
  EXPECT_TRUE(words.found_in("r"));
  EXPECT_TRUE(words.found_in("(r)"));
  EXPECT_FALSE(words.found_in("push rr shell"));
}

TEST(WordSet, TakesTheLastWordOfAQualifiedName) {
  WordSet words;
  words.add("std::system");
  EXPECT_TRUE(words.found_in("using namespace std; system(x)"));
  EXPECT_FALSE(words.found_in("std"));
}

TEST(WordSet, MissesNothingForTextWithoutWords) {
  WordSet words;
  words.add("[[");
  EXPECT_TRUE(words.found_in(""));
}

TEST(Prefilter, LeavesOutWhatHoldsNoOperation) {
  const Prefilter prefilter(Catalog::load());
  EXPECT_FALSE(prefilter.passes(source_from_text("a.py", "print('hello')\n")));
  EXPECT_TRUE(prefilter.passes(source_from_text("a.py", "# procsafe: allow(x)\n")));
  EXPECT_TRUE(prefilter.passes(source_from_text("a.sh", "echo hello\n"))) << "shell is made of spawns";
  EXPECT_FALSE(prefilter.passes(source_from_text("a.cpp", "int main() { return 0; }\n")));
}

}  // namespace
}  // namespace procsafe
