// Whom a signal of a Python program reaches.
#include <gtest/gtest.h>

#include "program.h"

namespace procsafe {
namespace {

TEST(Signals, OfDescriptorsReachTheProcessOfTheFolder) {
  constexpr std::string_view kImport = "import os, signal\n";
  const auto found = [&](std::string_view path) {
    return python_findings(std::string(kImport) + "def f(pid):\n  fd = os.open(" + std::string(path) +
                           ", os.O_RDONLY)\n  signal.pidfd_send_signal(fd, 15)\n");
  };
  EXPECT_EQ(found("'/proc/self'"), "");
  EXPECT_EQ(found("f'/proc/{os.getpid()}'"), "");
  EXPECT_EQ(found("f'/proc/{pid}'"), "4 foreign-signal");
  EXPECT_EQ(found("'/proc/1'"), "4 foreign-signal");
}

TEST(Signals, ToPidsReadThroughDescriptors) {
  EXPECT_EQ(python_findings("import os\nwith os.fdopen(os.open('x.pid', os.O_RDONLY)) as f:\n"
                            "  os.kill(int(f.read()), 15)\n"),
            "3 unverified-pid-file");
}

TEST(Signals, OfWindowsAreWrittenInAnyCase) {
  EXPECT_EQ(python_findings("import os\nx = os.popen('TASKKILL /F /IM x.exe')\n"), "2 process-hunt");
  EXPECT_EQ(python_findings("import os\nx = os.popen('PKILL x')\n"), "");
}

}  // namespace
}  // namespace procsafe
