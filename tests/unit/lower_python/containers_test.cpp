#include <gtest/gtest.h>

#include "program.h"

namespace procsafe {
namespace {

/// A class that keeps processes in an attribute, and a method that uses them.
std::string keeper(std::string_view attribute, std::string_view put, std::string_view use) {
  return "import os, subprocess\n"
         "class Keeper:\n"
         "  def __init__(self):\n"
         "    self.held = " +
         std::string(attribute) +
         "\n"
         "  def start(self, key):\n"
         "    p = subprocess.Popen('x')\n"
         "    " +
         std::string(put) +
         "\n"
         "  def use(self, key):\n"
         "    " +
         std::string(use) + "\n";
}

TEST(Containers, OfAFieldKeepWhatMethodsPutIn) {
  constexpr std::string_view kPut = "self.held[key] = p";
  EXPECT_EQ(python_findings(keeper("{}", kPut, "self.held[key].terminate()")), "9 raw-kill");
  EXPECT_EQ(python_findings(keeper("{}", kPut, "os.kill(self.held[key].pid, 15)")), "9 raw-kill");
  EXPECT_EQ(python_findings(keeper("{}", kPut, "for p in self.held.values(): p.wait()")), "9 missing-timeout");
  EXPECT_EQ(python_findings(keeper("{}", kPut, "for k, p in self.held.items(): p.terminate()")), "9 raw-kill");
  EXPECT_EQ(python_findings(keeper("{}", kPut, "for k in list(self.held.keys()): self.held[k].kill()")), "9 raw-kill");
  EXPECT_EQ(python_findings(keeper("{}", kPut, "os.kill(self.held.pop(key).pid, 15)")), "9 raw-kill");
  EXPECT_EQ(python_findings(keeper("{}", kPut, "os.kill(self.held.get(key).pid, 15)")), "9 raw-kill");
  EXPECT_EQ(python_findings(keeper("[]", "self.held.append(p)", "os.kill(self.held[0].pid, 15)")), "9 raw-kill");
  EXPECT_EQ(python_findings(keeper("[]", "self.held.append(p)", "os.kill(self.held.pop().pid, 15)")), "9 raw-kill");
  EXPECT_EQ(python_findings(keeper("{}", "self.held[key] = {'p': p}", "self.held[key]['p'].kill()")), "9 raw-kill");
}

TEST(Containers, OfAFieldForgetWhatWasNotKnownAtFirst) {
  EXPECT_EQ(python_findings("import os, subprocess\n"
                            "class Driver:\n"
                            "  def __init__(self):\n"
                            "    self.held = []\n"
                            "    self.named = {}\n"
                            "  def start(self, n):\n"
                            "    c, _ = self.run(['x'])\n"
                            "    self.held.append(c)\n"
                            "    self.named[n] = c\n"
                            "  def stop(self, n):\n"
                            "    os.killpg(self.held.pop().pid, 9)\n"
                            "    os.killpg(self.named.pop(n).pid, 9)\n"
                            "  def run(self, command):\n"
                            "    c = subprocess.Popen(command)\n"
                            "    return c, 5\n"),
            "11 raw-kill; 12 raw-kill");
}

TEST(Containers, OfUnknownContentHoldForeignProcesses) {
  EXPECT_EQ(python_findings(keeper("load()", "pass", "os.kill(self.held[key], 15)")), "9 foreign-signal");
  EXPECT_EQ(python_findings(keeper("{}", "pass", "os.kill(self.held[key], 15)")), "9 foreign-signal");
  EXPECT_EQ(python_findings(keeper("{}", "self.held[key] = key", "self.held[key].terminate()")), "");
}

TEST(Flags, AreReadAsNumbersToo) {
  EXPECT_EQ(python_findings("import subprocess\nsubprocess.Popen(['x'], creationflags=0x8 | 0x200)"),
            "2 untracked-background");
  EXPECT_EQ(python_findings("import subprocess\nsubprocess.Popen(['x'], creationflags=0x200)"), "");
  EXPECT_EQ(python_findings("import os\nos.waitpid(p, 1)"), "");
  EXPECT_EQ(python_findings("import os\nos.waitpid(p, 0)"), "2 missing-timeout");
}

TEST(Containers, HoldPidsAsKeys) {
  constexpr std::string_view kServer =
      "import os\n"
      "class Server:\n"
      "  workers = {}\n"
      "  def start(self):\n"
      "    pid = os.fork()\n"
      "    if pid != 0:\n"
      "      self.workers[pid] = object()\n";
  for (const std::string_view loop :
       {"    for pid in self.workers:\n", "    for pid in list(self.workers.keys()):\n",
        "    for pid, worker in sorted(self.workers.items()):\n", "    for i, pid in enumerate(self.workers):\n"}) {
    EXPECT_EQ(
        python_findings(std::string(kServer) + "  def stop(self):\n" + std::string(loop) + "      os.kill(pid, 15)\n"),
        "10 raw-kill")
        << loop;
  }
  EXPECT_EQ(python_findings(std::string(kServer) +
                            "  def stop(self):\n    for w in self.workers.values():\n      os.kill(w, 15)\n"),
            "10 foreign-signal");
}

TEST(Containers, AreMadeOfPairs) {
  constexpr std::string_view kChildren =
      "import psutil, subprocess\n"
      "p = subprocess.Popen(['x'])\n"
      "children = dict((c.pid, c) for c in psutil.Process(p.pid).children())\n";
  EXPECT_EQ(python_findings(std::string(kChildren) + "children[pid].send_signal(15)\n"), "4 raw-kill");
  EXPECT_EQ(python_findings(std::string(kChildren) + "dict(a=children)\nothers[pid].send_signal(15)\n"), "");
}

}  // namespace
}  // namespace procsafe
