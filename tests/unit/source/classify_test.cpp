#include "source/classify.h"

#include <gtest/gtest.h>

namespace procsafe {
namespace {

std::string found(std::string_view path, std::string_view bytes = "") {
  const Classification result = classify(path, bytes);
  return std::string(language_name(result.language)) + (result.dialect.empty() ? "" : "/" + result.dialect);
}

TEST(Classify, KnowsNames) {
  EXPECT_EQ(found("a/b.py"), "python");
  EXPECT_EQ(found("b.PYI"), "python");
  EXPECT_EQ(found("b.sh"), "shell/sh");
  EXPECT_EQ(found("b.zsh"), "shell/zsh");
  EXPECT_EQ(found("b.c"), "c");
  EXPECT_EQ(found("b.C"), "cpp");
  EXPECT_EQ(found("b.h"), "cpp");
  EXPECT_EQ(found("b.h++"), "cpp");
  EXPECT_EQ(found("home/.bashrc"), "shell/bash");
  EXPECT_EQ(found("PKGBUILD"), "shell/bash");
  EXPECT_EQ(found("b.txt"), "none");
  EXPECT_EQ(found("py"), "none");
  EXPECT_EQ(found(".py"), "none");
}

TEST(Classify, KnowsHostsOfShellText) {
  EXPECT_EQ(found("src/Makefile"), "shell/makefile");
  EXPECT_EQ(found("rules.mk"), "shell/makefile");
  EXPECT_EQ(found("Dockerfile.dev"), "shell/dockerfile");
  EXPECT_EQ(found(".github/workflows/ci.yml"), "shell/workflow");
  EXPECT_EQ(found("a/.github/workflows/ci.yaml"), "shell/workflow");
  EXPECT_EQ(found("workflows/ci.yml"), "none");
  EXPECT_EQ(found(".gitlab-ci.yml"), "shell/gitlab");
  EXPECT_EQ(found("docker-compose.dev.yml"), "shell/compose");
  EXPECT_EQ(found(".pre-commit-config.yaml"), "shell/pre-commit");
  EXPECT_EQ(found("package.json"), "shell/npm");
  EXPECT_EQ(found("package-lock.json"), "none");
  EXPECT_EQ(found("x.service"), "shell/unit");
  EXPECT_EQ(found("x.service", "#!/bin/sh\n"), "shell/unit");
  EXPECT_EQ(found("etc/cron.d/backup"), "shell/crontab");
}

TEST(Classify, ReadsShebangs) {
  EXPECT_EQ(found("run", "#!/bin/sh\n"), "shell/sh");
  EXPECT_EQ(found("run", "#! /usr/bin/bash -eu\n"), "shell/bash");
  EXPECT_EQ(found("run", "#!/bin/ash"), "shell/sh");
  EXPECT_EQ(found("run", "#!/usr/bin/env python3\r\n"), "python");
  EXPECT_EQ(found("run", "#!/opt/py/bin/python3.11 -I\n"), "python");
  EXPECT_EQ(found("run", "#!/bin/busybox ash\n"), "shell/sh");
  EXPECT_EQ(found("run", "\xEF\xBB\xBF#!/bin/sh\n"), "shell/sh");
  EXPECT_EQ(found("run", "#!/usr/bin/perl\n"), "none");
  EXPECT_EQ(found("run", "#!\n"), "none");
  EXPECT_EQ(found("run", "#!/usr/bin/env\n"), "none");
  EXPECT_EQ(found("run", "#!/usr/bin/fish\n"), "none");
  EXPECT_EQ(found("run", "#!/bin/csh\n"), "none");
  EXPECT_EQ(found("run", "echo hello\n"), "none");
}

TEST(Classify, LooksThroughEnv) {
  EXPECT_EQ(found("run", "#!/usr/bin/env -S bash -e\n"), "shell/bash");
  EXPECT_EQ(found("run", "#!/usr/bin/env -Sbash\n"), "shell/bash");
  EXPECT_EQ(found("run", "#!/usr/bin/env FOO=1 bash\n"), "shell/bash");
  EXPECT_EQ(found("run", "#!/usr/bin/env -S -i A=1 -u B python3 -u\n"), "python");
  EXPECT_EQ(found("run", "#!/usr/bin/env -S uv run --script\n"), "python");
  EXPECT_EQ(found("run", "#!/usr/bin/env -u\n"), "none");
}

TEST(Classify, ReadsTheSecondLine) {
  EXPECT_EQ(found("run", "#!/usr/bin/env nix-shell\n#! nix-shell -i bash -p curl\n"), "shell/bash");
  EXPECT_EQ(found("run", "#!/usr/bin/env nix-shell\n#! nix-shell -i python3 -p python3\n"), "python");
  EXPECT_EQ(found("run", "\n#!/bin/sh\n"), "shell/sh");
  EXPECT_EQ(found("run", "# generated\n#!/bin/bash\n"), "shell/bash");
  EXPECT_EQ(found("run.in", "@configure_input@\n#!/bin/bash\n"), "shell/bash");
  EXPECT_EQ(found("run", "text\n#!/bin/bash\n"), "none");
  EXPECT_EQ(found("lib", "# shellcheck shell=dash\n"), "shell/dash");
}

TEST(Classify, OtherExtensionsMayHaveShebangs) {
  EXPECT_EQ(found("run.in", "#!/bin/sh\n"), "shell/sh");
  EXPECT_EQ(found("run.cgi", "#!/usr/bin/python\n"), "python");
  EXPECT_EQ(found("run.pl", "#!/bin/sh\n"), "none") << "a Perl script that starts as a shell script";
}

TEST(Classify, TheShebangNamesTheDialect) {
  EXPECT_EQ(found("run.sh", "#!/bin/bash\n"), "shell/bash");
  EXPECT_EQ(found("run.sh", "#!/usr/bin/env python3\n"), "python");
  EXPECT_EQ(found("run.sh", "#!/bin/csh\n"), "none");
  EXPECT_EQ(found("run.py", "#!/bin/sh\n"), "python");
}

TEST(Classify, SeesThroughPolyglots) {
  EXPECT_EQ(found("run", "#!/bin/sh\n'''exec' /very/long/python3 \"$0\" \"$@\"\n' '''\n"), "python");
  EXPECT_EQ(found("run", "#!/bin/sh\n# \\\nexec tclsh \"$0\" \"$@\"\n"), "none");
  EXPECT_EQ(found("run", "#!/bin/sh\neval 'exec perl -x -wS $0 ${1+\"$@\"}'\n"), "none");
  EXPECT_EQ(found("run", "#!/bin/sh\n[ -n \"$B\" ] || exec bash \"$0\" \"$@\"\n"), "shell/sh");
  EXPECT_EQ(found("run", "#!/bin/sh\nexec env FOO=1 bash \"$0\"\n"), "shell/sh");
  EXPECT_EQ(found("run", "#!/bin/sh\nexec \"$PYTHON\" \"$0.py\"\n"), "shell/sh");
}

}  // namespace
}  // namespace procsafe
