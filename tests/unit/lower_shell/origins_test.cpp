#include <gtest/gtest.h>

#include "lowered.h"

namespace procsafe {
namespace {

class Origins : public testing::TestWithParam<ScriptRow> {};

TEST_P(Origins, OfTargetsAreFollowed) {
  EXPECT_EQ(findings(GetParam().script), GetParam().expected) << GetParam().script;
}

constexpr ScriptRow kPidFiles[] = {
    {"PIDFILE=/run/x.pid\nstart() {\n ./srv &\n echo $! > $PIDFILE\n}\nstop() {\n kill $(cat $PIDFILE)\n}",
     "7 unverified-pid-file"},
    {"PIDFILE=/run/x.pid\nif [ -f $PIDFILE ]; then\n kill `cat $PIDFILE`\nfi", "3 unverified-pid-file"},
    {"pid=$(cat f)\nif ps -p $pid -o comm= | grep -q app; then kill $pid; fi", ""},
    {"pid=$(cat f)\nif ! ps -p $pid -o args= | grep -q app; then exit 1; fi\nkill $pid", ""},
    {"pid=$(cat f)\ngrep -q app /proc/$pid/cmdline || exit 1\nkill $pid", ""},
    {"pid=$(cat f)\ngrep -q app /proc/$pid/cmdline || echo no\nkill $pid", "3 unverified-pid-file"},
    {"pid=$(cat f)\n[ \"$(cat /proc/$pid/comm)\" = app ] && kill $pid", ""},
    {"pid=$(<f)\ncmd=$(tr '\\0' ' ' < /proc/$pid/cmdline)\n[[ $cmd == *app* ]] && kill $pid", ""},
    {"pid=$(<f)\ncase $(cat /proc/$pid/cmdline) in *app*) kill $pid;; esac", ""},
    {"is_app() { grep -q app /proc/$1/cmdline; }\npid=$(cat f)\nif is_app \"$pid\"; then kill $pid; fi", ""},
    {"is_running() { kill -0 $1; }\npid=$(cat f)\nif is_running \"$pid\"; then kill $pid; fi", "3 unverified-pid-file"},
    {"pid=$(cat f)\nif pgrep -x app | grep -q \"^$pid$\"; then kill $pid; fi", ""},
    {"pid=$(cat f)\nif ps aux | grep $pid | grep -v grep; then kill $pid; fi", "2 unverified-pid-file"},
    {"pid=$(cat f)\nif ps aux | grep $pid | grep -q app; then kill $pid; fi", ""},
    {"pid=$(cat f)\nif [ -n \"$pid\" ] && [ -d /proc/$pid ]; then kill $pid; fi", "2 unverified-pid-file"},
    {"kill $(sed -n 1p f)", "1 unverified-pid-file"},
    {"kill $(awk '{print $1}' f)", "1 unverified-pid-file"},
    {"kill $(grep pid f | cut -d= -f2)", "1 unverified-pid-file"},
    {"cat f | xargs kill", "1 unverified-pid-file"},
    {"cat f | while read p; do kill $p; done", "1 unverified-pid-file"},
    {"while read p; do kill $p; done < f", "1 unverified-pid-file"},
    {"for f in *.pid; do kill $(cat $f); done", "1 unverified-pid-file"},
    {"jq -r .pid f | xargs kill", "1 unverified-pid-file"},
    {"pkill -F f", "1 unverified-pid-file"},
    {"pkill -F f app", ""},
    {"read p < f; kill -0 $p && kill -9 $p", "1 force-kill-first; 1 unverified-pid-file"},
    {"./x & echo $! > f\nkill $(cat f)", "2 raw-kill"},
    {"[ -f f ] && kill -TERM $(cat f) && rm f", "1 unverified-pid-file"},
    {"PID=`cat f 2>/dev/null`\nkill $PID", "2 unverified-pid-file"},
    {"local_pid=$(cat \"$d/x.pid\"); kill \"$local_pid\" 2>/dev/null || true", "1 unverified-pid-file"},
    {"p=$(head -1 f || echo)\nkill $p", "2 unverified-pid-file"},
    {"kill $(docker inspect -f x c)", "1 foreign-signal"},
    {"kill $(curl -m1 u)", "1 foreign-signal"},
};
INSTANTIATE_TEST_SUITE_P(PidFiles, Origins, testing::ValuesIn(kPidFiles));

constexpr ScriptRow kValues[] = {
    {"f() { kill $1; }\n./x & f $!\nwait", "1 raw-kill"},
    {"f() { local p=$1; kill $p; }\nf 12", "1 foreign-signal"},
    {"f() { kill $1; }", "1 foreign-signal"},
    {"f() { for p in \"$@\"; do kill $p; done; }\nf $(pgrep x)", "1 process-hunt"},
    {"f() { kill $1; }\nf $(cat p)\n./x & f $!; wait", "1 unverified-pid-file"},
    {"f() { shift; kill $1; }\nf a $(pgrep x)", "1 process-hunt"},
    {"f() { while read p; do kill $p; done; }\npgrep x | f", "1 process-hunt"},
    {"g() { pgrep x; }\nf() { local p; p=$(g); [ -n \"$p\" ] && kill $p; }", "2 process-hunt"},
    {"g() { echo $!; }\n./x &\np=$(g); kill $p; wait", "3 raw-kill"},
    {"start() { ./x & PID=$!; }\nstop() { kill $PID; }\ntrap stop EXIT\nstart", "2 raw-kill"},
    {"start() { ./x & echo $!; }\np=$(start)\nkill $p", "3 raw-kill"},
    {"p=${1:-$(pgrep x)}\nkill $p", "2 process-hunt"},
    {"p=$(pgrep x | head -1)\nif [ -n \"$p\" ]; then kill -9 \"$p\"; fi", "2 force-kill-first; 2 process-hunt"},
    {"declare -a ps\nps+=(\"$(pgrep x)\")\nkill \"${ps[@]}\"", "3 process-hunt"},
    {"declare -A m\n./x & m[a]=$!\nkill ${m[a]}\nwait", "3 raw-kill"},
    {"IFS=, read a b <<< \"$(pgrep x)\"\nkill $a", "2 process-hunt"},
    {"pgrep x | { read p; kill $p; }", "1 process-hunt"},
    {"ps -ef | grep x | awk '{print \"kill -9 \" $2}' | sh", "1 force-kill-first; 1 process-hunt"},
    {"netstat -tlnp | grep :80 | awk '{print $7}' | cut -d/ -f1 | xargs kill", "1 process-hunt"},
    {"ss -lptn 'sport = :80' | grep -oP 'pid=\\K\\d+' | xargs -r kill", "1 process-hunt"},
    {"for d in /proc/[0-9]*; do p=${d#/proc/}; kill $p; done", "1 process-hunt"},
    {"grep -l x /proc/*/cmdline | cut -d/ -f3 | xargs kill", "1 process-hunt"},
    {"set -- $(pgrep x)\nkill $1", "2 process-hunt"},
    {"kill $(jobs -p)", "1 raw-kill"},
    {"jobs -p | xargs kill", "1 raw-kill"},
    {"./a &\nkill $(jobs -pr)", "2 raw-kill"},
    {"kill $(ps -o ppid= -p $$)", "1 foreign-signal"},
    {"kill -- -$(ps -o pgid= -p $$ | tr -d ' ')", ""},
    {"pkill -P $BASHPID", "1 raw-kill"},
    {"pkill -TERM -P $PPID", "1 foreign-signal"},
    {"pkill -g $$", ""},
    {"pkill -g 0", ""},
    {"pgrep -P $$ | xargs kill", "1 raw-kill"},
    {"kill $(pgrep -P $1)", "1 foreign-signal"},
    {"kill_tree() { for c in $(pgrep -P $1); do kill_tree $c; done; kill $1; }\n./x & kill_tree $!", "1 raw-kill"},
    {"kill_tree() {\n for c in $(pgrep -P $1); do kill_tree $c; done\n kill $1\n}", "3 foreign-signal"},
    {"kill -USR1 $$", ""},
    {"./x & kill -STOP $!; wait", ""},
    {"kill -HUP 1", "1 foreign-signal"},
    {"kill $p $q", "1 foreign-signal"},
};
INSTANTIATE_TEST_SUITE_P(Values, Origins, testing::ValuesIn(kValues));

}  // namespace
}  // namespace procsafe
