# procsafe: allow-file(unmanaged-lifetime) reason="what leaves a scope alive is what the tests are about"
"""procsafe.workers: managed multiprocessing processes and an executor whose workers die with the scope."""

import os
import signal
import subprocess
import sys
import time
import unittest

import procsafe
from procsafe import workers
from support import TREE, Tree, eventually

QUICK = procsafe.StopPolicy(grace=0.1, kill_wait=1.0)


def put(queue, value):
    queue.put(value * 2)


def start_tree(args):
    """Raw on purpose: what a worker starts behind procsafe's back is ended with it as well."""
    subprocess.Popen(args)
    time.sleep(100)


def fail():
    raise ValueError("on purpose")


class ProcessTest(unittest.TestCase):
    def test_work_and_queue(self):
        queue = workers.context.Queue()
        with workers.Process(target=put, args=(queue, 21), name="doubler") as process:
            self.assertEqual(queue.get(timeout=60), 42)
            process.join(60)
            self.assertEqual(process.exitcode, 0)
            self.assertFalse(process.is_alive())

    def test_the_block_ends_the_tree(self):
        tree = Tree()
        with workers.Process(target=start_tree, args=(tree.args,), stop=QUICK) as process:
            self.assertTrue(tree.wait_ready())
            self.assertTrue(process.is_alive())
            self.assertGreaterEqual(len(process.tree()), 5)
        self.assertEqual(tree.alive(), [])
        self.assertEqual(process.exitcode, -signal.SIGTERM)

    def test_terminate_and_join(self):
        process = workers.Process(target=time.sleep, args=(100,))
        process.start()
        process.join(0.05)
        self.assertIsNone(process.exitcode)
        process.terminate()
        process.join(60)
        self.assertEqual(process.exitcode, -signal.SIGTERM)

    def test_deadline(self):
        with workers.Process(target=time.sleep, args=(100,), timeout=0.3, stop=QUICK) as process:
            process.join(60)
            self.assertEqual(process.exitcode, -signal.SIGTERM)

    def test_pool_of_multiprocessing(self):
        with workers.context.Pool(2) as pool:
            self.assertEqual(pool.map(abs, [-1, -2, 3]), [1, 2, 3])


class ExecutorTest(unittest.TestCase):
    def test_results_and_errors(self):
        with workers.ProcessPoolExecutor(2) as executor:
            self.assertEqual(list(executor.map(pow, [2, 3], [3, 2])), [8, 9])
            with self.assertRaisesRegex(ValueError, "on purpose"):
                executor.submit(fail).result(60)

    def test_workers_die_with_the_scope(self):
        tree = Tree()
        with self.assertRaises(ZeroDivisionError), workers.ProcessPoolExecutor(1) as executor:
            executor.submit(start_tree, tree.args)
            self.assertTrue(tree.wait_ready())
            1 / 0
        self.assertEqual(tree.alive(), [])
        self.assertEqual(procsafe.ProcessManager.instance().active, 0)


HOST = """
import os, signal, subprocess, sys, time
from procsafe import workers
def start_tree(args):
    subprocess.Popen(args)
    time.sleep(100)
if __name__ == "__main__":
    mode, tag, ready, tree = sys.argv[1:5]
    process = workers.Process(target=start_tree, args=([sys.executable, "-S", "-c", tree, tag, ready],))
    process.start()
    while not os.path.exists(ready) or os.path.getsize(ready) < 4:
        time.sleep(0.005)
    if mode == "SIGKILL":
        os.kill(os.getpid(), signal.SIGKILL)
"""


class HostTest(unittest.TestCase):
    def test_however_the_program_ends_nothing_is_left(self):
        for mode in ("exit", "SIGKILL"):
            with self.subTest(mode):
                tree = Tree()
                script = os.path.join(tree.folder.name, "host.py")
                with open(script, "w") as file:
                    file.write(HOST)
                subprocess.run([sys.executable, script, mode, tree.tag, tree.ready, TREE], timeout=60)
                self.assertGreaterEqual(os.path.getsize(tree.ready), 4)
                self.assertTrue(tree.gone(), tree.alive())
                self.assertTrue(eventually(lambda: not tree.alive()))


if __name__ == "__main__":
    unittest.main(verbosity=2)
