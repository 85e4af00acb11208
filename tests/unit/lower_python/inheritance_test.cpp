#include <gtest/gtest.h>

#include "program.h"

namespace procsafe {
namespace {

constexpr std::string_view kBase =
    "import os, subprocess\n"
    "class Base:\n"
    "  def spawn(self, cmd):\n"
    "    return subprocess.Popen(cmd)\n"
    "  def launch(self):\n"
    "    self.proc = subprocess.Popen(['x'])\n"
    "  def read_pid(self):\n"
    "    return int(open(self.pidfile).read())\n"
    "  @property\n"
    "  def pid(self):\n"
    "    return self.read_pid()\n"
    "  @pid.setter\n"
    "  def pid(self, value):\n"
    "    pass\n"
    "  def shell(self, cmd):\n"
    "    os.system(cmd)\n"
    "  def out(self, cmd):\n"
    "    return subprocess.check_output(cmd, timeout=4)\n";
constexpr std::string_view kMiddle = "from base import Base\nclass Middle(Base):\n  pass\n";

/// `use` in a method of a class that derives from Base in another file, at once and over a third file.
void expect(std::string_view use, std::string_view rule) {
  const std::string expected = rule.empty() ? "" : "5 " + std::string(rule);
  for (const std::string_view parent : {"base Base", "middle Middle"}) {
    const std::string module(parent.substr(0, parent.find(' ')));
    const std::string klass(parent.substr(parent.find(' ') + 1));
    const std::string text = "import os, psutil\nfrom " + module + " import " + klass + "\nclass Derived(" + klass +
                             "):\n  def use(self):\n    " + std::string(use) + "\n";
    EXPECT_EQ(python_findings({{"base.py", kBase}, {"middle.py", kMiddle}, {"derived.py", text}}), expected) << text;
  }
}

TEST(Inheritance, BringsMethodsOfOtherFiles) {
  expect("self.spawn(['x']).kill()", "raw-kill");
  expect("psutil.Process(self.spawn(['x']).pid).terminate()", "raw-kill");
  expect("self.proc.terminate()", "raw-kill");
  expect("self.proc.wait()", "missing-timeout");
  expect("os.kill(self.read_pid(), 15)", "unverified-pid-file");
  expect("os.kill(self.pid, 15)", "unverified-pid-file");
  expect("self.shell('pkill -f foo')", "process-hunt");
  expect("os.kill(int(self.out(['pgrep', 'x'])), 15)", "process-hunt");
}

TEST(Inheritance, BringsNothingElse) {
  expect("self.other(['x']).kill()", "");
  expect("self.shell('ls')", "");
  expect("os.kill(self.other(), 15)", "foreign-signal");
}

TEST(Inheritance, InACircleEnds) {
  EXPECT_EQ(python_findings("import os\n"
                            "class A:\n  pass\n"
                            "class B(A):\n  pass\n"
                            "class A(B):\n"
                            "  def go(self):\n"
                            "    self.x.kill()\n"
                            "def f():\n"
                            "  A().y.wait()\n"
                            "  os.kill(1234, 9)\n"),
            "11 foreign-signal");
}

TEST(Inheritance, InACircleOfFilesEnds) {
  EXPECT_EQ(python_findings({{"a.py", "from b import B\nclass A(B):\n  pass\n"},
                             {"b.py", "from a import A\nclass B(A):\n  pass\n"},
                             {"c.py", "import os\nfrom a import A\nA(['x']).wait()\nos.kill(1234, 9)\n"}}),
            "4 foreign-signal");
}

TEST(Properties, WithASetterAreRead) {
  EXPECT_EQ(python_findings(std::string(kBase) + "os.kill(Base().pid, 15)"),
            "16 missing-timeout; 19 unverified-pid-file");
}

}  // namespace
}  // namespace procsafe
