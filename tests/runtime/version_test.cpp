// Includes only the public header first: it must stand alone.
#include <procsafe/process_manager.h>

static_assert(PROCSAFE_VERSION_MAJOR == 0 && PROCSAFE_VERSION >= 100);

#include <gtest/gtest.h>

namespace procsafe::test {
namespace {

TEST(Version, Req89_OneHeaderIsEnough) {
  Config config;
  config.handlers = false;
  EXPECT_TRUE(ProcessManager(config).run({.argv = {"true"}}).ok());
}

TEST(Version, Req90_LibraryAndHeaderAgree) { EXPECT_EQ(library_version(), PROCSAFE_VERSION); }

}  // namespace
}  // namespace procsafe::test
