"""`from procsafe import subprocess`: what it promises beyond the standard module. See cpython_subprocess.py for the rest."""

import os
import subprocess as standard
import sys
import threading
import time
import unittest
import warnings

import procsafe
from procsafe import subprocess
from support import Tree


class NamesTest(unittest.TestCase):
    def test_every_public_name_is_there(self):
        missing = [name for name in standard.__all__ if not hasattr(subprocess, name)]
        self.assertEqual(missing, [])

    def test_exceptions_are_the_standard_ones(self):
        for name in ("SubprocessError", "CalledProcessError", "TimeoutExpired", "CompletedProcess"):
            self.assertIs(getattr(subprocess, name), getattr(standard, name))

    def test_the_standard_module_is_untouched(self):
        self.assertIsNot(subprocess.Popen, standard.Popen)
        self.assertIsNot(subprocess.run, standard.run)
        self.assertFalse(hasattr(standard.Popen, "tree"))


class PromiseTest(unittest.TestCase):
    def test_leaving_the_block_ends_what_outlived_the_main_process(self):
        tree = Tree()
        with subprocess.Popen([*tree.args]) as process:
            self.assertTrue(tree.wait_ready())
            process.kill()
        self.assertEqual(process.returncode, -9)
        self.assertEqual(tree.alive(), [])

    def test_an_exception_ends_the_tree(self):
        tree = Tree()
        with self.assertRaises(ZeroDivisionError), subprocess.Popen(tree.args):
            tree.wait_ready()
            1 / 0
        self.assertEqual(tree.alive(), [])

    def test_the_last_reference_ends_the_tree(self):
        tree = Tree()
        process = subprocess.Popen(tree.args)
        tree.wait_ready()
        self.assertEqual(len(process.tree()), 4)
        with self.assertWarns(ResourceWarning):
            del process
        self.assertEqual(tree.alive(), [])

    def test_run_in_time_ends_the_tree(self):
        tree = Tree()
        with self.assertRaises(standard.TimeoutExpired) as caught:
            subprocess.run(tree.args, timeout=1.0, capture_output=True)
        self.assertEqual(caught.exception.timeout, 1.0)
        self.assertEqual(tree.alive(), [])

    def test_a_grandchild_that_holds_the_pipe_delays_nobody(self):
        started = time.monotonic()
        result = subprocess.run(["sh", "-c", "sleep 100 & echo done"], stdout=subprocess.PIPE)
        self.assertEqual((result.returncode, result.stdout), (0, b"done\n"))
        self.assertLess(time.monotonic() - started, 10)

    def test_deadline(self):
        with self.assertRaises(standard.TimeoutExpired):
            subprocess.run(["sleep", "100"], deadline=0.1)
        with self.assertRaises(standard.TimeoutExpired):
            subprocess.check_output(["sleep", "100"], deadline=0.1)
        process = subprocess.Popen(["sleep", "100"], deadline=0.1)
        self.assertEqual(process.wait(), -15)
        self.assertTrue(process.timed_out)
        self.assertEqual(subprocess.call(["true"], deadline=procsafe.NO_TIMEOUT), 0)

    def test_preexec_fn_is_refused_with_a_hint(self):
        for kind in (ValueError, standard.SubprocessError):
            with self.assertRaisesRegex(kind, "use cwd, umask, user"):
                subprocess.Popen(["true"], preexec_fn=print)

    def test_a_new_session_is_contained(self):
        tree = Tree()
        with subprocess.Popen(tree.args, start_new_session=True) as process:
            self.assertTrue(tree.wait_ready())
            process.stop()
        self.assertEqual(tree.alive(), [])

    def test_the_umask_is_that_of_the_moment(self):
        before = os.umask(0o027)
        try:
            self.assertEqual(subprocess.check_output(["sh", "-c", "umask"]), b"0027\n")
        finally:
            os.umask(before)

    def test_pipes_between_processes(self):
        first = subprocess.Popen(["seq", "1000"], stdout=subprocess.PIPE)
        second = subprocess.Popen(["wc", "-l"], stdin=first.stdout, stdout=subprocess.PIPE, text=True)
        first.stdout.close()
        self.assertEqual(second.communicate()[0].strip(), "1000")
        self.assertEqual(first.wait(), 0)

    def test_threads(self):
        failures = []

        def work(number):
            for i in range(5):
                text = f"{number}-{i}"
                if subprocess.check_output(["echo", text], text=True) != text + "\n":
                    failures.append(text)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def test_too_many_descriptors_are_an_error(self):
        pipes = [os.pipe() for _ in range(125)]
        try:
            with self.assertRaisesRegex(ValueError, "at most 240"):
                subprocess.run(["true"], pass_fds=[fd for pair in pipes for fd in pair])
        finally:
            for pair in pipes:
                os.close(pair[0])
                os.close(pair[1])

    def test_an_ended_process_is_not_warned_about(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            subprocess.Popen([sys.executable, "-c", ""]).wait()


if __name__ == "__main__":
    unittest.main(verbosity=2)
