#include <gtest/gtest.h>

#include "lowered.h"

namespace procsafe {
namespace {

using Row = ScriptRow;

class Signals : public testing::TestWithParam<Row> {};

TEST_P(Signals, AreFound) { EXPECT_EQ(findings(GetParam().script), GetParam().expected) << GetParam().script; }

INSTANTIATE_TEST_SUITE_P(
    Forms, Signals,
    testing::Values(Row{"kill 12", "1 foreign-signal"}, Row{"kill -0 12", ""}, Row{"kill -s 0 12", ""},
                    Row{"kill -l", ""}, Row{"kill $$", ""}, Row{"kill 0", ""}, Row{"kill -TERM -1", "1 process-hunt"},
                    Row{"kill -1", "1 process-hunt"}, Row{"kill -1 $$", ""},
                    Row{"kill -9 7", "1 force-kill-first; 1 foreign-signal"},
                    Row{"kill 7; kill -9 7", "1 foreign-signal; 1 foreign-signal"},
                    Row{"kill 7; kill -9 8", "1 force-kill-first; 1 foreign-signal; 1 foreign-signal"},
                    Row{"kill $PPID", "1 foreign-signal"},
                    Row{"SIGNAL=9\nkill -$SIGNAL 7", "2 force-kill-first; 2 foreign-signal"},
                    Row{"for s in TERM KILL; do kill -$s 7; done", "1 foreign-signal"}));

INSTANTIATE_TEST_SUITE_P(Origins, Signals,
                         testing::Values(Row{"p=$(pgrep x)\nkill $p", "2 process-hunt"},
                                         Row{"p=$(cat f)\nkill $p", "2 unverified-pid-file"},
                                         Row{"read p <f\nkill $p", "2 unverified-pid-file"},
                                         Row{"a=$(pgrep x); b=$a; kill $b", "1 process-hunt"},
                                         Row{"p=$(pgrep x)\np=12\nkill $p", "3 foreign-signal"},
                                         Row{"f() { pgrep \"$1\"; }\nkill $(f x)", "2 process-hunt"},
                                         Row{"f() { kill $1; }\nf $(pgrep x)", "1 process-hunt"},
                                         Row{"pgrep x >f\nkill $(cat f)", "2 process-hunt"},
                                         Row{"kill $(ps -o pgid= -p $$)", ""},
                                         Row{"kill $(ps --ppid $$ -o pid=)", "1 raw-kill"}));

INSTANTIATE_TEST_SUITE_P(
    Nested, Signals,
    testing::Values(Row{"sh -c 'kill $1' x 12", "1 foreign-signal"}, Row{"sh -c 'sh -c \"pkill x\"'", "1 process-hunt"},
                    Row{"c='pkill x'\n$c", "1 process-hunt"}, Row{"c='pkill x'\neval \"$c\"", "1 process-hunt"},
                    Row{"c='pkill x'\necho \"$c\"", ""}, Row{"find . -exec pkill {} +", "1 process-hunt"},
                    Row{"echo 'pkill x' | sh", "1 process-hunt"}, Row{"echo 'pkill x' | cat", ""}));

}  // namespace
}  // namespace procsafe
