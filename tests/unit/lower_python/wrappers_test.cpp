#include <gtest/gtest.h>

#include "program.h"

namespace procsafe {
namespace {

constexpr std::string_view kTools =
    "import os, subprocess, shlex\n"
    "def run(cmd):\n"
    "  return subprocess.check_output(cmd, timeout=9)\n"
    "def words(cmd):\n"
    "  return subprocess.run(shlex.split(cmd), timeout=9).stdout.decode()\n"
    "def result(*cmd):\n"
    "  return subprocess.run(cmd, timeout=9)\n"
    "def both(cmd):\n"
    "  p = subprocess.Popen(cmd, stdout=subprocess.PIPE)\n"
    "  out, err = p.communicate(timeout=9)\n"
    "  return p.returncode, out.decode()\n"
    "def outer(name):\n"
    "  return run('pidof ' + name).split()\n"
    "def plain(cmd):\n"
    "  return os.path.join(cmd, subprocess.check_output(['x'], timeout=9))\n";

/// `use` behind the functions, in the same file and in another one.
void expect(std::string_view use, std::string_view rule) {
  const std::string expected = rule.empty() ? "" : "16 " + std::string(rule);
  EXPECT_EQ(python_findings(std::string(kTools) + std::string(use)), expected) << use;
  const std::string other = "import os\nfrom tools import run, words, result, both, outer, plain\n" + std::string(use);
  EXPECT_EQ(python_findings({{"tools.py", kTools}, {"main.py", other}}), rule.empty() ? "" : "3 " + std::string(rule))
      << use;
}

TEST(Wrappers, ReturnWhatTheirCallersCommandPrints) {
  expect("os.kill(int(run(['pgrep', 'x'])), 15)", "process-hunt");
  expect("os.kill(int(words('pgrep x').strip()), 15)", "process-hunt");
  expect("os.kill(int(both(['pgrep', 'x'])[1]), 15)", "process-hunt");
  expect("for p in outer('x'): os.kill(int(p), 15)", "process-hunt");
  expect("os.kill(int(run(['cat', '/run/x.pid'])), 15)", "unverified-pid-file");
}

TEST(Wrappers, ReturnNothingKnownForOtherCommands) {
  expect("os.kill(int(run(['docker', 'inspect'])), 15)", "foreign-signal");
  expect("os.kill(int(run(command)), 15)", "foreign-signal");
  expect("os.kill(int(plain(['pgrep', 'x'])), 15)", "foreign-signal");
  expect("run(['pgrep', 'x'])", "");
}

TEST(Wrappers, OfAResultAreReadThroughIt) {
  EXPECT_EQ(python_findings(std::string(kTools) + "os.kill(int(result('pgrep', 'x').stdout), 15)"), "16 process-hunt");
}

TEST(Wrappers, SplitTheTextTheyAreGiven) { expect("words('pkill -f x')", "process-hunt"); }

TEST(Wrappers, ReturnHandlesBesideOtherThings) {
  EXPECT_EQ(python_findings("import os, subprocess\n"
                            "class Driver:\n"
                            "  def run(self):\n"
                            "    c = subprocess.Popen('x')\n"
                            "    return c, 5\n"
                            "  def start(self):\n"
                            "    self.process, _ = self.run()\n"
                            "  def stop(self):\n"
                            "    os.killpg(self.process.pid, 9)\n"),
            "9 raw-kill");
}

TEST(Programs, NobodyKnowsRunNoCommandBehindThem) {
  constexpr std::string_view kImport = "import subprocess\n";
  EXPECT_EQ(python_findings(std::string(kImport) + "subprocess.run([find(), 'kill', 'x'], timeout=3)\n"), "");
  EXPECT_EQ(python_findings(std::string(kImport) + "subprocess.run(['sudo', 'pkill', 'x'], timeout=3)\n"),
            "2 process-hunt");
  EXPECT_EQ(python_findings(std::string(kImport) + "subprocess.run(prefix() + ['pkill', 'x'], timeout=3)\n"),
            "2 process-hunt");
  constexpr std::string_view kTool =
      "import subprocess\n"
      "class Tool:\n"
      "  def run(self, args):\n"
      "    subprocess.run([self.binary] + args, timeout=3)\n"
      "  def stop(self):\n"
      "    self.run(['kill', 'x'])\n";
  EXPECT_EQ(python_findings(kTool), "");
}

TEST(Wrappers, PrivateToAClassAreSpelledByTheirName) {
  constexpr std::string_view kHolder =
      "import os\n"
      "class Holder:\n"
      "  def __finish(self, pid):\n"
      "    os.kill(pid, 15)\n"
      "  def begin(self):\n"
      "    self.__finish(int(open('/run/x.pid').read()))\n";
  EXPECT_EQ(python_findings(kHolder), "4 unverified-pid-file");
}

TEST(Pipelines, OfHandlesSearchWithTheirFirstCommand) {
  constexpr std::string_view kFilter =
      "import os\nfrom subprocess import *\n"
      "a = Popen(['ps', 'ax'], stdout=PIPE)\n"
      "b = Popen(['grep', 'x'], stdin=a.stdout, stdout=PIPE)\n"
      "os.kill(int(b.communicate(timeout=3)[0]), 9)\n";
  EXPECT_EQ(python_findings(kFilter), "5 process-hunt");
}

}  // namespace
}  // namespace procsafe
