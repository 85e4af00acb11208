// procsafe: allow-file(direct-spawn, raw-kill, force-kill-first, missing-timeout) reason="a linter that is killed as it should not be"
#include "lower/clang/worker_process.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>

#include "fake_worker.h"

namespace procsafe {
namespace {

using End = WorkerResult::End;

WorkerResult run_script(const char* body, std::string_view input = "", WorkerLimits limits = {}) {
  const FakeWorker worker(body);
  return run_worker(worker.path(), input, limits);
}

/// Does the process run? A zombie that init has yet to reap does not; one just killed may take a moment.
bool runs(const std::string& pid) {
  for (int i = 0; i < 500; ++i) {
    std::ifstream stat("/proc/" + std::to_string(std::stoi(pid)) + "/stat");
    std::string number;
    std::string name;
    std::string state;
    if (!(stat >> number >> name >> state) || state == "Z" || state == "X") return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

TEST(WorkerProcess, PassesInputAndOutput) {
  const std::string input(300'000, 'x');
  const WorkerResult result = run_script("cat; echo problem >&2; exit 3", input);
  EXPECT_EQ(result.end, End::exited);
  EXPECT_EQ(result.code, 3);
  EXPECT_EQ(result.output, input);
  EXPECT_EQ(result.errors, "problem\n");
}

TEST(WorkerProcess, AWorkerNeedNotReadItsInput) {
  const WorkerResult result = run_script("exec <&-; echo done", std::string(300'000, 'x'));
  EXPECT_EQ(result.end, End::exited);
  EXPECT_EQ(result.output, "done\n");
}

TEST(WorkerProcess, ReportsTheSignalOfACrash) {
  const WorkerResult result = run_script("kill -SEGV $$");
  EXPECT_EQ(result.end, End::signalled);
  EXPECT_EQ(result.code, SIGSEGV);
}

TEST(WorkerProcess, EndsAHangWithEverythingItStarted) {
  WorkerLimits limits;
  limits.time = std::chrono::milliseconds(500);
  const auto before = std::chrono::steady_clock::now();
  const WorkerResult result = run_script("sleep 60 & echo $!; exec sleep 60", "", limits);
  EXPECT_EQ(result.end, End::timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(20));
  ASSERT_FALSE(result.output.empty());
  EXPECT_FALSE(runs(result.output));
}

TEST(WorkerProcess, DoesNotWaitForWhatTheWorkerLeftBehind) {
  const auto before = std::chrono::steady_clock::now();
  const WorkerResult result = run_script("sleep 60 & echo $!");
  EXPECT_EQ(result.end, End::exited);
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(20));
  EXPECT_FALSE(runs(result.output));
}

TEST(WorkerProcess, ADaemonOfTheWorkerIsLeftNowhere) {
  const WorkerResult result = run_script("setsid sh -c 'sleep 60 & echo $!' & wait");
  EXPECT_EQ(result.end, End::exited);
  ASSERT_FALSE(result.output.empty());
  EXPECT_FALSE(runs(result.output));
}

TEST(WorkerProcess, NoWorkerOutlivesAKilledLinter) {
  const test::TempTree folder;
  const std::string pids = (folder.root() / "pids").string();
  const FakeWorker worker("setsid sleep 60 & echo $! $$ > " + pids + ".new; mv " + pids + ".new " + pids +
                          "; exec sleep 60");
  const pid_t linter = ::fork();
  ASSERT_GE(linter, 0);
  if (linter == 0) {
    ::execl(PROCSAFE_WORKER_HOST, PROCSAFE_WORKER_HOST, worker.path().c_str(), nullptr);
    ::_exit(127);
  }
  for (int i = 0; i < 1000 && !std::filesystem::exists(pids); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  ::kill(linter, SIGKILL);
  ::waitpid(linter, nullptr, 0);
  std::ifstream file(pids);
  std::string daemon;
  std::string itself;
  ASSERT_TRUE(file >> daemon >> itself);
  EXPECT_FALSE(runs(daemon));
  EXPECT_FALSE(runs(itself));
}

TEST(WorkerProcess, LimitsMemory) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the sanitizer's own memory exceeds every limit";
#endif
  WorkerLimits limits;
  limits.memory = std::uint64_t{256} << 20U;
  limits.time = std::chrono::seconds(60);
  const WorkerResult result = run_script("x=0123456789abcdef; while :; do x=$x$x; done", "", limits);
  EXPECT_NE(result.end, End::timed_out);
  EXPECT_FALSE(result.end == End::exited && result.code == 0);
}

TEST(WorkerProcess, LimitsOutput) {
  WorkerLimits limits;
  limits.output = 1'000'000;
  const WorkerResult result = run_script("yes", "", limits);
  EXPECT_EQ(result.end, End::overflowed);
  EXPECT_LE(result.output.size(), limits.output);
}

TEST(WorkerProcess, FloodsOfErrorsDoNotBlockIt) {
  const WorkerResult result = run_script("yes | head -c 1000000 >&2; echo done");
  EXPECT_EQ(result.output, "done\n");
  EXPECT_LE(result.errors.size(), 8192U);
}

TEST(WorkerProcess, SaysWhyItCouldNotStart) {
  const WorkerResult missing = run_worker("/nonexistent/worker", "", {});
  EXPECT_EQ(missing.end, End::not_started);
  EXPECT_NE(missing.errors.find("/nonexistent/worker"), std::string::npos);
  const test::TempTree folder;
  EXPECT_EQ(run_worker(folder.write("data", "no program"), "", {}).end, End::not_started);
}

}  // namespace
}  // namespace procsafe
