#include "capture.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "support.h"

namespace procsafe::test {
namespace {

TEST(Capture, ReqBeyond_HeadAndTailAreKept) {
  Capture capture(10, "");
  capture.append("abcdefghij");
  EXPECT_EQ(capture.text(), "abcdefghij");
  EXPECT_FALSE(capture.truncated());
  for (const char c : std::string_view("0123456")) capture.append({&c, 1});
  EXPECT_EQ(capture.text(), "abcde23456");
  EXPECT_TRUE(capture.truncated());
  capture.append("a long piece beyond the ring XYZZY");
  EXPECT_EQ(capture.text(), "abcdeXYZZY");
}

TEST(Capture, ReqBeyond_EverySplitGivesTheSameText) {
  std::string all;
  for (int i = 0; i < 100; ++i) all += static_cast<char>('0' + i % 10);
  for (std::size_t limit = 0; limit < 40; ++limit)
    for (std::size_t piece = 1; piece < 50; ++piece) {
      Capture capture(limit, "");
      for (std::size_t at = 0; at < all.size(); at += piece) capture.append(std::string_view(all).substr(at, piece));
      ASSERT_EQ(capture.text(), all.substr(0, limit - limit / 2) + all.substr(all.size() - limit / 2))
          << limit << " " << piece;
    }
}

TEST(Capture, ReqBeyond_LinesAreSplitAnywhere) {
  std::vector<std::string> lines;
  LineSplitter splitter([&](std::string_view line) { lines.emplace_back(line); });
  splitter.append("one\ntw");
  splitter.append("o\n\nthr");
  splitter.append("ee");
  splitter.finish();
  EXPECT_THAT(lines, testing::ElementsAre("one", "two", "", "three"));
}

TEST(Streams, ReqBeyond_BothFullWithoutDeadlock) {
  ProcessManager manager(quick_config());
  const Result result = manager.run({.argv = {"sh", "-c", "head -c 3000000 /dev/zero >&2; head -c 3000000 /dev/zero"}});
  EXPECT_EQ(result.out.size(), 3'000'000U);
  EXPECT_EQ(result.err.size(), 3'000'000U);
}

TEST(Streams, ReqBeyond_MoreOutputThanAllowedEndsTheTree) {
  ProcessManager manager(quick_config());
  const EventRecorder events(manager);
  const Result endless =
      manager.run({.argv = {"sh", "-c", "sleep 60 & exec yes"}, .out = Output::capture_at_most(100'000)});
  EXPECT_TRUE(endless.truncated);
  EXPECT_TRUE(endless.stopped);
  EXPECT_FALSE(endless.timed_out);
  EXPECT_EQ(endless.out.size(), 100'000U);
  ASSERT_EQ(events.of(EventKind::stop).size(), 1U);
  EXPECT_EQ(events.of(EventKind::stop).front().reason, "more output than its limit");
  const Result enough =
      manager.run({.argv = {"head", "-c", "1000", "/dev/zero"}, .out = Output::capture_at_most(1000)});
  EXPECT_FALSE(enough.truncated);
  EXPECT_TRUE(enough.ok());
}

TEST(Streams, ReqBeyond_OutputIsDrainedAlthoughNobodyWaits) {
  ProcessManager manager(quick_config());
  const TemporaryDirectory directory;
  Process process = manager.spawn(
      {.argv = {"sh", "-c", "head -c 1000000 /dev/zero; touch " + (directory / "passed").string() + "; sleep 60"}});
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(directory / "passed"); }));
}

TEST(Streams, ReqBeyond_MemoryIsBounded) {
  ProcessManager manager(quick_config());
  const Result result = manager.run({.argv = {"sh", "-c", "seq 1 2000000"}, .out = Output::capture(1000)});
  EXPECT_TRUE(result.truncated);
  EXPECT_EQ(result.out.size(), 1000U);
  EXPECT_TRUE(result.out.starts_with("1\n2\n3\n"));
  EXPECT_TRUE(result.out.ends_with("1999999\n2000000\n"));
}

TEST(Streams, ReqBeyond_SpilledOutputIsComplete) {
  ProcessManager manager(quick_config());
  const TemporaryDirectory directory;
  const Result result = manager.run({.argv = {"seq", "1", "100000"}, .out = Output::spill(1000, directory / "all")});
  EXPECT_TRUE(result.truncated);
  EXPECT_EQ(read_file(directory / "all"), manager.run({.argv = {"seq", "1", "100000"}}).out);
}

TEST(Streams, ReqBeyond_LineCallbacks) {
  ProcessManager manager(quick_config());
  std::vector<std::string> lines;
  (void)manager.run({.argv = {"printf", "a\\nb\\nc"},
                     .out = Output::lines([&](std::string_view line) { lines.emplace_back(line); })});
  EXPECT_THAT(lines, testing::ElementsAre("a", "b", "c"));
}

TEST(Streams, ReqBeyond_CallbackThatThrowsIsCounted) {
  ProcessManager manager(quick_config());
  EXPECT_TRUE(manager.run({.argv = {"echo"}, .out = Output::lines([](std::string_view) { throw 1; })}).ok());
  EXPECT_EQ(manager.metrics().sink_failures, 1U);
}

TEST(Streams, ReqBeyond_InputFromBytesFileAndPipe) {
  ProcessManager manager(quick_config());
  const std::string large(2'000'000, 'x');
  EXPECT_EQ(manager.run({.argv = {"cat"}, .in = Input::bytes(large)}).out, large);
  const TemporaryDirectory directory;
  std::ofstream(directory / "in") << "from file";
  EXPECT_EQ(manager.run({.argv = {"cat"}, .in = Input::file(directory / "in")}).out, "from file");
  Process process = manager.spawn({.argv = {"cat"}, .in = Input::pipe(), .out = Output::capture(16u << 20)});
  EXPECT_TRUE(process.write(large));
  process.close_input();
  EXPECT_EQ(process.wait().out, large);
  EXPECT_EQ(manager.run({.argv = {"cat"}}).out, "");
}

TEST(Streams, ReqBeyond_WritingToAClosedInputIsNotFatal) {
  ProcessManager manager(quick_config());
  Process process = manager.spawn({.argv = {"true"}, .in = Input::pipe()});
  (void)process.wait();
  EXPECT_FALSE(process.write("too late"));
  Process other = manager.spawn({.argv = {"sh", "-c", "exec <&-; sleep 60"}, .in = Input::pipe()});
  EXPECT_TRUE(eventually([&] { return !other.write(std::string(100'000, 'x')); }));
}

TEST(Streams, ReqBeyond_ErrorJoinsOutput) {
  ProcessManager manager(quick_config());
  const Result result = manager.run({.argv = {"sh", "-c", "echo 1; echo 2 >&2; echo 3"}, .err = Output::with_output()});
  EXPECT_EQ(result.out, "1\n2\n3\n");
}

TEST(Streams, ReqBeyond_FilesAreWrittenAndAppended) {
  ProcessManager manager(quick_config());
  const TemporaryDirectory directory;
  (void)manager.run({.argv = {"echo", "one"}, .out = Output::file(directory / "f")});
  (void)manager.run({.argv = {"echo", "two"}, .out = Output::append(directory / "f")});
  EXPECT_EQ(read_file(directory / "f"), "one\ntwo\n");
}

TEST(Streams, ReqBeyond_Pipeline) {
  ProcessManager manager(quick_config());
  const std::vector<Result> results =
      manager.run_pipeline({{.argv = {"seq", "1", "100000"}}, {.argv = {"grep", "9"}}, {.argv = {"wc", "-l"}}});
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[2].out, "40951\n");
  EXPECT_TRUE(results[0].ok() && results[1].ok());
}

TEST(Streams, ReqBeyond_PipelineThatCannotStartLeavesNothing) {
  ProcessManager manager(quick_config());
  EXPECT_THROW((void)manager.run_pipeline({{.argv = {"sleep", "60"}}, {.argv = {"/nonexistent"}}}), SpawnError);
  EXPECT_EQ(manager.active(), 0U);
  EXPECT_THROW((void)manager.run_pipeline({}), UsageError);
}

TEST(Streams, ReqBeyond_Terminal) {
  ProcessManager manager(quick_config());
  const Result result = manager.run(
      {.argv = {"sh", "-c", "test -t 0 && test -t 1 && test -t 2 && echo terminal && : < /dev/tty && echo controlled"},
       .pty = true});
  EXPECT_EQ(result.out, "terminal\r\ncontrolled\r\n");
  Process process =
      manager.spawn({.argv = {"sh", "-c", "read line; echo got $line"}, .in = Input::pipe(), .pty = true});
  EXPECT_TRUE(process.write("text\n"));
  EXPECT_THAT(process.wait().out, testing::HasSubstr("got text\r\n"));
}

}  // namespace
}  // namespace procsafe::test
