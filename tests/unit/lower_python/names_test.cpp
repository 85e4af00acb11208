#include <gtest/gtest.h>

#include "program.h"

namespace procsafe {
namespace {

TEST(Names, OfContextsAreBases) {
  constexpr std::string_view kWorker =
      "import multiprocessing\n"
      "context = multiprocessing.get_context('fork')\n"
      "class Worker(context.Process):\n"
      "  pass\n"
      "w = Worker()\n"
      "w.start()\n"
      "w.terminate()\n";
  EXPECT_EQ(python_findings(kWorker), "7 raw-kill");
  EXPECT_EQ(python_findings("class Worker(context.Process):\n  pass\nw = Worker()\nw.start()\nw.terminate()\n"), "");
}

TEST(Names, AreSeenThroughACast) {
  EXPECT_EQ(python_findings("import subprocess\nfrom typing import cast\n"
                            "cast('X', subprocess).call(['x'])\n"),
            "3 missing-timeout");
}

TEST(Names, InADictionaryOfAProcessHoldItsPid) {
  constexpr std::string_view kScan =
      "import os, psutil\n"
      "for p in psutil.process_iter():\n"
      "  os.kill(p.as_dict(attrs=['pid'])['pid'], 9)\n";
  EXPECT_EQ(python_findings(kScan), "3 process-hunt");
}

TEST(Names, OfModulesThatWereNeverImportedMeanTheModules) {
  EXPECT_EQ(python_findings("os.system('make')\n"), "1 missing-timeout");
  EXPECT_EQ(python_findings("from common import *\ndef f():\n  subprocess.call(['make'])\n"), "3 missing-timeout");
  EXPECT_EQ(python_findings("def f(os):\n  os.system('make')\n"), "");
  EXPECT_EQ(python_findings("class os:\n  pass\nos.system('make')\n"), "");
  EXPECT_EQ(python_findings("os = load()\nos.system('make')\n"), "");
}

TEST(Names, OfModesAreKeywordsToo) {
  EXPECT_EQ(python_findings("import os\nos.spawnv(mode=os.P_WAIT, file='x', args=['x'])\n"), "2 missing-timeout");
  EXPECT_EQ(python_findings("import os\nos.spawnv(mode=os.P_NOWAIT, file='x', args=['x'])\n"), "");
}

TEST(Partials, RunTheTextTheyAreGiven) {
  constexpr std::string_view kPartial =
      "import functools, subprocess\nrun = functools.partial(subprocess.run, timeout=3)\n";
  EXPECT_EQ(python_findings(std::string(kPartial) + "run(['pkill', 'x'])\n"), "3 process-hunt");
  EXPECT_EQ(python_findings(std::string(kPartial) + "run(['ls', 'x'])\n"), "");
}

}  // namespace
}  // namespace procsafe
