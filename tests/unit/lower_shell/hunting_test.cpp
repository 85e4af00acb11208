#include <gtest/gtest.h>

#include "lowered.h"

namespace procsafe {
namespace {

class Hunting : public testing::TestWithParam<ScriptRow> {};

TEST_P(Hunting, IsFoundAndNothingElse) {
  EXPECT_EQ(findings(GetParam().script), GetParam().expected) << GetParam().script;
}

constexpr ScriptRow kDenied[] = {
    {"pkill -f 'node server'", "1 process-hunt"},
    {"pkill node", "1 process-hunt"},
    {"ps ax | awk '{print \"kill \" $1}' | sort | uniq | sh", "1 process-hunt"},
    {"awk '{print \"kill \" $1}' f | sh\nps ax | awk '{print \"kill -9 \" $1}' | sh",
     "1 unverified-pid-file; 2 force-kill-first; 2 process-hunt"},
    {"run pkill node", "1 process-hunt"},
    {"test_expect_success 'title' '\npkill node\n'", "2 process-hunt"},
    {"test_when_finished pkill node", "1 process-hunt"},
    {"pkill -u root x", "1 process-hunt"},
    {"pkill -G staff x", "1 process-hunt"},
    {"pkill -TERM node", "1 process-hunt"},
    {"pkill -f 'x -P 1'", "1 process-hunt"},
    {"killall node", "1 process-hunt"},
    {"killall -9 node", "1 force-kill-first; 1 process-hunt"},
    {"fuser -k 3000/tcp", "1 force-kill-first; 1 process-hunt"},
    {"fuser -k -TERM -n tcp 3000", "1 process-hunt"},
    {"kill -9 -1", "1 force-kill-first; 1 process-hunt"},
    {"kill -- -1", "1 process-hunt"},
    {"kill $(pgrep node)", "1 process-hunt"},
    {"kill `pidof node`", "1 process-hunt"},
    {"pid=$(lsof -ti:3000); kill $pid", "1 process-hunt"},
    {"for p in $(ps aux | awk '/node/{print $2}'); do kill $p; done", "1 process-hunt"},
    {"pgrep node | xargs kill", "1 process-hunt"},
    {"ps aux | grep node | awk '{print $2}' | xargs -r kill -15", "1 process-hunt"},
    {"sudo pkill node", "1 process-hunt"},
    {"env X=1 pkill node", "1 process-hunt"},
    {"nohup pkill node", "1 process-hunt"},
    {"bash -lc 'pkill node'", "1 process-hunt"},
    {"true && pkill node", "1 process-hunt"},
    {"(pkill node)", "1 process-hunt"},
    {"{ killall node; }", "1 process-hunt"},
    {"if true; then pkill node; fi", "1 process-hunt"},
    {"xargs kill < <(pgrep node)", "1 process-hunt"},
    {"fuser 3000/tcp 2>/dev/null | xargs kill", "1 process-hunt"},
    {"pgrep node > /tmp/pids; xargs kill < /tmp/pids", "1 process-hunt"},
    {"a=(`pgrep node`); kill ${a[0]}", "1 process-hunt"},
    {"pgrep node | xargs -I{} sh -c 'kill {}'", "1 process-hunt"},
    {"pgrep node | xargs sh -c 'kill \"$@\"' _", "1 process-hunt"},
    {"a=$(pgrep x); b=\"$a\"; c=$b; kill \"$c\"", "1 process-hunt"},
    {"f() { pkill -x \"$1\"; }; f node", "1 process-hunt"},
    {"alias k='pkill -9'; k node", "1 force-kill-first; 1 process-hunt"},
    {"doas pkill x", "1 process-hunt"},
    {"setsid pkill x", "1 process-hunt"},
    {"timeout -k 1 5 pkill x", "1 process-hunt"},
    {"stdbuf -oL pkill x", "1 process-hunt"},
    {"ionice -c3 nice -n19 pkill x", "1 process-hunt"},
    {"chroot /mnt pkill x", "1 process-hunt"},
    {"unshare -n pkill x", "1 process-hunt"},
    {"nsenter -t 1 -m pkill x", "1 process-hunt"},
    {"runuser -u app -- pkill x", "1 process-hunt"},
    {"su - app -c 'pkill x'", "1 process-hunt"},
    {"watch -n1 pkill x", "1 process-hunt"},
    {"script -qc 'pkill x' /dev/null", "1 process-hunt"},
    {"flock -n /l -c 'pkill x'", "1 process-hunt"},
    {"flock -n /l pkill x", "1 process-hunt"},
    {"ssh -o ConnectTimeout=1 h -- pkill x", "1 process-hunt"},
    {"kubectl exec pod -c c -- pkill x", "1 process-hunt"},
    {"kubectl -n ns exec -it pod -- sh -c 'pkill x'", "1 process-hunt"},
    {"podman exec -it c pkill x", "1 process-hunt"},
    {"docker compose exec -T web pkill x", "1 process-hunt"},
    {"docker-compose exec web killall x", "1 process-hunt"},
    {"lxc exec c -- pkill x", "1 process-hunt"},
    {"vagrant ssh -c 'pkill x'", "1 process-hunt"},
    {"adb shell pkill x", "1 process-hunt"},
    {"adb -s 1 shell 'pkill x'", "1 process-hunt"},
    {"systemd-run --user pkill x", "1 process-hunt"},
    {"screen -dm pkill x", "1 process-hunt"},
    {"tmux new -d 'pkill x'", "1 process-hunt"},
    {"parallel pkill ::: a b", "1 process-hunt"},
    {"coproc pkill x", "1 process-hunt"},
    {"taskkill /F /IM x.exe", "1 force-kill-first; 1 process-hunt"},
    {"taskkill //PID 12", "1 foreign-signal"},
    {"wmic process where name='x' delete", "1 force-kill-first; 1 process-hunt"},
    {"$SUDO pkill x", "1 process-hunt"},
    {"${SUDO:-} pkill x", "1 process-hunt"},
    {"$ADB shell pkill x", "1 process-hunt"},
};
INSTANTIATE_TEST_SUITE_P(Denied, Hunting, testing::ValuesIn(kDenied));

constexpr ScriptRow kAllowed[] = {
    {"pkill -P $$", "1 raw-kill"},
    {"pgrep node", ""},
    {"ps aux | grep node", ""},
    {"kill -0 12", ""},
    {"kill -0 $(pgrep node)", ""},
    {"command -v pkill", ""},
    {"pkill --help", ""},
    {"man pkill", ""},
    {"killall -l", ""},
    {"fuser 3000/tcp", ""},
    {"which killall pkill", ""},
    {"type -p pkill", ""},
    {"echo kill $(pgrep x)", ""},
    {"lsof -ti :3000", ""},
    {"pkill -0 x", ""},
    {"killall -0 x", ""},
    {"kill -l TERM", ""},
    {"systemctl stop x", ""},
    {"docker stop x", ""},
    {"docker rm -f $(docker ps -q)", ""},
    {"git log --grep='pkill'", ""},
    {"apt-get install -y psmisc pkill", ""},
    {"x='pkill y'; echo \"$x\"; printf '%s' \"$x\"", ""},
    {"grep -r pkill .", ""},
    {"sed -i 's/pkill/stop/' f", ""},
    {"alias | grep pkill", ""},
    {"[[ $1 == pkill ]] && exit", ""},
    {"hash pkill 2>/dev/null", ""},
};
INSTANTIATE_TEST_SUITE_P(Allowed, Hunting, testing::ValuesIn(kAllowed));

constexpr ScriptRow kGroups[] = {
    {"./x & p=$!; kill -- -$p; wait", "1 raw-kill"},
    {"kill -- -$$", ""},
    {"kill -TERM 0", ""},
    {"kill -TERM -$$", ""},
};
INSTANTIATE_TEST_SUITE_P(Groups, Hunting, testing::ValuesIn(kGroups));

}  // namespace
}  // namespace procsafe
