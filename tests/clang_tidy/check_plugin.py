#!/usr/bin/env python3
# procsafe: allow-file(direct-spawn) reason="a test that runs clang-tidy, each run with a limit"
"""clang-tidy with our plug-in reports what the sources in this folder expect.

  check_plugin.py CLANG_TIDY PLUGIN
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

LIMIT_SECONDS = 120
HERE = pathlib.Path(__file__).parent
FINDING = re.compile(r"^(?P<path>[^:]+):(?P<line>\d+):\d+: (?:warning|error): .*\[procsafe-(?P<rule>[a-z-]+)")
MARK = re.compile(r"// CHECK: (?P<rules>[a-z, -]+)$")


def tidy(binary: str, plugin: str, source: pathlib.Path, *options: str, checks: str = "procsafe-*") -> str:
    done = subprocess.run([binary, "--load", plugin, f"--checks=-*,{checks}", *options, str(source), "--", "-std=c++20"],
                          capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    if done.returncode != 0:
        sys.exit(f"clang-tidy failed with status {done.returncode}: {done.stderr}\n{done.stdout}")
    return done.stdout


def reported(output: str, name: str) -> set:
    matches = filter(None, map(FINDING.match, output.splitlines()))
    return {(int(one["line"]), one["rule"]) for one in matches if one["path"].endswith(name)}


def expected(source: pathlib.Path) -> set:
    found = set()
    for number, line in enumerate(source.read_text().splitlines(), 1):
        if mark := MARK.search(line):
            found |= {(number, rule) for rule in mark["rules"].split(", ")}
    return found


def compare(title: str, got, wanted) -> list:
    return [] if got == wanted else [f"{title}: reported {got}, expected {wanted}"]


def main() -> None:
    binary, plugin = sys.argv[1:]
    spawns = HERE / "spawns.cpp"
    problems = compare("findings", reported(tidy(binary, plugin, spawns), spawns.name), expected(spawns))
    option = "procsafe-{}.SanctionedPaths: '*/spawns.cpp'"
    config = "{CheckOptions: {" + ", ".join(map(option.format, ("direct-spawn", "missing-timeout"))) + "}}"
    left = {rule for _, rule in reported(tidy(binary, plugin, spawns, f"--config={config}"), spawns.name)}
    problems += compare("a sanctioned file", left, {"foreign-signal", "force-kill-first"})
    with tempfile.TemporaryDirectory() as scratch:
        copy = pathlib.Path(shutil.copy(HERE / "fixes.cpp", scratch))
        tidy(binary, plugin, copy, "--fix-notes", checks="procsafe-force-kill-first")
        problems += compare("a fix", copy.read_text(), (HERE / "fixes.cpp").read_text().replace("SIGKILL", "SIGTERM"))
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
