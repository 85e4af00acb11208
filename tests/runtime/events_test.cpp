#include <gmock/gmock.h>

#include <atomic>
#include <sstream>

#include "event_log.h"
#include "support.h"

namespace procsafe::test {
namespace {

TEST(Events, Req35_LifeOfACommand) {
  ProcessManager manager(quick_config());
  const EventRecorder events(manager);
  (void)manager.run({.argv = {"sh", "-c", "exit 5"}, .name = "five"});
  const std::vector<Event> all = events.all();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].kind, EventKind::spawn);
  EXPECT_EQ(all[1].kind, EventKind::exit);
  EXPECT_EQ(all[1].exit_code, 5);
  EXPECT_EQ(all[2].kind, EventKind::cleanup);
  for (const Event& event : all) {
    EXPECT_GT(event.pid, 0);
    EXPECT_EQ(event.name, "five");
    EXPECT_EQ(event.command, "sh -c exit 5");
    EXPECT_EQ(event.run_id, manager.run_id());
    EXPECT_EQ(event.instance_id, manager.instance_id());
    EXPECT_EQ(event.manager_pid, getpid());
  }
}

TEST(Events, Req35_FailureToStartNamesTheCommand) {
  ProcessManager manager(quick_config());
  const EventRecorder events(manager);
  EXPECT_THROW((void)manager.run({.argv = {"/nonexistent/program", "argument"}}), SpawnError);
  const std::vector<Event> all = events.all();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].kind, EventKind::spawn);
  EXPECT_EQ(all[0].severity, Severity::warning);
  EXPECT_EQ(all[0].command, "/nonexistent/program argument");
}

TEST(Events, Req36_JsonLinesGoToAFile) {
  const TemporaryDirectory directory;
  Config config = quick_config();
  config.events = (directory / "events").string();
  {
    ProcessManager manager(config);
    (void)manager.run({.argv = {"echo", "quote\" and \n newline \xff"}});
  }
  std::istringstream lines(read_file(directory / "events"));
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  ASSERT_EQ(all.size(), 4U);
  EXPECT_THAT(all[0], testing::HasSubstr(R"("event":"config")"));
  EXPECT_THAT(all[1], testing::StartsWith(R"({"time":")"));
  EXPECT_THAT(all[1], testing::HasSubstr(R"("command":"echo quote\" and \u000a newline \ufffd")"));
  EXPECT_THAT(all[2], testing::HasSubstr(R"("exit_code":0)"));
  EXPECT_THAT(all[3], testing::EndsWith("}"));
}

TEST(Events, Req37_SecretsAreRedacted) {
  const std::vector<std::string> names{"PASSWORD", "api-key"};
  EXPECT_EQ(redact({"login", "--password", "hunter2", "--user", "me"}, names), "login --password *** --user me");
  EXPECT_EQ(redact({"env", "PASSWORD=hunter2", "--api_key=abc", "KEY=1"}, names),
            "env PASSWORD=*** --api_key=*** KEY=1");
  EXPECT_EQ(redact({"--password"}, names), "--password");
  Config config = quick_config();
  config.redact = {"token"};
  ProcessManager manager(config);
  const EventRecorder events(manager);
  const Result result = manager.run({.argv = {"true", "--token", "s3cret"}});
  for (const Event& event : events.all()) EXPECT_THAT(event.json(), testing::Not(testing::HasSubstr("s3cret")));
  EXPECT_THAT(result.command, testing::Not(testing::HasSubstr("s3cret")));
}

TEST(Events, Req38_SinkThatThrowsIsCountedAndHarmless) {
  ProcessManager manager(quick_config());
  manager.on_event([](const Event&) { throw std::runtime_error("sink"); });
  EXPECT_TRUE(manager.run({.argv = {"true"}}).ok());
  EXPECT_EQ(manager.metrics().sink_failures, 3U);
}

TEST(Events, Req39_ParentContextIsTheOuterRun) {
  const ScopedVariable outer("PM_RUN_ID", "outer00");
  ProcessManager manager(quick_config());
  const EventRecorder events(manager);
  const Result result = manager.run({.argv = {"sh", "-c", "echo $PM_RUN_ID"}});
  EXPECT_EQ(result.out, manager.run_id() + "\n");
  EXPECT_EQ(events.all().front().parent_run_id, "outer00");
}

TEST(Events, Req40_UnwritableEventFileIsAConfigurationError) {
  Config config = quick_config();
  config.events = "/nonexistent/events";
  EXPECT_THROW(ProcessManager{config}, ConfigError);
}

TEST(Metrics, Req76_CountsWhatHappened) {
  Config config = quick_config();
  config.max_processes = 1;
  ProcessManager manager(config);
  (void)manager.run({.argv = {"true"}});
  (void)manager.run({.argv = {"sleep", "60"}, .timeout = milliseconds(50)});
  EXPECT_THROW((void)manager.run({.argv = {"/nonexistent"}}), SpawnError);
  Process held = manager.spawn({.argv = {"sleep", "60"}});
  EXPECT_THROW((void)manager.run({.argv = {"true"}}), LimitError);
  const Metrics metrics = manager.metrics();
  EXPECT_EQ(metrics.active, 1U);
  EXPECT_EQ(metrics.spawned, 3U);
  EXPECT_EQ(metrics.exited, 2U);
  EXPECT_EQ(metrics.timeouts, 1U);
  EXPECT_EQ(metrics.spawn_failures, 1U);
  EXPECT_EQ(metrics.limit_rejections, 1U);
  EXPECT_EQ(metrics.cleanup_successes, 2U);
  EXPECT_EQ(metrics.cleanup_failures, 0U);
  EXPECT_EQ(metrics.spawn_seconds.counts.back(), 3U);
  EXPECT_EQ(metrics.run_seconds.counts.back(), 2U);
  EXPECT_GT(metrics.run_seconds.sum, 0.04);
}

TEST(Metrics, Req98_JsonAndPrometheusText) {
  Metrics metrics;
  metrics.spawned = 3;
  metrics.spawn_seconds.counts.fill(2);
  metrics.spawn_seconds.sum = 0.25;
  EXPECT_THAT(metrics.json(), testing::HasSubstr(R"("spawned":3)"));
  const std::string text = metrics.prometheus();
  EXPECT_THAT(text, testing::HasSubstr("# TYPE procsafe_spawned_total counter\nprocsafe_spawned_total 3\n"));
  EXPECT_THAT(text, testing::HasSubstr("procsafe_spawn_seconds_bucket{le=\"0.0005\"} 2\n"));
  EXPECT_THAT(text, testing::HasSubstr("procsafe_spawn_seconds_bucket{le=\"+Inf\"} 2\n"));
  EXPECT_THAT(text, testing::HasSubstr("procsafe_spawn_seconds_sum 0.25\nprocsafe_spawn_seconds_count 2\n"));
}

TEST(Events, Req76_ManyActiveProcessesAreAnAlertOnce) {
  Config config = quick_config();
  config.alert_active = 2;
  ProcessManager manager(config);
  const EventRecorder events(manager);
  std::vector<Process> processes;
  for (int i = 0; i < 4; ++i) processes.push_back(manager.spawn({.argv = {"sleep", "60"}}));
  EXPECT_EQ(events.of(EventKind::alert).size(), 1U);
}

}  // namespace
}  // namespace procsafe::test
