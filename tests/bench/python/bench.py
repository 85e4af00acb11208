# procsafe: allow-file(direct-spawn) reason="a benchmark that starts what it measures"
# procsafe: allow-file(missing-timeout) reason="a benchmark that compares with the form without a limit"
"""The Python face against the standard module: ratios of interleaved measurements in one program."""

import json
import os
import statistics
import subprocess
import sys
import time

import procsafe
from procsafe import subprocess as dropin


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(ours, theirs, rounds):
    """Medians of both, in seconds; one after the other, so that the machine's moods meet both."""
    times = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    return tuple(statistics.median(column) for column in zip(*times))


def resident(gigabytes):
    """Memory that is really there."""
    block = bytearray(int(gigabytes * 2**30))
    block[:: os.sysconf("SC_PAGE_SIZE")] = b"x" * len(block[:: os.sysconf("SC_PAGE_SIZE")])
    return block


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    true = ["/bin/true"]
    cases = {
        "procsafe.run / subprocess.run(timeout=5)": (
            lambda: procsafe.run(true),
            lambda: subprocess.run(true, timeout=5),
        ),
        "drop-in run / subprocess.run(timeout=5)": (
            lambda: dropin.run(true, timeout=5),
            lambda: subprocess.run(true, timeout=5),
        ),
    }
    report = {}
    for name, (ours, theirs) in cases.items():
        mine, other = compare(ours, theirs, rounds)
        report[name] = {
            "ours_ms": round(mine * 1e3, 3),
            "theirs_ms": round(other * 1e3, 3),
            "ratio": round(mine / other, 3),
        }
    small = statistics.median(seconds(lambda: procsafe.run(true)) for _ in range(rounds))
    block = resident(float(os.environ.get("RESIDENT_GB", "1")))
    large = statistics.median(seconds(lambda: procsafe.run(true)) for _ in range(rounds))
    report["procsafe.run with much memory / with little"] = {"ratio": round(large / small, 3)}
    del block
    size = int(os.environ.get("CAPTURE_MB", "256")) << 20
    head = ["head", "-c", str(size), "/dev/zero"]
    mine, other = compare(lambda: len(dropin.check_output(head)), lambda: len(subprocess.check_output(head)), 5)
    report[f"drop-in capture of {size >> 20} MiB / subprocess"] = {"ratio": round(mine / other, 3)}
    mine, other = compare(
        lambda: procsafe.run(head, stdout=procsafe.PIPE, max_output=2 * size),
        lambda: len(subprocess.check_output(head)),
        5,
    )
    report[f"procsafe.run capture of {size >> 20} MiB / subprocess"] = {"ratio": round(mine / other, 3)}
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
