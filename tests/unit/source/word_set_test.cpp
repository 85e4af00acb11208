#include "source/word_set.h"

#include <gtest/gtest.h>

#include "source/prefilter.h"
#include "source/reachable_names.h"
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

TEST(Prefilter, WantsWhatCodeOfCCanCallOrHandOn) {
  const Prefilter prefilter(Catalog::load());
  const auto passes = [&](const std::string& text) { return prefilter.passes(source_from_text("a.cpp", text)); };
  EXPECT_TRUE(passes("int r = system (x);"));
  EXPECT_TRUE(passes("auto f = &::system;"));
  EXPECT_TRUE(passes("run(kill, 1);"));
  EXPECT_TRUE(passes("f = dlsym(0, \"kill\");"));
  EXPECT_TRUE(passes("QProcess::execute(x);"));
  EXPECT_TRUE(passes("x = 1'000; y = '\"'; fork();")) << "a separator of digits opens no literal";
  EXPECT_TRUE(passes("/* procsafe: allow-file(x) */"));
  EXPECT_FALSE(passes("// kill the system\n/* fork() */"));
  EXPECT_FALSE(passes("#include <boost/system/error_code.hpp>\nboost::system::error_code e;"));
  EXPECT_FALSE(passes("#include \"system.h\"\nint x;"));
}

TEST(Prefilter, WantsTheClassBeforeItsMethods) {
  const Prefilter prefilter(Catalog::load());
  EXPECT_FALSE(prefilter.passes(source_from_text("a.py", "f.read(); f.close(); t.communicate()\n")));
  EXPECT_TRUE(prefilter.passes(source_from_text("a.py", "def f(p: Process):\n    p.communicate()\n")));
}

TEST(WantedWords, CountCallsOnlyWhereAnyMentionDoes) {
  const auto binds = [](std::string_view text) {
    WantedWords words;
    words.add("stop", Mention::binding);
    return words.found_in(text);
  };
  EXPECT_FALSE(binds("self.stop()"));
  EXPECT_FALSE(binds("x = stop (1)"));
  EXPECT_FALSE(binds("stop(undef)"));
  EXPECT_TRUE(binds("def stop(self): pass"));
  EXPECT_TRUE(binds("async def  stop (self): pass"));
  EXPECT_TRUE(binds("def \\\n stop(self): pass"));
  EXPECT_TRUE(binds("class stop(object): pass"));
  EXPECT_TRUE(binds("self.stop = f"));
  EXPECT_TRUE(binds("start, self.stop = pair"));
  EXPECT_TRUE(binds("self.stop.append(p)"));
  EXPECT_TRUE(binds("from tools import stop"));
  EXPECT_TRUE(binds("register(self.stop)")) << "whoever gets it may call it with more";
  EXPECT_TRUE(binds("stop() or stop"));
  WantedWords any;
  EXPECT_TRUE(any.add("stop", Mention::binding));
  EXPECT_TRUE(any.add("stop", Mention::any));
  EXPECT_FALSE(any.add("stop", Mention::binding));
  EXPECT_TRUE(any.found_in("self.stop()"));
}

TEST(ReachableNames, AreMeantWhereModuleOrClassIsSpelled) {
  ReachableNames names;
  EXPECT_TRUE(names.empty());
  EXPECT_TRUE(names.add("proc", Mention::any, {"tools", "Server"}));
  EXPECT_FALSE(names.add("proc", Mention::any, {"tools"}));
  const auto means = [&](const std::string& path, const std::string& text) {
    return names.meant_by(source_from_text(path, text)).contains("proc");
  };
  EXPECT_TRUE(means("a.py", "from tools import x\nx.proc.kill()\n"));
  EXPECT_TRUE(means("a.py", "def f(s: Server): s.proc.kill()\n"));
  EXPECT_TRUE(means("lib/tools.py", "def f(s): s.proc.kill()\n"));
  EXPECT_TRUE(means("lib/tools/__init__.py", "def f(s): s.proc.kill()\n"));
  EXPECT_FALSE(means("lib/tools/other.py", "def f(s): s.proc.kill()\n"));
  EXPECT_FALSE(means("a.py", "from tools import process\n"));
  EXPECT_TRUE(names.add("proc", Mention::any, {}));
  EXPECT_TRUE(means("a.py", "x.proc.kill()\n"));
  EXPECT_FALSE(names.add("proc", Mention::any, {"tools"})) << "it is meant everywhere by now";
}

}  // namespace
}  // namespace procsafe
