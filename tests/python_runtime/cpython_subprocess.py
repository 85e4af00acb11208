#!/usr/bin/env python3
"""CPython's own test_subprocess.py of the running interpreter, unmodified, with procsafe's module swapped in.

    cpython_subprocess.py [TEST…]

Prints `N of M`, and every test that does not pass with the reason from cpython_subprocess.toml. Fails when less than 95 %
pass, when a failure has no reason there, or when a test passes that is said to fail.
"""

import pathlib
import sys
import unittest

import procsafe.subprocess

NEEDED = 0.95


def read_reasons():
    """{test: reason}. The file is TOML of the simplest kind, for interpreters without tomllib."""
    reasons = {}
    reason = ""
    for line in (pathlib.Path(__file__).parent / "cpython_subprocess.toml").read_text().splitlines():
        name, _, value = line.partition(" = ")
        if name == "reason":
            reason = value.strip('"')
        elif line.startswith('  "'):
            reasons[line.strip(' ",')] = reason
    return reasons


class Record(unittest.TextTestResult):
    """Also remembers what passed."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.passed = set()

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed.add(short(test))


def short(test):
    """Class.method, without the module."""
    return ".".join(getattr(test, "test_case", test).id().split(".")[-2:])


def main():
    sys.modules["subprocess"] = procsafe.subprocess
    from test import test_subprocess

    assert test_subprocess.subprocess is procsafe.subprocess
    loader = unittest.TestLoader()
    names = sys.argv[1:]
    suite = loader.loadTestsFromNames(names, test_subprocess) if names else loader.loadTestsFromModule(test_subprocess)
    result = unittest.TextTestRunner(resultclass=Record, verbosity=2 if names else 1).run(suite)
    failed = {short(test) for test, _ in result.failures + result.errors}
    failed |= {short(test) for test in result.unexpectedSuccesses}
    passed = result.passed - failed
    return report(passed, failed, len(result.skipped), whole=not names)


def report(passed, failed, skipped, whole):
    reasons = read_reasons()
    for name in sorted(failed):
        print(f"  {name}: {reasons.get(name, 'NO REASON IS GIVEN')}")
    stale = sorted(passed & reasons.keys())
    for name in stale:
        print(f"  {name} passes, but is said to fail because: {reasons[name]}")
    total = len(passed) + len(failed)
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"{len(passed)} of {total} tests of CPython {version} pass ({skipped} skipped by themselves)")
    good = not (failed - reasons.keys()) and not stale
    return 0 if good and (not whole or len(passed) >= NEEDED * total) else 1


if __name__ == "__main__":
    sys.exit(main())
