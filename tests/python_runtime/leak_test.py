"""A Python program is killed at random instants while it starts process trees: nothing of them may be left.

PROCSAFE_TRIALS is the number of trials for each way of starting them (10).
"""

import os
import random
import signal
import subprocess
import sys
import time
import unittest

from support import TREE, Tree

TRIALS = int(os.environ.get("PROCSAFE_TRIALS", "10"))

#: Each starts the tree again and again until it is killed; TREE_ARGS is the command.
HOSTS = {
    "run": """
import procsafe
print("ready", flush=True)
while True:
    procsafe.run(TREE_ARGS, timeout=0.25, stop=procsafe.StopPolicy(grace=0))
""",
    "spawn": """
import procsafe, time
print("ready", flush=True)
while True:
    with procsafe.spawn(TREE_ARGS, stop=procsafe.StopPolicy(grace=0)):
        time.sleep(0.25)
""",
    "subprocess": """
from procsafe import subprocess
import contextlib
print("ready", flush=True)
while True:
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(TREE_ARGS, timeout=0.25)
""",
    "aio": """
import asyncio, procsafe
from procsafe import aio
async def main():
    print("ready", flush=True)
    while True:
        task = asyncio.ensure_future(aio.run(TREE_ARGS, stop=procsafe.StopPolicy(grace=0)))
        await asyncio.sleep(0.25)
        task.cancel()
        await asyncio.wait([task])
asyncio.run(main())
""",
    # The worker starts the tree behind procsafe's back.
    "workers": """
import procsafe, subprocess, time
from procsafe import workers
print("ready", flush=True)
while True:
    with workers.Process(target=subprocess.call, args=(TREE_ARGS,), stop=procsafe.StopPolicy(grace=0)):
        time.sleep(2)
""",
}


#: The instant of the kill is within so many seconds of the first start; a worker needs an interpreter of its own.
WINDOW = {"workers": 2.5}


def run_trial(source, window, seed):
    """The tree of one killed host, which must be gone."""
    tree = Tree()
    prelude = "import sys\nTREE_ARGS = [sys.executable, '-S', '-c', sys.argv[3], sys.argv[1], sys.argv[2]]\n"
    host = [sys.executable, "-c", prelude + source, tree.tag, tree.ready, TREE]
    with subprocess.Popen(host, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as started:
        started.stdout.readline()
        time.sleep(random.Random(seed).uniform(0, window))
        started.send_signal(signal.SIGKILL)
    return tree


class LeakTest(unittest.TestCase):
    def test_a_kill_at_any_instant_leaves_nothing(self):
        for name, source in HOSTS.items():
            with self.subTest(name):
                stood = 0
                for seed in range(TRIALS):
                    tree = run_trial(source, WINDOW.get(name, 0.5), seed)
                    stood += os.path.exists(tree.ready)
                    self.assertTrue(tree.gone(), f"seed {seed}: {tree.alive()}")
                    tree.close()
                print(f"{name}: {TRIALS} trials, 0 leaks; processes of the tree stood in {stood}", flush=True)
                self.assertGreater(stood, 0, "no trial had a tree")


if __name__ == "__main__":
    unittest.main(verbosity=2)
