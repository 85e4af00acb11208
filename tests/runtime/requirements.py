#!/usr/bin/env python3
"""Prints which tests stand for which requirement of the runtime; fails when a requirement has none.

    requirements.py [FOLDER…]

A test carries the number in its name: TEST(Timeout, Req71_DeadlineHoldsWithHeldPipe) belongs to the row that
contains 71. Rows without numbers are named: TEST(StopToken, ReqShutdown_...).
"""
import pathlib
import re
import sys

ROWS = [
    ("1-10", "one entry point, no fallback to a raw spawn"),
    ("11-16", "a handle is a scope"),
    ("17-22", "cleanup on every way a program ends"),
    ("29-34,55", "thread-safe"),
    ("35-40", "lifecycle events"),
    ("36-38,76,98", "metrics"),
    ("41-46", "escalation"),
    ("47-50", "instances; fork"),
    ("51-58", "every way to end is tested"),
    ("59-60", "limit of active processes"),
    ("61,71-75", "timeouts"),
    ("62-64", "memory and CPU limits"),
    ("65-70", "whole tree, detached descendants too"),
    ("77-82", "health"),
    ("83-88", "configuration"),
    ("89-94", "one header, version checks"),
    ("95-100", "error types, critical events"),
    ("Shutdown", "StopToken: signals, kill-switch file, own request"),
    ("Services", "services for test runs, ports"),
    ("RunId", "run ids and recovery of crashed runs"),
    ("Beyond", "capture, streams, pipelines, pty, leaks"),
]


def numbers(text):
    found = set()
    for part in text.split(","):
        if re.fullmatch(r"\d+(-\d+)?", part):
            first, _, last = part.partition("-")
            found.update(range(int(first), int(last or first) + 1))
    return found


def main():
    here = pathlib.Path(__file__).parent
    folders = [pathlib.Path(argument) for argument in sys.argv[1:]] or [here, here.parent / "faults"]
    tests = {}
    for path in sorted(path for folder in folders for path in folder.rglob("*.cpp")):
        for suite, key, name in re.findall(r"TEST(?:_[FP])?\(\s*(\w+),\s*Req(\d+|[A-Z][A-Za-z]+)_(\w+)", path.read_text()):
            tests.setdefault(key, []).append(f"{suite}.Req{key}_{name}")
    missing = 0
    for row, title in ROWS:
        keys = [str(number) for number in sorted(numbers(row))] or [row]
        found = [test for key in keys for test in tests.get(key, [])]
        print(f"{row:<12} {title}: {len(found)} test(s)")
        for test in found:
            print(f"{'':13}{test}")
        missing += not found
    if missing:
        print(f"{missing} requirement(s) without a test", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
