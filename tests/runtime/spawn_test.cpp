#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "support.h"

namespace procsafe::test {
namespace {

TEST(Spawn, Req1_RunReturnsStatusAndOutput) {
  ProcessManager manager(quick_config());
  const Result result = manager.run({.argv = {"sh", "-c", "echo out; echo err >&2; exit 3"}});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
  EXPECT_FALSE(result.ok());
  EXPECT_GT(result.pid, 0);
}

TEST(Spawn, Req2_SpawnReturnsAHandleThatRuns) {
  ProcessManager manager(quick_config());
  Process process = manager.spawn({.argv = {"cat"}, .in = Input::pipe()});
  EXPECT_TRUE(process.running());
  EXPECT_EQ(manager.active(), 1U);
  EXPECT_TRUE(process.write("text"));
  process.close_input();
  EXPECT_EQ(process.wait().out, "text");
  EXPECT_FALSE(process.running());
  EXPECT_EQ(manager.active(), 0U);
}

TEST(Spawn, Req3_AsynchronousFormGivesAFuture) {
  ProcessManager manager(quick_config());
  std::future<Result> first = manager.run_async({.argv = {"sh", "-c", "sleep 0.1; echo one"}});
  std::future<Result> second = manager.run_async({.argv = {"echo", "two"}});
  EXPECT_EQ(second.get().out, "two\n");
  EXPECT_EQ(first.get().out, "one\n");
}

TEST(Spawn, Req4_NoGuardIsAFatalErrorAndNothingIsSpawned) {
  Config config = quick_config();
  config.guard = "/nonexistent/guard";
  try {
    ProcessManager manager(config);
    FAIL() << "a manager without a guard";
  } catch (const ManagerError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("/nonexistent/guard"));
    EXPECT_THAT(error.what(), testing::HasSubstr("PM_GUARD"));
  }
}

TEST(Spawn, Req5_AnExecutableThatIsNoGuardIsRefused) {
  Config config = quick_config();
  config.guard = "/bin/true";
  EXPECT_THROW(ProcessManager{config}, ManagerError);
}

TEST(Spawn, Req6_EventDescriptorTellsTheEnd) {
  ProcessManager manager(quick_config());
  Process process = manager.spawn({.argv = {"true"}});
  const int fd = process.event_fd();
  EXPECT_TRUE(eventually([&] {
    std::uint64_t count = 0;
    return read(fd, &count, sizeof count) == sizeof count;
  }));
  EXPECT_NE(process.wait_for(milliseconds(1000)), nullptr);
}

TEST(Spawn, Req7_WorkingDirectoryEnvironmentAndUmask) {
  ProcessManager manager(quick_config());
  const TemporaryDirectory directory;
  const Result result = manager.run({.argv = {"sh", "-c", "pwd -P; echo $ADDED; echo ${HOME-unset}; umask"},
                                     .cwd = directory.path(),
                                     .env = {.set = {{"ADDED", "yes"}, {"HOME", std::nullopt}}},
                                     .umask = 027});
  EXPECT_EQ(result.out, std::filesystem::canonical(directory.path()).string() + "\nyes\nunset\n0027\n");
  const Result empty = manager.run({.argv = {"/usr/bin/env"}, .env = {.inherit = false, .set = {{"ONE", "1"}}}});
  EXPECT_EQ(empty.out, "ONE=1\nPM_RUN_ID=" + manager.run_id() + "\n");
}

TEST(Spawn, Req8_FollowsTheProgramsWorkingDirectory) {
  ProcessManager manager(quick_config());
  const TemporaryDirectory directory;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(directory.path());
  const Result result = manager.run({.argv = {"pwd", "-P"}});
  std::filesystem::current_path(before);
  EXPECT_EQ(result.out, std::filesystem::canonical(directory.path()).string() + "\n");
}

TEST(Spawn, Req9_ProgramIsLookedUpInTheCommandsPath) {
  ProcessManager manager(quick_config());
  const TemporaryDirectory directory;
  std::filesystem::copy_file("/bin/echo", directory / "only-here");
  const Result result =
      manager.run({.argv = {"only-here", "found"}, .env = {.set = {{"PATH", directory.path().string()}}}});
  EXPECT_EQ(result.out, "found\n");
}

TEST(Spawn, Req10_DescriptorsMaskAndDispositionsAreReset) {
  ProcessManager manager(quick_config());
  const int leak = open("/etc/passwd", O_RDONLY);  // on purpose without O_CLOEXEC
  ASSERT_GE(leak, 0);
  sigset_t mask;
  sigset_t before;
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &mask, &before);
  auto* const old = signal(SIGPIPE, SIG_IGN);
  const Result result =
      manager.run({.argv = {"sh", "-c", "ls /proc/self/fd | wc -l; grep -E '^Sig(Blk|Ign)' /proc/self/status"}});
  signal(SIGPIPE, old);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  close(leak);
  // 0, 1, 2 and the directory ls itself reads.
  EXPECT_EQ(result.out, "4\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST(Spawn, Req10_PassedDescriptorsKeepTheirNumbers) {
  ProcessManager manager(quick_config());
  // Numbers the cell itself uses, one of them twice as a source, so that placing them needs an order.
  std::array<int, 3> fds{};
  for (std::size_t i = 0; i < fds.size(); ++i) {
    const int file = memfd_create("passed", MFD_CLOEXEC);
    ASSERT_EQ(write(file, &"abc"[i], 1), 1);
    ASSERT_EQ(lseek(file, 0, SEEK_SET), 0);
    fds[i] = fcntl(file, F_DUPFD_CLOEXEC, 11 + static_cast<int>(i) * 3);
    close(file);
  }
  std::string script = "cat";
  for (const int fd : fds) script += " /proc/self/fd/" + std::to_string(fd);
  for (const Containment tier : {Containment::guard, Containment::trace}) {
    Config config = quick_config();
    config.containment = tier;
    ProcessManager other(config);
    const Result result = other.run(
        {.argv = {"sh", "-c", script + "; ls /proc/self/fd | wc -l"}, .pass_descriptors = {fds.begin(), fds.end()}});
    EXPECT_EQ(result.out, "abc7\n") << result.err;
  }
  for (const int fd : fds) close(fd);
  EXPECT_THROW((void)manager.run({.argv = {"true"}, .pass_descriptors = {2}}), UsageError);
  EXPECT_THROW((void)manager.run({.argv = {"true"}, .pass_descriptors = std::vector<int>(241, 3)}), UsageError);
  EXPECT_THROW((void)manager.run({.argv = {"true"}, .pass_descriptors = {fds[0]}}), SpawnError);
}

TEST(Spawn, Req10_ManyDescriptorsCanBePassed) {
  ProcessManager manager(quick_config());
  std::vector<int> fds;
  for (int i = 0; i < 240; ++i) fds.push_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(manager.run({.argv = {"sh", "-c", "ls /proc/self/fd | wc -l"}, .pass_descriptors = fds}).out, "244\n");
  for (const int fd : fds) close(fd);
}

TEST(Spawn, Req10_CredentialsAreThoseAsked) {
  ProcessManager manager(quick_config());
  const Command command{.argv = {"sh", "-c", "id -u; id -g; id -G"},
                        .credentials = {.user = 65534, .group = 65533, .groups = std::vector<gid_t>{65532}}};
  if (geteuid() == 0) {
    EXPECT_EQ(manager.run(command).out, "65534\n65533\n65533 65532\n");
  } else {
    EXPECT_THROW((void)manager.run(command), SpawnError);
  }
  EXPECT_EQ(manager.run({.argv = {"id", "-u"}}).out, std::to_string(geteuid()) + "\n") << "the cell has kept its own";
}

TEST(Spawn, Req10_IgnoredSignalsAreThoseAsked) {
  ProcessManager manager(quick_config());
  EXPECT_EQ(manager.run({.argv = {"grep", "SigIgn", "/proc/self/status"}, .ignored_signals = {SIGHUP, SIGPIPE}}).out,
            "SigIgn:\t0000000000001001\n");
  EXPECT_THROW((void)manager.run({.argv = {"true"}, .ignored_signals = {65}}), UsageError);
}

TEST(Spawn, Req10_ExecutableMayDifferFromTheFirstArgument) {
  ProcessManager manager(quick_config());
  EXPECT_EQ(manager.run({.argv = {"shown", "-c", "echo $0"}, .executable = "sh"}).out, "shown\n");
  EXPECT_EQ(manager.run({.argv = {"", "-c", "echo \"<$0>\""}, .executable = "/bin/sh"}).out, "<>\n");
}

/// execve(2) keeps ignored signals ignored: an ignored SIGCHLD takes exit statuses away (wait(2)).
TEST(Spawn, ReqBeyond_ProgramMayIgnoreSignalsBeforeTheManagerIsCreated) {
  auto* const old_child = signal(SIGCHLD, SIG_IGN);
  auto* const old_pipe = signal(SIGPIPE, SIG_IGN);
  {
    ProcessManager manager(quick_config());
    const Result result = manager.run({.argv = {"sh", "-c", "grep ^SigIgn /proc/self/status; (sleep 9 &); exit 7"}});
    EXPECT_EQ(result.exit_code, 7);
    EXPECT_EQ(result.out, "SigIgn:\t0000000000000000\n");
    EXPECT_EQ(result.leftovers.size(), 1U);
    EXPECT_EQ(manager.spawn({.argv = {"sleep", "60"}}).stop().term_signal, SIGTERM);
  }
  signal(SIGPIPE, old_pipe);
  signal(SIGCHLD, old_child);
}

TEST(Spawn, Req10_ClosedStandardDescriptorsStayFree) {
  ProcessManager manager(quick_config());
  const int saved = fcntl(0, F_DUPFD_CLOEXEC, 3);
  close(0);
  Process process = manager.spawn({.argv = {"cat"}, .in = Input::pipe()});
  const int fd = process.event_fd();
  EXPECT_EQ(fcntl(0, F_GETFD), -1) << "what is kept for longer than a call is above them";
  EXPECT_GT(fd, 2);
  dup2(saved, 0);
  close(saved);
  (void)process.stop();
  EXPECT_NE(fcntl(0, F_GETFD), -1);
}

TEST(Spawn, Req10_LargeArgumentsAndEnvironment) {
  ProcessManager manager(quick_config());
  Command command{.argv = {"sh", "-c", "echo $#; echo ${#BIG}", "sh"}};
  for (int i = 0; i < 20'000; ++i) command.argv.push_back("argument-" + std::to_string(i));
  command.env.set = {{"BIG", std::string(100'000, 'x')}};
  EXPECT_EQ(manager.run(std::move(command)).out, "20000\n100000\n");
}

TEST(Spawn, Req10_TooLargeForTheKernelIsATypedError) {
  ProcessManager manager(quick_config());
  try {
    (void)manager.run({.argv = {"true", std::string(200'000, 'x')}});  // MAX_ARG_STRLEN is 128 KiB
    FAIL();
  } catch (const SpawnError& error) {
    EXPECT_EQ(error.error, E2BIG);
  }
}

}  // namespace
}  // namespace procsafe::test
