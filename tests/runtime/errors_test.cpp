// Every misuse is a typed error that says what and why; nothing is started or lost.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "support.h"

namespace procsafe::test {
namespace {

template <typename Expected>
void expect_refused(Command command, const std::string& words) {
  static ProcessManager manager(quick_config());
  const std::uint64_t spawned = manager.metrics().spawned;
  try {
    (void)manager.run(std::move(command));
    FAIL() << "not refused: " << words;
  } catch (const Expected& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(words));
  }
  EXPECT_EQ(manager.metrics().spawned, spawned);
  EXPECT_EQ(manager.active(), 0U);
}

TEST(Errors, Req95_MisuseIsAUsageError) {
  expect_refused<UsageError>({}, "argv is empty");
  expect_refused<UsageError>({.argv = {""}}, "argv[0] is empty");
  expect_refused<UsageError>({.argv = {"true", std::string("a\0b", 3)}}, "NUL");
  expect_refused<UsageError>({.argv = {"true"}, .env = {.set = {{"A=B", "c"}}}}, "A=B");
  expect_refused<UsageError>({.argv = {"true"}, .env = {.set = {{"A", std::string("\0", 1)}}}}, "NUL");
  expect_refused<UsageError>({.argv = {"true"}, .timeout = milliseconds(-1)}, "timeout is negative");
  expect_refused<UsageError>({.argv = {"true"}, .drain = milliseconds(-5)}, "drain is negative");
  expect_refused<UsageError>({.argv = {"true"}, .timeout = std::chrono::hours(100'000)},
                             "timeout is more than ten years");
  expect_refused<UsageError>({.argv = {"true"}, .stop = StopPolicy{.grace = no_timeout}}, "grace is more than ten");
  expect_refused<UsageError>({.argv = {"true"}, .limits = {.memory_bytes = 0}}, "memory_bytes");
  expect_refused<UsageError>({.argv = {"true"}, .limits = {.cpus = 0.0}}, "cpus");
  expect_refused<UsageError>({.argv = {"true"}, .limits = {.processes = 0}}, "processes");
  expect_refused<UsageError>({.argv = {"true"}, .stop = StopPolicy{.soft_signal = 0}}, "soft_signal");
  expect_refused<UsageError>({.argv = {"true"}, .in = Input::pipe()}, "Input::pipe");
  expect_refused<UsageError>({.argv = {"true"}, .out = Output::lines(nullptr)}, "callback");
}

TEST(Errors, Req96_FailureToStartNamesTheStepAndTheReason) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "not-executable") << "text";
  std::ofstream(directory / "no-format") << "text without an interpreter";
  std::filesystem::permissions(directory / "no-format", std::filesystem::perms::owner_all);
  expect_refused<SpawnError>({.argv = {"no-such-program-anywhere"}}, "not in PATH");
  expect_refused<SpawnError>({.argv = {"/nonexistent/program"}}, "execve: No such file");
  expect_refused<SpawnError>({.argv = {(directory / "not-executable").string()}}, "Permission denied");
  expect_refused<SpawnError>({.argv = {(directory / "no-format").string()}}, "Exec format error");
  expect_refused<SpawnError>({.argv = {"true"}, .cwd = "/nonexistent"}, "working directory '/nonexistent'");
  expect_refused<SpawnError>({.argv = {"true"}, .cwd = "/etc/passwd"}, "Not a directory");
  expect_refused<SpawnError>({.argv = {"true"}, .in = Input::file("/nonexistent")}, "standard input '/nonexistent'");
  expect_refused<SpawnError>({.argv = {"true"}, .out = Output::file("/nonexistent/x")}, "standard output");
  expect_refused<SpawnError>({.argv = {"true"}, .in = Input::from(999)}, "not open");
}

TEST(Errors, Req97_ErrorTypesTellApart) {
  EXPECT_TRUE((std::is_base_of_v<Error, UsageError> && std::is_base_of_v<Error, ConfigError> &&
               std::is_base_of_v<Error, ManagerError> && std::is_base_of_v<Error, SpawnError> &&
               std::is_base_of_v<Error, LimitError> && std::is_base_of_v<ResultError, TimeoutError> &&
               std::is_base_of_v<ResultError, CleanupError> && std::is_base_of_v<ResultError, ExitError>));
  ProcessManager manager(quick_config());
  try {
    (void)manager.run({.argv = {"sh", "-c", "exit 6"}}).or_throw();
    FAIL();
  } catch (const ExitError& error) {
    EXPECT_EQ(error.result.exit_code, 6);
    EXPECT_THAT(error.what(), testing::HasSubstr("exited with status 6"));
  }
  EXPECT_EQ(manager.run({.argv = {"true"}}).or_throw().exit_code, 0);
}

TEST(Errors, Req99_SurvivorsAreACleanupErrorThatNamesThem) {
  Result result;
  result.command = "mount.nfs";
  result.pid = 5;
  result.survivors = {{.pid = 77, .parent = 5, .state = 'D', .command = "hung"}};
  EXPECT_FALSE(result.ok());
  try {
    (void)result.or_throw();
    FAIL();
  } catch (const CleanupError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("pid 77 (hung)"));
  }
}

TEST(Errors, Req100_MovedFromHandleSaysSo) {
  ProcessManager manager(quick_config());
  Process first = manager.spawn({.argv = {"sleep", "60"}});
  const Process second = std::move(first);
  EXPECT_THROW((void)first.wait(), UsageError);
  EXPECT_THROW(first.signal(15), UsageError);
  EXPECT_THROW((void)first.tree(), UsageError);
}

}  // namespace
}  // namespace procsafe::test
