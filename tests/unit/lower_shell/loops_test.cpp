#include <gtest/gtest.h>

#include "lowered.h"

namespace procsafe {
namespace {

class Loops : public testing::TestWithParam<ScriptRow> {};

TEST_P(Loops, ThatWaitAreBounded) { EXPECT_EQ(findings(GetParam().script), GetParam().expected) << GetParam().script; }

constexpr ScriptRow kRows[] = {
    {"while true; do if ./ready; then break; fi; sleep 1; done", "1 missing-timeout"},
    {"while [ ! -f x ]; do sleep 1; done", "1 missing-timeout"},
    {"until [ -S x ]; do sleep 0.1; done", "1 missing-timeout"},
    {"while ! nc -z -w1 h 1; do sleep 1; done", "1 missing-timeout"},
    {"while [ \"$(docker inspect -f x c)\" != running ]; do sleep 1; done", "1 missing-timeout"},
    {"while [ -z \"$ip\" ]; do ip=$(docker inspect c); sleep 1; done", "1 missing-timeout"},
    {"while pgrep x >/dev/null; do sleep 1; done", "1 missing-timeout"},
    {"while ps aux | grep -q x; do sleep 1; done", "1 missing-timeout"},
    {"while ! mkdir lock 2>/dev/null; do sleep 1; done", "1 missing-timeout"},
    {"i=0\nwhile ! ./ready; do i=$((i+1)); if [ $i -gt 9 ]; then exit 1; fi; sleep 1; done", ""},
    {"i=0\nwhile ! ./ready && [ $i -lt 9 ]; do let i++; sleep 1; done", ""},
    {"i=0\nwhile [ $i -lt 9 ]; do ./ready && break; i=`expr $i + 1`; sleep 1; done", ""},
    {"end=$((SECONDS+60))\nwhile ! ./ready; do [ $SECONDS -gt $end ] && exit 1; sleep 1; done", ""},
    {"start=$(date +%s)\nuntil ./ready; do now=$(date +%s); if [ $((now - start)) -gt 60 ]; then exit 1; fi; sleep 1; "
     "done",
     ""},
    {"start=$(date +%s)\nwhile true; do ./ready && break; elapsed=$(( $(date +%s) - start )); if (( elapsed > 60 )); "
     "then echo timeout; exit 1; fi; sleep 1; done",
     ""},
    {"until ./ready || [ $((n++)) -ge 5 ]; do sleep 1; done", ""},
    {"n=5\nwhile ((n-- > 0)); do ./ready && break; sleep 1; done", ""},
    {"while read l; do echo $l; done", ""},
    {"while [ $# -gt 0 ]; do case $1 in -a) a=1;; esac; shift; done", ""},
    {"while getopts ab o; do :; done", ""},
    {"while :; do case $1 in -x) shift;; *) break;; esac; done", ""},
    {"while true; do read -p 'go? ' yn; case $yn in y) break;; esac; done", ""},
    {"while true; do ./worker; sleep 5; done", ""},
    {"while true; do clear; date; sleep 1; done", ""},
    {"while :; do sleep 60; done", ""},
    {"while sleep 1; do date; done", ""},
    {"while [ -h \"$f\" ]; do l=`ls -ld \"$f\"`; f=`expr \"$l\" : '.*-> \\(.*\\)$'`; done", ""},
    {"while [ \"$d\" != / ]; do d=$(dirname \"$d\"); done", ""},
    {"while [ ! -e $d/x ]; do d=$(dirname $d); done", ""},
    {"for i in $(seq 30); do ./ready && break; sleep 1; done", ""},
    {"for ((i=0;i<30;i++)); do ./ready && break; sleep 1; done", ""},
    {"timeout 5 sh -c 'until ./ready; do sleep 1; done'", ""},
    {"timeout 60 bash -c \"while ! curl -m1 u; do sleep 1; done\"", ""},
    {"sleep 30 & t=$!\nwhile kill -0 $t; do ./ready && break; done", ""},
    {"( sleep 60; kill $$ ) &\nw=$!\nuntil ./ready; do sleep 1; done\nkill $w", "4 raw-kill"},
    {"./x & p=$!\nwhile kill -0 $p 2>/dev/null; do printf .; sleep 1; done", "2 missing-timeout"},
    {"wait_for() {\n until \"$@\"; do\n  sleep 1\n done\n}", "2 missing-timeout"},
    {"wait_for() { local n=0; until \"$@\"; do n=$((n+1)); [ $n -ge 10 ] && return 1; sleep 1; done; }", ""},
    {"fail_late() { n=$((n+1)); if [ $n -gt 5 ]; then exit 1; fi; }\nuntil ./ready; do fail_late; sleep 1; done", ""},
    {"until curl -s -m 5 u; do sleep 1; done", "1 missing-timeout"},
    {"until curl -s u; do sleep 1; done", "1 missing-timeout; 1 missing-timeout"},
    {"while true; do\n s=$(aws describe)\n if [ \"$s\" = done ]; then break; fi\n sleep 5\ndone", "1 missing-timeout"},
    {"while true; do\n s=$(aws describe)\n case $s in done) break;; failed) exit 1;; esac\n sleep 5\ndone",
     "1 missing-timeout"},
    {"done=0\nwhile [ $done -eq 0 ]; do if ./ready; then done=1; fi; sleep 1; done", "2 missing-timeout"},
    {"while [ $? -ne 0 ]; do sleep 1; ./ready; done", "1 missing-timeout"},
    {"retries=5\nuntil ./ready; do retries=$((retries-1)); if [ $retries -eq 0 ]; then exit 1; fi; sleep 1; done", ""},
    {"until ./ready; do ((retries--)); ((retries==0)) && exit 1; sleep 1; done", ""},
    {"while ! ./ready; do sleep 1; t=$((t+1)); test $t -gt 10 && break; done", ""},
    {"while [ ! -f x ] && [ $t -gt 0 ]; do sleep 1; t=$((t-1)); done", ""},
    {"while git rebase --continue; do git add .; done", ""},
    {"while IFS= read -r l || [ -n \"$l\" ]; do echo; done < f", ""},
    {"while true; do\n  cmd\n  if [ $? -eq 0 ]; then break; fi\n  sleep 1\ndone", "1 missing-timeout"},
    {"while ! docker info >/dev/null 2>&1; do echo waiting; sleep 2; done", "1 missing-timeout"},
    {"until pg_isready -h h; do >&2 echo wait; sleep 1; done", "1 missing-timeout"},
    {"while fuser /var/lib/dpkg/lock >/dev/null 2>&1; do sleep 1; done", "1 missing-timeout"},
    {"while lsof -i :$port; do ((port++)); done", ""},
    {"while [ \"$(jobs -rp | wc -l)\" -ge 4 ]; do sleep 1; done", "1 missing-timeout"},
    {"while [[ $(jobs -rp | wc -l) -ge 4 ]]; do wait -n; done", ""},
    // What the loop makes out of its last value it computes; what it asks again it waits for.
    {"while :; do l=`ls -l \"$p\"`; case $l in *' -> '*) p=`echo \"$l\" | sed s/x/y/`;; *) break;; esac; done", ""},
    {"while link=$(readlink \"$path\"); do path=$dir/$link; done", ""},
    {"while [ -n \"$a\" -a -n \"$b\" ]; do a=\"$(expr \"$a\" : 'x\\(.*\\)')\"; done", ""},
    {"while [[ $new != $old ]]; do old=$new; new=$(echo $old | sed s/x//); done", ""},
    {"while $ECHO \"$p\" | $GREP x >/dev/null; do p=`$ECHO $p | $SED s/x//`; done", ""},
    {"while test -e \"$d\"; do d=test.$RANDOM; done", ""},
    {"while true; do if test -f configure; then break; fi; cd ..; d=$(pwd); [ $d = / ] && exit 1; done", ""},
    {"while [ \"$s\" != OK ]; do s=`perf ping --time | awk '{print $1}'`; done", "1 missing-timeout"},
    {"while [ `du -k f | cut -f1` -lt $1 ]; do cat g >>f; done", ""},
    {"while [ `du -k f | cut -f1` -lt 9 ]; do sleep 1; done", "1 missing-timeout"},
    // Work that is repeated is no wait.
    {"while route del default dev $i; do :; done", ""},
    {"while true; do ./test || exit 1; done", ""},
    {"while sleep 1; do make || exit 1; run $x; done", ""},
    {"while ! ./ready; do :; done", "1 missing-timeout"},
    {"while true; do kill -0 $1 || break; sleep 1; done", "1 missing-timeout"},
    // The user is waited for.
    {"e=1\nwhile [ $e -ne 0 ]; do $EDITOR f; e=$?; read a; sleep 1; done", ""},
    {"while [ $n = NO ]; do echo 'a or b?'; read r; case $r in a) n=YES;; esac; sleep 1; done", ""},
    {"while [ ! -f x ]; do cat f | while read l; do echo $l; done; sleep 1; done", "1 missing-timeout"},
    {"while $NEXT; do echo $x; done <<< \"$list\"", ""},
    {"while true; do c=$(mktemp -u); lxc info $c >/dev/null || break; done", ""},
    {"while true; do p=$((RANDOM + 9)); if $NBD -p $p; then break; fi; done", ""},
    {"while [ `echo \"$1\" | cut -c 1` = - ]; do case $1 in -d) d=$2; shift; shift;; esac; done", ""},
    {"while ! grep -q \"^$s=y\" f; do s=CONFIG_B; done", ""},
    {"while true; do dialog --menu x; case $? in 0) break;; esac; sleep 1; done", ""},
    {"while [ $p = 0 ]; do r=$(tool raw $o); p=$(($(echo $r | cut -c1))); o=$((o+4)); done", ""},
    {"c=9\nwhile ! grep -q x f; do if [ $c -gt 0 ]; then sleep 1; c=$[c-1]; else die no; fi; done", ""},
    {"while kill -0 $1; do set -- \"$@\" .; if [ $# -gt 4 ]; then exit 1; fi; sleep 1; done", ""},
    {"while nova show $1; do r=$((r-1)); if [ $r -le 0 ]; then error late; fi; sleep 5; done", ""},
    {"error() { echo $1; }\nwhile nova show $1; do r=$((r-1)); if [ $r -le 0 ]; then error late; fi; sleep 5; done",
     "2 missing-timeout"},
    {"for ((i=1;;i++)); do if $x; then y=1; elif $z; then break; fi; done <f", ""},
    // Limits by their names, and an end that is made when the time is over.
    {"s=$($now)\nwhile [ -e x ]; do sleep 1; if [ $($now) -ge $deadline ]; then exit 1; fi; done", ""},
    {"while kill -0 $1; do if (( t-- == 0 )); then kill -KILL $1; fi; sleep 1; done",
     "1 force-kill-first; 1 foreign-signal"},
};
INSTANTIATE_TEST_SUITE_P(Rows, Loops, testing::ValuesIn(kRows));

}  // namespace
}  // namespace procsafe
