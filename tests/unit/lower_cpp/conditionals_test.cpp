#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "describe.h"

namespace procsafe::test {
namespace {

using ::testing::ElementsAre;

TEST(Conditionals, PositionsBehindWhatIsLeftOutStayTheFiles) {
  EXPECT_THAT(describe_c("int f(int x) {\n"
                         "#ifdef A\n"
                         "  if (x) {\n"
                         "#else\n"
                         "  if (!x) {\n"
                         "#endif\n"
                         "    return system(\"make\");\n"
                         "  }\n"
                         "  return 0;\n"
                         "}\n"),
              ElementsAre("7 system: spawn impossible checked blocking"));
}

TEST(Conditionals, WholeBranchesAreAllAnalysed) {
  EXPECT_THAT(
      describe_c("int f(void) {\n"
                 "#ifdef A\n"
                 "  return system(a);\n"
                 "#else\n"
                 "  return system(b);\n"
                 "#endif\n"
                 "}\n"),
      ElementsAre("3 system: spawn impossible checked blocking", "5 system: spawn impossible checked blocking"));
}

}  // namespace
}  // namespace procsafe::test
