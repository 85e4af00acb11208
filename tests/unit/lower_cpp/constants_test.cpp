#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "describe.h"

namespace procsafe::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Constants, HuntingTextOfAnotherFileIsReportedWhereItIsRun) {
  const std::pair<std::string, std::string> user{"a.cpp",
                                                 "#include \"c.h\"\nextern const char* kThird;\nint f() { return "
                                                 "system(kFirst) + system(SECOND) + system(kThird); }"};
  const auto facts =
      describe({{"c.h", "static const char* const kFirst = \"killall a\";\n#define SECOND \"killall b\"\n"},
                {"d.cpp", "extern const char* kThird;\nconst char* kThird = \"killall c\";\n"},
                user});
  for (const char* text : {"killall a", "killall b", "killall c"}) EXPECT_THAT(facts, Contains(HasSubstr(text)));
}

TEST(Constants, AVariableThatChangesHoldsNoConstant) {
  const auto facts = describe({{"c.h", "static char* command = \"killall a\";\n"},
                               {"a.cpp", "#include \"c.h\"\nint f() { return system(command); }"}});
  EXPECT_THAT(facts, Not(Contains(HasSubstr("killall"))));
}

}  // namespace
}  // namespace procsafe::test
