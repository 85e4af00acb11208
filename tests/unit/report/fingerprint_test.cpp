#include "report/fingerprint.h"

#include <gtest/gtest.h>

#include "sample_run.h"

namespace procsafe {
namespace {

using test::add_file;
using test::add_finding;
using test::sample_run;

// The test vectors of draft-eastlake-fnv, appendix C.
TEST(Fnv1a64, IsTheSpecifiedFunction) {
  EXPECT_EQ(fnv1a64(""), 0xcbf29ce484222325U);
  EXPECT_EQ(fnv1a64("a"), 0xaf63dc4c8601ec8cU);
  EXPECT_EQ(fnv1a64("foobar"), 0x85944171f73967e8U);
}

std::string print_of(std::string path, std::string text, std::string_view marked, std::string symbol = "f",
                     std::string_view rule = "process-hunt") {
  auto run = sample_run();
  FileResult& file = add_file(run, std::move(path), std::move(text));
  add_finding(file, rule, marked, "m").symbol = std::move(symbol);
  return fingerprints(file).front();
}

TEST(Fingerprint, IsFixedForEver) {
  // FNV-1a 64 of "process-hunt\0f\0kill(p)\0" "0", computed by another program.
  EXPECT_EQ(print_of("a.py", "kill(p)\n", "kill(p)"), "dc2baf798fc176e5");
}

TEST(Fingerprint, SurvivesMovesAndBlanks) {
  const std::string before = print_of("a.py", "kill(p, 9)\n", "kill(p, 9)");
  EXPECT_EQ(print_of("b/c.py", "x = 1\n\n  kill(p, 9)\n", "kill(p, 9)"), before);
  EXPECT_EQ(print_of("a.py", "kill(p,\r\n     9)\n", "kill(p,\r\n     9)"), before);
}

TEST(Fingerprint, TellsRulesSymbolsAndTextsApart) {
  const std::string before = print_of("a.py", "kill(p)\n", "kill(p)");
  EXPECT_NE(print_of("a.py", "kill(q)\n", "kill(q)"), before);
  EXPECT_NE(print_of("a.py", "kill(p)\n", "kill(p)", "g"), before);
  EXPECT_NE(print_of("a.py", "kill(p)\n", "kill(p)", "f", "raw-kill"), before);
}

TEST(Fingerprint, CountsOccurrences) {
  auto run = sample_run();
  FileResult& file = add_file(run, "a.py", "kill(p)\nkill(p)\n");
  add_finding(file, "process-hunt", "kill(p)", "m");
  add_finding(file, "process-hunt", "kill(p)", "m").range = {8, 15};
  const std::vector<std::string> both = fingerprints(file);
  EXPECT_EQ(both[0], print_of("a.py", "kill(p)\n", "kill(p)", ""));
  EXPECT_NE(both[0], both[1]);
}

}  // namespace
}  // namespace procsafe
