"""What the tests of the Python face share."""

import contextlib
import os
import pathlib
import sys
import tempfile
import time
import uuid


def unique_tag():
    """An argument nobody else uses; it survives fork, setsid and closed descriptors, so it finds all of a tree."""
    return f"procsafe-test-{uuid.uuid4().hex}"


def alive_with(tag):
    """Pids of the processes with `tag` among their arguments that have not ended."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            if tag.encode() in (entry / "cmdline").read_bytes():
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                if state not in "ZX":
                    found.append(int(entry.name))
    return found


def eventually(condition, seconds=10.0):
    """Polls `condition` for at most `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


#: Started with a tag and a file: leaves a child, one in a session of its own, and a double-forked daemon; all ignore
#: SIGTERM and write a byte to the file when they stand.
TREE = r"""
import os, signal, sys, time
tag, ready = sys.argv[1:3]
signal.signal(signal.SIGTERM, signal.SIG_IGN)
def stand():
    with open(ready, "ab", 0) as file:
        file.write(b"x")
    time.sleep(300)
if os.fork() == 0:
    stand()
if os.fork() == 0:
    os.setsid()
    stand()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        stand()
    os._exit(0)
stand()
"""
TREE_SIZE = 4


class Tree:
    """A command that builds the tree, and looks at what is alive of it."""

    def __init__(self):
        self.tag = unique_tag()
        self.folder = tempfile.TemporaryDirectory()
        self.ready = os.path.join(self.folder.name, "ready")
        self.args = [sys.executable, "-S", "-c", TREE, self.tag, self.ready]

    def wait_ready(self):
        """Whether every process of it stands."""
        return eventually(lambda: os.path.exists(self.ready) and os.path.getsize(self.ready) >= TREE_SIZE)

    def alive(self):
        """Pids."""
        return alive_with(self.tag)

    def close(self):
        """Removes its file."""
        self.folder.cleanup()

    def gone(self, seconds=10.0):
        """Whether nothing of it is left within `seconds`."""
        return eventually(lambda: not self.alive(), seconds)
