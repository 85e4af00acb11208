#include <gtest/gtest.h>

#include "lowered.h"

namespace procsafe {
namespace {

struct HandlerRow {
  const char* rule;
  const char* script;
  const char* lines;  ///< of the findings of the rule
};

std::string lines_of(const HandlerRow& row) {
  PipelineOptions options;
  options.judge.preset = Preset::strict;
  std::vector<SourceFile> files;
  files.push_back(source_from_text("script.bash", row.script));
  const std::vector<FileResult> results = analyse(std::move(files), catalog(), options);
  std::string lines;
  for (const Finding& finding : results.front().findings) {
    if (finding.rule->id != row.rule) continue;
    const auto line = results.front().file.position(finding.range.begin).line;
    lines += (lines.empty() ? "" : " ") + std::to_string(line);
  }
  return lines;
}

class HandlersOfScripts : public testing::TestWithParam<HandlerRow> {};

TEST_P(HandlersOfScripts, AreLookedAt) { EXPECT_EQ(lines_of(GetParam()), GetParam().lines) << GetParam().script; }

constexpr HandlerRow kRows[] = {
    {"missing-cleanup-handler", "./s &\np=$!\nkill $p", "1"},
    {"missing-cleanup-handler", "f() {\n./s &\np=$!\n}\nf\nkill $p", "2"},
    {"missing-cleanup-handler", "./s &\np=$!\n./t &\nq=$!\nkill $p $q", "1"},
    {"missing-cleanup-handler", "trap 'kill $p' EXIT\n./s &\np=$!", ""},
    {"missing-cleanup-handler", "trap 'kill $p' SIGTERM\n./s &\np=$!\nwait $p", ""},
    {"missing-cleanup-handler", "trap 'echo $p' 0\n./s &\np=$!\nwait $p", ""},
    {"missing-cleanup-handler", "trap 'echo' ERR USR1\n./s &\np=$!\nwait $p", "2"},
    {"missing-cleanup-handler", "trap '' INT\n./s &\np=$!\nwait $p", "2"},
    {"missing-cleanup-handler", "trap - EXIT\n./s &\np=$!\nwait $p", "2"},
    {"missing-cleanup-handler", "f() { trap stop EXIT; }\n./s &\np=$!\nwait $p", ""},
    {"missing-cleanup-handler", "./s &\nwait", ""},
    {"missing-cleanup-handler", "./s &\necho $! >pid", ""},
    {"missing-cleanup-handler", "./s &\np=$!\ndisown $p", ""},
    {"missing-cleanup-handler", "test_atexit 'kill $p'\n./s &\np=$!\nwait $p", ""},
    {"incomplete-signal-handling", "trap 'kill $p' INT\n./s & p=$!", "1"},
    {"incomplete-signal-handling", "trap 'kill $p' INT TERM\n./s & p=$!", "1"},
    {"incomplete-signal-handling", "trap 'kill $p' INT\ntrap 'kill $p' TERM\n./s & p=$!", "1"},
    {"incomplete-signal-handling", "f() { kill $p; }\ng() { f; }\ntrap g 2 15\n./s & p=$!", "3"},
    {"incomplete-signal-handling", "trap 'kill $p' INT TERM EXIT\n./s & p=$!", ""},
    {"incomplete-signal-handling", "trap 'kill $p' INT TERM\ntrap 'kill $p' 0\n./s & p=$!", ""},
    {"incomplete-signal-handling", "trap 'kill $p' EXIT\n./s & p=$!", ""},
    {"incomplete-signal-handling", "trap 'rm -f x' INT TERM\n./s & p=$!", ""},
    {"incomplete-signal-handling", "f() { trap - $1; kill -$1 $$; }\ntrap 'f INT' INT\n./s & p=$!", ""},
    {"incomplete-signal-handling", "trap 'kill $p' HUP\n./s & p=$!", ""},
    {"swallowed-cleanup-failure", "kill $1 2>/dev/null || true", "1"},
    {"swallowed-cleanup-failure", "kill $1 &>/dev/null || :", "1"},
    {"swallowed-cleanup-failure", "kill $1 >/dev/null 2>&1 || true", "1"},
    {"swallowed-cleanup-failure", "wait $1 2>/dev/null || true", "1"},
    {"swallowed-cleanup-failure", "kill $1 || true", ""},
    {"swallowed-cleanup-failure", "kill $1 2>/dev/null", ""},
    {"swallowed-cleanup-failure", "kill -0 $1 2>/dev/null || true", ""},
    {"swallowed-cleanup-failure", "kill $1 2>/dev/null || echo gone", ""},
    {"swallowed-cleanup-failure", "kill $1 2>&1 >/dev/null || true", ""},
    {"swallowed-cleanup-failure", "kill $1 2>/dev/null && true", ""},
    {"partial-tree-kill", "npm start &\np=$!\nkill $p", "3"},
    {"partial-tree-kill", "sh -c 'a; b' &\nkill $!", "2"},
    {"partial-tree-kill", "./run.sh &\nkill $!", "2"},
    {"partial-tree-kill", "./server &\nkill $!", ""},
    {"partial-tree-kill", "npm start &\np=$!\nkill -- -$p", ""},
    {"partial-tree-kill", "npm start &\np=$!\npkill -P $p\nkill $p", ""},
    {"partial-tree-kill", "npm start &\np=$!\nkill -0 $p", ""},
};
INSTANTIATE_TEST_SUITE_P(Rows, HandlersOfScripts, testing::ValuesIn(kRows));

}  // namespace
}  // namespace procsafe
