#!/usr/bin/env python3
# procsafe: allow-file(direct-spawn) reason="a test that runs the linter itself, each run with a limit"
"""Leaving out what holds no operation changes no finding: `--exhaustive` and the usual run agree.

  same_findings.py BINARY FOLDER…      beside the modules of the installed Python library; folders that do not exist are passed over
"""
import json
import pathlib
import subprocess
import sys
import sysconfig
import tempfile

LIMIT_SECONDS = 900


def findings(binary: str, folders: list, *options: str) -> set:
    with tempfile.TemporaryDirectory() as scratch:
        output = pathlib.Path(scratch) / "findings.json"
        done = subprocess.run([binary, "check", "--no-config", "--preset", "strict", "--cpp", "syntax", "--format", "json",
                               "--output", str(output), *options, *folders], timeout=LIMIT_SECONDS, check=False)
        if done.returncode not in (0, 1, 2) or not output.exists():
            sys.exit(f"the linter failed with status {done.returncode} on {folders}")
        return {(one["path"], one["line"], one["column"], one["rule"]) for one in json.loads(output.read_text())["findings"]}


def main() -> None:
    binary, *given = sys.argv[1:]
    library = pathlib.Path(sysconfig.get_paths()["stdlib"])
    modules = [*library.glob("*.py"), *(library / package for package in ("asyncio", "concurrent", "multiprocessing"))]
    folders = [str(path) for path in (*modules, *map(pathlib.Path, given)) if path.exists()]
    usual, exhaustive = findings(binary, folders), findings(binary, folders, "--exhaustive")
    for title, lost in (("only with --exhaustive", exhaustive - usual), ("only without it", usual - exhaustive)):
        for finding in sorted(lost):
            print(f"{title}: {finding}")
    print(f"{len(folders)} files and folders, {len(usual)} findings, {len(exhaustive)} with --exhaustive")
    if usual != exhaustive or len(usual) < 100:
        sys.exit("the two runs differ, or saw next to nothing")


if __name__ == "__main__":
    main()
