// Loops that wait for processes, and loops that do not.
#include <gtest/gtest.h>

#include "program.h"

namespace procsafe {
namespace {

TEST(Loops, ThatReapWhateverHasEndedWaitForNothing) {
  EXPECT_EQ(python_findings("import os\n"
                            "def reap(workers):\n"
                            "  while True:\n"
                            "    pid, status = os.waitpid(-1, os.WNOHANG)\n"
                            "    if not pid:\n"
                            "      break\n"
                            "    workers.pop(pid, None)\n"),
            "");
  EXPECT_EQ(python_findings("import os, time\n"
                            "def wait(child):\n"
                            "  while True:\n"
                            "    pid, status = os.waitpid(child, os.WNOHANG)\n"
                            "    if pid:\n"
                            "      break\n"
                            "    time.sleep(1)\n"),
            "3 missing-timeout");
}

}  // namespace
}  // namespace procsafe
