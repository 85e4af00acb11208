// The reports for programs: JSON and SARIF.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/json.h"
#include "report/sarif.h"
#include "report/sarif_driver.h"
#include "report/uri.h"
#include "sample_run.h"

namespace procsafe {
namespace {

using nlohmann::json;
using test::add_file;
using test::add_finding;
using test::add_related;
using test::sample_run;
using testing::HasSubstr;

TEST(Uri, EncodesPaths) {
  EXPECT_EQ(percent_encoded("a b/c%d.py"), "a%20b/c%25d.py");
  EXPECT_EQ(percent_encoded("ä\xFF:#?"), "%C3%A4%FF%3A%23%3F");
}

TEST(Uri, IsRelativeBelowTheDirectory) {
  EXPECT_EQ(artifact_uri("a/b.py", "/work"), "a/b.py");
  EXPECT_EQ(artifact_uri("./a/../b.py", "/work"), "b.py");
  EXPECT_EQ(artifact_uri("/srv/a.py", "/srv"), "a.py");
  EXPECT_EQ(artifact_uri("/workshop/a.py", "/work"), "file:///workshop/a.py");
  EXPECT_EQ(artifact_uri("../x y.py", "/srv/sub"), "file:///srv/x%20y.py");
  EXPECT_EQ(artifact_uri("a:b.py", "/work"), "a%3Ab.py") << "no scheme";
  EXPECT_EQ(artifact_uri("/etc/a.py", "/"), "etc/a.py");
}

TEST(Json, DescribesFindings) {
  auto run = sample_run();
  FileResult& file = add_file(run, "a.py", "ä = pgrep()\nkill(p)\n");
  Finding& finding = add_finding(file, "process-hunt", "kill(p)", "message");
  finding.symbol = "f";
  add_related(finding, "a.py", {5, 12}, "from here");
  const json document = json::parse(render_json(run));
  EXPECT_EQ(document["version"], 1);
  const json& one = document["findings"].at(0);
  EXPECT_EQ(one["path"], "a.py");
  EXPECT_EQ(one["line"], 2);
  EXPECT_EQ(one["column"], 1);
  EXPECT_EQ(one["end_line"], 2);
  EXPECT_EQ(one["end_column"], 8);
  EXPECT_EQ(one["rule"], "process-hunt");
  EXPECT_EQ(one["severity"], "error");
  EXPECT_EQ(one["message"], "message");
  EXPECT_EQ(one["symbol"], "f");
  EXPECT_EQ(one["confidence"], "high");
  EXPECT_EQ(one["tier"], "syntax");
  EXPECT_EQ(one["fingerprint"].get<std::string>().size(), 16U);
  EXPECT_FALSE(one.contains("suppressed"));
  EXPECT_EQ(one["related"].at(0)["column"], 5) << "columns count code points";
  EXPECT_EQ(document["summary"]["findings"], 1);
  EXPECT_EQ(document["summary"]["complete"], true);
}

TEST(Json, HoldsNotices) {
  auto run = sample_run();
  run.notices = {{Notice::Level::error, "b.py", {3, 1}, "unreadable"}, {Notice::Level::note, "", {0, 0}, "odd"}};
  const json document = json::parse(render_json(run));
  EXPECT_EQ(document["findings"], json::array());
  const json expected = json::parse(R"([{"level":"error","message":"unreadable","path":"b.py","line":3,"column":1},
                            {"level":"note","message":"odd"}])");
  EXPECT_EQ(document["notices"], expected);
  EXPECT_EQ(document["summary"]["complete"], false);
}

TEST(Json, ReplacesInvalidBytes) {
  auto run = sample_run();
  add_finding(add_file(run, "\xFF.py", "kill(p)"), "process-hunt", "kill(p)", "'\xFF'");
  const json document = json::parse(render_json(run));
  EXPECT_EQ(document["findings"].at(0)["message"], "'\uFFFD'");
}

json sarif_of(const Run& run) { return json::parse(render_sarif(run)); }

TEST(Sarif, ACleanRunIsOneRunWithoutResults) {
  const json log = sarif_of(sample_run());
  EXPECT_EQ(log["version"], "2.1.0");
  ASSERT_EQ(log["runs"].size(), 1U);
  EXPECT_EQ(log["runs"][0]["results"], json::array());
  EXPECT_EQ(log["runs"][0]["columnKind"], "utf16CodeUnits");
  EXPECT_EQ(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
  EXPECT_EQ(log["runs"][0]["automationDetails"]["id"], "procsafe/check/");
}

TEST(Sarif, DescribesEveryRule) {
  const auto run = sample_run();
  const json driver = sarif_of(run)["runs"][0]["tool"]["driver"];
  EXPECT_EQ(driver["name"], "procsafe");
  EXPECT_EQ(driver["semanticVersion"], "1.2.3");
  ASSERT_EQ(driver["rules"].size(), run.catalog->rules().size());
  for (const json& rule : driver["rules"]) {
    SCOPED_TRACE(rule["id"].get<std::string>());
    EXPECT_EQ(rule["name"], pascal_case(rule["id"].get<std::string>()));
    EXPECT_THAT(rule["shortDescription"]["text"].get<std::string>(), testing::EndsWith("."));
    EXPECT_FALSE(rule["fullDescription"]["text"].get<std::string>().empty());
    EXPECT_THAT(rule["help"]["markdown"].get<std::string>(), testing::Not(HasSubstr("## Cases")));
    EXPECT_THAT(rule["helpUri"].get<std::string>(), testing::StartsWith("https://"));
    EXPECT_EQ(rule["properties"]["precision"], "high");
    EXPECT_LE(rule["properties"]["tags"].size(), 10U);
    EXPECT_TRUE(rule["properties"].value("security-severity", json("")).is_string());
  }
}

TEST(Sarif, PlacesResults) {
  auto run = sample_run();
  FileResult& file = add_file(run, "a b.py", "1\n2\n3\n😀 kill(p)\n5\n6\n7\n");
  Finding& finding = add_finding(file, "process-hunt", "kill(p)", "It is 'bad'.");
  finding.symbol = "m.f";
  add_related(finding, "a b.py", {0, 1}, "from here");
  const json result = sarif_of(run)["runs"][0]["results"].at(0);
  EXPECT_EQ(result["ruleId"], "process-hunt");
  EXPECT_EQ(run.catalog->rules()[result["ruleIndex"]].id, "process-hunt");
  EXPECT_EQ(result["message"]["text"], "It is 'bad'.");
  const json& place = result["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "a%20b.py");
  const json region = json::parse(R"json({"startLine":4,"startColumn":4,"endLine":4,"endColumn":11,
                                          "snippet":{"text":"kill(p)"}})json");
  EXPECT_EQ(place["region"], region);
  const json context =
      json::parse(R"json({"startLine":2,"endLine":6,"snippet":{"text":"2\n3\n😀 kill(p)\n5\n6\n"}})json");
  EXPECT_EQ(place["contextRegion"], context);
  EXPECT_EQ(result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], "m.f");
  EXPECT_EQ(result["relatedLocations"][0]["message"]["text"], "from here.");
  EXPECT_EQ(result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], 1);
  EXPECT_EQ(result["partialFingerprints"]["procsafe/v1"].get<std::string>().size(), 16U);
  EXPECT_FALSE(result.contains("suppressions"));
}

TEST(Sarif, LeavesOutSuppressedResultsUnlessAsked) {
  auto run = sample_run();
  FileResult& file = add_file(run, "a.py", "kill(p)\nkill(q)\n");
  Finding& finding = add_finding(file, "process-hunt", "kill(p)", "m");
  finding.suppressed = true;
  finding.suppression_reason = "a test";
  add_finding(file, "process-hunt", "kill(q)", "m");
  EXPECT_EQ(sarif_of(run)["runs"][0]["results"].size(), 1U);
  run.show_suppressed = true;
  const json results = sarif_of(run)["runs"][0]["results"];
  ASSERT_EQ(results.size(), 2U);
  const json expected = json::parse(R"([{"kind":"inSource","status":"accepted","justification":"a test"}])");
  EXPECT_EQ(results[0]["suppressions"], expected);
  EXPECT_EQ(results[1]["suppressions"], json::array());
}

TEST(Sarif, SaysWhatCouldNotBeDone) {
  auto run = sample_run();
  run.notices = {{Notice::Level::error, "b.py", {3, 1}, "unreadable"}};
  const json invocation = sarif_of(run)["runs"][0]["invocations"][0];
  EXPECT_EQ(invocation["executionSuccessful"], false);
  const json& notification = invocation["toolExecutionNotifications"].at(0);
  EXPECT_EQ(notification["level"], "error");
  EXPECT_EQ(notification["message"]["text"], "unreadable.");
  EXPECT_EQ(notification["locations"][0]["physicalLocation"]["region"]["startLine"], 3);
}

TEST(Sarif, StaysSmallForGeneratedCode) {
  auto run = sample_run();
  FileResult& file = add_file(run, "a.py", std::string(1'000'000, 'x') + "; kill(p)");
  add_finding(file, "process-hunt", "kill(p)", "m");
  auto empty = sample_run();
  EXPECT_LT(render_sarif(run).size(), render_sarif(empty).size() + 4000);
}

}  // namespace
}  // namespace procsafe
