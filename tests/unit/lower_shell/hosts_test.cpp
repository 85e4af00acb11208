#include <gtest/gtest.h>

#include "lowered.h"

namespace procsafe {
namespace {

struct HostRow {
  const char* name;
  const char* text;
  const char* expected;
};

class Hosts : public testing::TestWithParam<HostRow> {};

TEST_P(Hosts, HoldShellText) {
  EXPECT_EQ(findings(GetParam().text, GetParam().name), GetParam().expected) << GetParam().text;
}

constexpr HostRow kRows[] = {
    {"Makefile", "stop:\n\t@-pkill -f server\n\techo pkill x\n# pkill y\n", "2 process-hunt"},
    {"Makefile", "stop:\n\tkill $$(cat run.pid)\n", "2 unverified-pid-file"},
    {"Makefile", "stop:\n\tfor p in a b; do \\\n\t  killall $$p; \\\n\tdone\n", "3 process-hunt"},
    {"Makefile", "run:\n\t./server &\n\t./server & wait\n", "2 untracked-background"},
    {"Makefile", "pids := $(shell pgrep x)\nold := $(shell kill $$(pgrep y))\n", "2 process-hunt"},
    {"Makefile", "get:\n\tcurl http://h/$(FILE)\n\tcurl -m 5 http://h/$(FILE)\n", "2 missing-timeout"},
    {"Dockerfile", "FROM x\nRUN apt-get update && \\\n    # note\n    curl https://h/x && \\\n    pkill y\n",
     "4 missing-timeout; 5 process-hunt"},
    {"Dockerfile", "CMD [\"pkill\", \"-f\", \"x\"]\n", "1 process-hunt"},
    {"Dockerfile", "ENTRYPOINT [\"sh\", \"-c\", \"killall x; exec y\"]\n", "1 process-hunt"},
    {"Dockerfile", "RUN <<EOF\npkill x\nEOF\nHEALTHCHECK --interval=5s CMD curl -f http://h/\n",
     "2 process-hunt; 4 missing-timeout"},
    {"Dockerfile", "RUN echo pkill x\nLABEL run=\"pkill x\"\n", ""},
    {".github/workflows/ci.yml",
     "jobs:\n  a:\n    steps:\n      - run: pkill -f x\n      - name: y\n        run: |\n          ./s &\n"
     "          sleep 5\n          curl http://h/${{ env.FILE }}\n      - shell: python\n        run: |\n          "
     "kill(1)\n",
     "4 process-hunt; 7 untracked-background; 9 missing-timeout"},
    {".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n      - run: |\n          x = 1\n        shell: pwsh\n", ""},
    {".github/workflows/ci.yml",
     "jobs:\n  a:\n    steps:\n      - run: \"killall x\"\n      - run: >\n          kill\n"
     "          -9 1234\n",
     "4 process-hunt; 6 force-kill-first; 6 foreign-signal"},
    {".github/workflows/ci.yml",
     "jobs:\n  w:\n    runs-on: windows-latest\n    steps:\n      - run: pkill x\n      - run: pkill y\n"
     "        shell: bash\n  l:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pkill z\n",
     "6 process-hunt; 11 process-hunt"},
    {".gitlab-ci.yml", "job:\n  before_script:\n    - ./s &\n    - echo $!\n  script:\n  - pkill x\n  - 'killall y'\n",
     "3 untracked-background; 6 process-hunt; 7 process-hunt"},
    {"docker-compose.yml",
     "services:\n  a:\n    command: sh -c 'pkill x'\n  b:\n    command: [\"pkill\", \"x\"]\n    healthcheck:\n"
     "      test: [\"CMD-SHELL\", \"curl -f http://h || exit 1\"]\n",
     "3 process-hunt; 5 process-hunt; 7 missing-timeout"},
    {"package.json",
     "{\n \"name\": \"pkill x\",\n \"scripts\": {\n  \"stop\": \"pkill -f \\\"node x\\\"\",\n"
     "  \"start\": \"node x\"\n },\n \"a\": {\"b\": \"pkill y\"}\n}\n",
     "4 process-hunt"},
    {"x.service", "[Service]\nExecStart=/usr/bin/x\nExecReload=/bin/kill -HUP $MAINPID\nExecStop=-/usr/bin/pkill x\n",
     "4 process-hunt"},
    {"x.service", "[Service]\nExecStartPre=/bin/sh -c 'killall x; \\\n  true'\n", "2 process-hunt"},
    {"cron.d/x", "# pkill a\nSHELL=/bin/sh\n*/5 * * * * root pkill x\n@daily root kill $(pgrep y)\n",
     "3 process-hunt; 4 process-hunt"},
    {".pre-commit-config.yaml",
     "repos:\n- repo: local\n  hooks:\n  - id: a\n    entry: bash -c 'pkill x'\n"
     "    language: system\n  - id: b\n    entry: pkill x\n    language: pygrep\n",
     "5 process-hunt"},
};
INSTANTIATE_TEST_SUITE_P(Rows, Hosts, testing::ValuesIn(kRows));

}  // namespace
}  // namespace procsafe
