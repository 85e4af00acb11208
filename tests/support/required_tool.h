// Tests that need a program of somebody else's.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

namespace procsafe::test {

inline bool in_ci() {
  const char* value = std::getenv("CI");
  return value != nullptr && std::string_view(value) == "true";
}

}  // namespace procsafe::test

/// Ends a test that cannot run here: skipped, and said so; in CI, where everything is installed, failed.
#define PROCSAFE_REQUIRE(condition, what)          \
  do {                                             \
    if (!(condition)) {                            \
      if (procsafe::test::in_ci()) FAIL() << what; \
      GTEST_SKIP() << what;                        \
    }                                              \
  } while (false)
