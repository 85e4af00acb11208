// Python that the grammar reads otherwise than Python does.
#include <gtest/gtest.h>

#include "program.h"

namespace procsafe {
namespace {

constexpr std::string_view kImport = "import subprocess\n";

TEST(Syntax, StarsStandBeforeWholeExpressions) {
  for (const std::string_view line :
       {"a = [*subprocess.check_output(['x'])]\n", "a = {*subprocess.check_output(['x']).split()}\n",
        "a = *subprocess.check_output(['x']).split()[1:], 2\n", "a = b[*subprocess.check_output(['x'])]\n",
        "a = (1, *subprocess.check_output(['x']) + c)\n", "print(*subprocess.check_output(['x']))\n",
        "for a in *subprocess.check_output(['x']), 2: pass\n"}) {
    EXPECT_EQ(python_findings(std::string(kImport) + std::string(line)), "2 missing-timeout") << line;
  }
  EXPECT_EQ(python_findings("import subprocess\na = [*subprocess.check_output(['x'], timeout=3)]\n"), "");
}

TEST(Syntax, AttributesOfTypesAreAssigned) {
  constexpr std::string_view kClass =
      "import subprocess\n"
      "class A:\n"
      "  def start(self):\n"
      "    type(self).proc = subprocess.Popen(['x'])\n"
      "  def stop(self):\n"
      "    self.proc.kill()\n";
  EXPECT_EQ(python_findings(kClass), "6 raw-kill");
  EXPECT_EQ(python_findings("type Process = int\nProcess.kill()\n"), "");
}

}  // namespace
}  // namespace procsafe
