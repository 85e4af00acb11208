#include <gtest/gtest.h>

#include "program.h"

namespace procsafe {
namespace {

std::string forked(std::string_view text) {
  return python_findings("import os, sys, subprocess\n" + std::string(text));
}

TEST(Forks, AreLetGoWhenTheParentExits) {
  EXPECT_EQ(forked("if os.fork():\n  os._exit(0)\n"), "2 untracked-background");
  EXPECT_EQ(forked("if os.fork() > 0:\n  sys.exit(0)\n"), "2 untracked-background");
  EXPECT_EQ(forked("pid = os.fork()\nif not pid:\n  work()\nelse:\n  os._exit(0)\n"), "2 untracked-background");
}

TEST(Forks, AreKeptWhenTheChildExits) {
  EXPECT_EQ(forked("if not os.fork():\n  work()\n  os._exit(0)\n"), "");
  EXPECT_EQ(forked("def f():\n  if pid := os.fork():\n    return pid\n  else:\n    os._exit(0)\n"), "");
  EXPECT_EQ(forked("pid = os.fork()\nif pid == 0:\n  os._exit(0)\n"), "");
}

TEST(DetachedConsoles, AreTrackedWhenSomebodyWaits) {
  constexpr std::string_view kSpawn = "p = subprocess.Popen('x', creationflags=subprocess.DETACHED_PROCESS)\n";
  EXPECT_EQ(forked(kSpawn), "2 untracked-background");
  EXPECT_EQ(forked(std::string(kSpawn) + "p.communicate(timeout=5)\n"), "");
}

}  // namespace
}  // namespace procsafe
