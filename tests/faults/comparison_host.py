#!/usr/bin/env python3
# procsafe: allow-file(unmanaged-lifetime) reason="the pattern the campaign compares the runtime with"
"""comparison_host.py MECHANISM HOW TREE READY host-TAG [PROCESSES]: as comparison_host.cpp, in Python.

python   subprocess in a session of its own; atexit and signal handlers send SIGTERM to the group, wait a second, and
         send SIGKILL to the group
timeout  the same, around GNU timeout -k 1 300
"""
import atexit
import os
import pathlib
import signal
import subprocess
import sys
import time

WAIT_SECONDS = 1


def stop(child):
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, number)
        except ProcessLookupError:
            return
        try:
            child.wait(WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            pass


def main():
    mechanism, how, shape, ready, tag = sys.argv[1:6]
    processes = int(sys.argv[6]) if len(sys.argv) > 6 else 8
    command = [os.environ["PROCSAFE_TREE"], shape, ready, tag.removeprefix("host-")]
    if mechanism == "timeout":
        command = ["timeout", "-k", "1", "300", *command]
    child = subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL)
    atexit.register(stop, child)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(6))
    path = pathlib.Path(ready)
    while not (path.exists() and path.stat().st_size >= processes):
        time.sleep(0.005)
    if how == "return":
        return 3
    if how == "exit":
        sys.exit(4)
    if how == "_exit":
        os._exit(5)
    if how == "throw":
        raise RuntimeError("unhandled")
    if how == "abort":
        os.abort()
    while True:
        signal.pause()


if __name__ == "__main__":
    sys.exit(main())
