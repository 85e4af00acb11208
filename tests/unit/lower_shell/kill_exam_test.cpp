// The examination an agent's guard has to pass before it may run commands: what hunts processes, and what only looks
// like it. 27 to deny and 21 to allow, none of both to be missed.
#include <gtest/gtest.h>

#include "lowered.h"

namespace procsafe {
namespace {

constexpr const char* kDenied[] = {
    "pkill -f server",
    "killall node",
    "sudo pkill -9 -f 'python.*worker'",
    "kill $(pgrep -f server)",
    "kill -9 `pidof server`",
    "pgrep -f server | xargs kill",
    "ps aux | grep server | grep -v grep | awk '{print $2}' | xargs kill -9",
    "kill -9 $(ps aux | grep '[s]erver' | awk '{print $2}')",
    "lsof -ti :8080 | xargs kill -9",
    "kill $(lsof -t -i:8080)",
    "fuser -k 8080/tcp",
    "fuser -k -TERM -n tcp 8080",
    "for p in $(pgrep server); do kill \"$p\"; done",
    "pgrep server | while read p; do kill -9 $p; done",
    "kill -9 -1",
    "env LANG=C pkill server",
    "nohup pkill server",
    "bash -c 'pkill -f server'",
    "sh -c \"killall server\"",
    "eval \"pkill server\"",
    "ssh -o ConnectTimeout=5 host 'pkill server'",
    "docker exec web pkill nginx",
    "timeout 5 killall server",
    "command pkill server",
    "/usr/bin/pkill server",
    "busybox killall server",
    "xargs pkill < names.txt",
};

constexpr const char* kAllowed[] = {
    "pgrep -f server",
    "ps aux | grep server",
    "echo \"pkill -f server\"",
    "printf 'killall %s\\n' node",
    "# pkill -f server",
    "command -v pkill",
    "which killall",
    "man pkill",
    "grep -r pkill scripts/",
    "git commit -m \"stop using killall\"",
    "kill -0 \"$pid\"",
    "pkill -0 server",
    "cat > stop.sh <<'EOF'\npkill server\nEOF",
    "lsof -i :8080",
    "fuser 8080/tcp",
    "pgrep -P $$",
    "systemctl stop nginx",
    "docker kill web",
    "tmux kill-session -t main",
    "[ \"$cmd\" = pkill ] && exit 1",
    "kill -l",
};

bool hunts(const char* command) { return findings(command).find("process-hunt") != std::string::npos; }

TEST(KillExam, DeniesWhatHunts) {
  EXPECT_EQ(std::size(kDenied), 27U);
  for (const char* command : kDenied) EXPECT_TRUE(hunts(command)) << command;
}

TEST(KillExam, AllowsWhatOnlyLooksLikeIt) {
  EXPECT_EQ(std::size(kAllowed), 21U);
  for (const char* command : kAllowed) EXPECT_FALSE(hunts(command)) << command;
}

}  // namespace
}  // namespace procsafe
