#include <gmock/gmock.h>

#include "support.h"

namespace procsafe::test {
namespace {

TEST(Configuration, Req83_VariablesAreRead) {
  const ScopedVariable a("PM_MAX_PROCESSES", "7");
  const ScopedVariable b("PM_DEFAULT_TIMEOUT", "2.5");
  const ScopedVariable c("PM_GRACEFUL_TIMEOUT", "1");
  const ScopedVariable d("PM_TERM_WAIT", "0.25");
  const ScopedVariable e("PM_KILL_WAIT", "0.5");
  const ScopedVariable f("PM_CLEANUP_INTERVAL", "60");
  const ScopedVariable g("PM_CONTAINMENT", "guard");
  const ScopedVariable h("PM_HANDLERS", "0");
  const ScopedVariable i("PM_REDACT", "token,,password");
  const Config config = Config::from_environment();
  EXPECT_EQ(config.max_processes, 7U);
  EXPECT_EQ(config.default_timeout, milliseconds(2500));
  EXPECT_EQ(config.graceful_timeout, milliseconds(1000));
  EXPECT_EQ(config.stop.grace, milliseconds(250));
  EXPECT_EQ(config.stop.kill_wait, milliseconds(500));
  EXPECT_EQ(config.cleanup_interval, milliseconds(60'000));
  EXPECT_EQ(config.containment, Containment::guard);
  EXPECT_FALSE(config.handlers);
  EXPECT_EQ(config.redact, (std::vector<std::string>{"token", "password"}));
}

TEST(Configuration, Req84_NoTimeoutMustBeWrittenOut) {
  const ScopedVariable none("PM_DEFAULT_TIMEOUT", "none");
  EXPECT_EQ(Config::from_environment().default_timeout, no_timeout);
  const ScopedVariable zero("PM_DEFAULT_TIMEOUT", "0");
  EXPECT_THROW((void)Config::from_environment(), ConfigError);
}

TEST(Configuration, Req85_AllFaultsAreListedAtOnce) {
  const ScopedVariable a("PM_MAX_PROCESSES", "many");
  const ScopedVariable b("PM_DEFAULT_TIMEOUT", "-1");
  const ScopedVariable c("PM_TERM_WAIT", "3s");
  const ScopedVariable d("PM_CONTAINMENT", "jail");
  const ScopedVariable e("PM_HANDLERS", "yes");
  const ScopedVariable f("PM_KILL_WAIT", "nan");
  try {
    (void)Config::from_environment();
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.faults, testing::UnorderedElementsAre(
                                  "PM_DEFAULT_TIMEOUT='-1' must be a number of seconds, 0 to 315619200, or 'none'",
                                  "PM_TERM_WAIT='3s' must be a number of seconds, 0 to 315619200, or 'none'",
                                  "PM_KILL_WAIT='nan' must be a number of seconds, 0 to 315619200, or 'none'",
                                  "PM_HANDLERS='yes' must be 0 or 1", "PM_MAX_PROCESSES='many' must be a whole number",
                                  "PM_CONTAINMENT='jail' must be one of auto, guard, cgroup, strict, trace"));
  }
}

TEST(Configuration, Req86_InCodeItIsValidatedToo) {
  Config config = quick_config();
  config.max_processes = 0;
  config.stop.grace = milliseconds(-1);
  try {
    const ProcessManager manager(config);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.faults.size(), 2U);
  }
}

TEST(Configuration, Req87_TheEffectiveOneIsAnEvent) {
  const TemporaryDirectory directory;
  Config config = quick_config();
  config.events = (directory / "events").string();
  config.max_processes = 42;
  {
    const ProcessManager manager(config);
  }
  EXPECT_THAT(read_file(directory / "events"), testing::HasSubstr(R"(\"max_processes\":42)"));
}

TEST(Configuration, Req88_ValuesCanBeReadBack) {
  Config config = quick_config();
  config.max_processes = 3;
  const ProcessManager manager(config);
  EXPECT_EQ(manager.config().max_processes, 3U);
}

}  // namespace
}  // namespace procsafe::test
