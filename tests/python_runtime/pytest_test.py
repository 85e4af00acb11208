"""The pytest plugin: leaks, fixtures, and services that end in every way a test run can end."""

import importlib.util
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

from support import Tree, eventually

SKIPPED = 77

LISTENER = """
import socket, sys, time
with socket.create_server(("127.0.0.1", int(sys.argv[1]))):
    print("listening", flush=True)
    time.sleep(300)
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def can_bind(port):
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


class Project:
    """A folder with one test file, and runs of pytest in it."""

    def __init__(self, source):
        self.folder = tempfile.TemporaryDirectory()
        pathlib.Path(self.folder.name, "test_it.py").write_text(source)
        self.command = [sys.executable, "-m", "pytest", "-p", "procsafe.pytest_plugin", "-p", "no:cacheprovider", "-rA"]

    def run(self, *options):
        """Exit status and output."""
        done = subprocess.run(
            [*self.command, *options],
            cwd=self.folder.name,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=250,
        )
        return done.returncode, done.stdout.decode()

    def start(self, *options):
        return subprocess.Popen(
            [*self.command, *options], cwd=self.folder.name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )


class LeakTest(unittest.TestCase):
    SOURCE = """
import subprocess, pytest, procsafe
@pytest.fixture(scope="module")
def wide():
    process = subprocess.Popen(["sleep", "4.75"])
    yield
    process.kill()
    process.wait()
def test_clean(wide, procs):
    assert procs.run(["true"]).ok
    procs.spawn(["sleep", "100"])
def test_leaves_one():
    subprocess.Popen(["sh", "-c", "setsid sleep 4.25 & exit 0"]).wait()
"""

    def test_a_test_that_leaves_a_process_fails_and_names_it(self):
        status, output = Project(self.SOURCE).run()
        self.assertEqual(status, 1, output)
        self.assertRegex(output, r"test_leaves_one has left 1 process\(es\): pid \d+ \(sleep 4.25\)")
        self.assertRegex(output, "2 passed, 1 error")

    def test_warn_and_ignore(self):
        status, output = Project(self.SOURCE).run("--procsafe-leaks=warn")
        self.assertEqual(status, 0, output)
        self.assertRegex(output, r"LeakWarning: .*sleep 4.25")
        status, output = Project(self.SOURCE).run("--procsafe-leaks=ignore")
        self.assertEqual(status, 0, output)
        self.assertNotIn("sleep 4.25", output)

    @unittest.skipUnless(importlib.util.find_spec("xdist"), "pytest-xdist is not installed")
    def test_xdist(self):
        status, output = Project(
            self.SOURCE + "def test_more(procs, free_port):\n    assert free_port() != free_port()\n"
        ).run("-n2")
        self.assertEqual(status, 1, output)
        self.assertRegex(output, "has left 1 process.*sleep 4.25")
        self.assertRegex(output, "3 passed, 1 error")


class ScenarioTest(unittest.TestCase):
    """Services end, and their ports are free, in each way a test run can end."""

    def project(self, mode, port, tree):
        source = f"""
import os, pathlib, signal, sys, time, pytest, procsafe
MODE, PORT = {mode!r}, {port}
@pytest.fixture(scope="session")
def listener(service_session):
    service_session("tree", {tree.args!r}, stop=procsafe.StopPolicy(grace=0.1),
                    ready=procsafe.ready.check(lambda: os.path.exists({tree.ready!r}) and os.path.getsize({tree.ready!r}) >= 4))
    if MODE == "startup error":
        service_session("broken", ["sh", "-c", "exit 3"], ready=procsafe.ready.line("never"))
    return service_session("listener", [sys.executable, "-c", {LISTENER!r}, str(PORT)], ready=procsafe.ready.tcp(PORT))
def test_it(listener):
    assert listener.process.poll() is None
    if MODE == "failure":
        assert False
    if MODE in ("SIGINT", "SIGTERM", "SIGKILL"):
        pathlib.Path("standing").touch()
        time.sleep(100)
"""
        return Project(source)

    def check_over(self, tree, port):
        self.assertTrue(tree.gone(), tree.alive())
        self.assertTrue(eventually(lambda: can_bind(port)))

    def test_pass_failure_and_startup_error(self):
        for mode, status in (("pass", 0), ("failure", 1), ("startup error", 1)):
            with self.subTest(mode):
                tree, port = Tree(), free_port()
                done, output = self.project(mode, port, tree).run()
                self.assertEqual(done, status, output)
                self.assertGreaterEqual(os.path.getsize(tree.ready), 4)
                self.check_over(tree, port)
                if mode == "startup error":
                    self.assertIn("service 'broken' ended before it was ready: return code 3", output)

    def test_interrupt_termination_and_crash(self):
        for mode in ("SIGINT", "SIGTERM", "SIGKILL"):
            with self.subTest(mode):
                tree, port = Tree(), free_port()
                project = self.project(mode, port, tree)
                with project.start() as run:
                    standing = pathlib.Path(project.folder.name, "standing")
                    self.assertTrue(eventually(standing.exists, 60))
                    self.assertFalse(can_bind(port))
                    run.send_signal(getattr(signal, mode))
                    run.wait(60)
                self.check_over(tree, port)

    def test_a_foreign_holder_of_the_port_is_named_and_left_alone(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            tree = Tree()
            status, output = self.project("pass", port, tree).run()
            self.assertEqual(status, 1)
            self.assertTrue(re.search(rf"port {port} is held by pid {os.getpid()} .*left alone", output), output)


if __name__ == "__main__":
    if importlib.util.find_spec("pytest") is None:
        print(f"SKIPPED: {sys.executable} has no pytest: the plugin was not tested", flush=True)
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
