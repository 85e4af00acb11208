"""ProcessManager, Process, run, errors, events, services and StopToken of the Python face."""

import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import procsafe
from support import TREE, Tree, unique_tag

QUICK = procsafe.StopPolicy(grace=0.1, kill_wait=1.0)


class RunTest(unittest.TestCase):
    def test_status_and_output(self):
        result = procsafe.run(["sh", "-c", "echo out; echo err >&2; exit 3"], capture_output=True, text=True)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (3, "out\n", "err\n"))
        self.assertIsInstance(result, subprocess.CompletedProcess)
        self.assertFalse(result.ok)

    def test_output_is_none_unless_captured(self):
        result = procsafe.run(["true"])
        self.assertIsNone(result.stdout)
        self.assertTrue(result.ok)

    def test_bytes_text_and_newlines(self):
        printed = ["printf", r"a\r\nb\303\244"]
        self.assertEqual(procsafe.run(printed, capture_output=True).stdout, "a\r\nbä".encode())
        self.assertEqual(procsafe.run(printed, capture_output=True, encoding="utf-8").stdout, "a\nbä")

    def test_input(self):
        self.assertEqual(procsafe.run(["cat"], input=b"x" * 300_000, stdout=procsafe.PIPE).stdout, b"x" * 300_000)

    def test_environment_directory_umask(self):
        with tempfile.TemporaryDirectory() as folder:
            script = "pwd -P; echo $ADDED; echo ${HOME-unset}; umask"
            result = procsafe.run(
                ["/bin/sh", "-c", script], cwd=folder, env={"ADDED": "yes"}, umask=0o27, capture_output=True, text=True
            )
            self.assertEqual(result.stdout, f"{os.path.realpath(folder)}\nyes\nunset\n0027\n")

    def test_shell(self):
        self.assertEqual(procsafe.run("echo $((1 + 1))", shell=True, capture_output=True).stdout, b"2\n")

    def test_bounded_capture(self):
        result = procsafe.run(["seq", "100000"], capture_output=True, text=True, max_output=1000)
        self.assertTrue(result.truncated)
        self.assertTrue(result.stdout.startswith("1\n2\n") and result.stdout.endswith("100000\n"))

    def test_signalled(self):
        self.assertEqual(procsafe.run(["sh", "-c", "kill -USR1 $$"]).returncode, -signal.SIGUSR1)

    def test_no_descriptor_leaks_into_the_command(self):
        with open("/etc/passwd") as leak:
            os.set_inheritable(leak.fileno(), True)
            result = procsafe.run(["sh", "-c", "ls /proc/self/fd | wc -l"], capture_output=True, text=True)
        self.assertEqual(result.stdout.strip(), "4")  # 0, 1, 2 and the directory ls reads

    def test_pass_fds(self):
        read_end, write_end = os.pipe()
        with open(read_end) as stream:
            procsafe.run(["sh", "-c", f"echo through >/proc/self/fd/{write_end}"], pass_fds=[write_end])
            os.close(write_end)
            self.assertEqual(stream.read(), "through\n")

    def test_leftovers_are_named_and_ended(self):
        tag = unique_tag()
        # procsafe: allow(untracked-background) reason="what the test is about"
        result = procsafe.run(["sh", "-c", f"sleep 100.5 & : {tag}"], drain=0.05, capture_output=True)
        self.assertEqual(result.returncode, 0)
        self.assertEqual([left.command for left in result.leftovers], ["sleep 100.5"])

    def test_limits(self):
        with self.assertRaises(ValueError):
            procsafe.run(["true"], limits=procsafe.Limits(open_files=0))
        result = procsafe.run(["sh", "-c", "ulimit -n"], limits=procsafe.Limits(open_files=33), capture_output=True)
        self.assertEqual(result.stdout, b"33\n")

    def test_unknown_option(self):
        with self.assertRaisesRegex(TypeError, "preexec_fn"):
            procsafe.run(["true"], preexec_fn=print)

    def test_an_interrupt_ends_the_tree_before_it_leaves(self):
        tree = Tree()
        timer = threading.Timer(0.0, lambda: (tree.wait_ready(), os.kill(os.getpid(), signal.SIGINT)))
        timer.start()
        with self.assertRaises(KeyboardInterrupt):
            procsafe.run(tree.args, stop=QUICK)
        self.assertEqual(tree.alive(), [])
        timer.join()
        self.assertEqual(procsafe.run(["true"]).returncode, 0)  # the manager goes on


class ErrorTest(unittest.TestCase):
    def test_timeout_is_the_standard_error_and_ends_the_tree(self):
        tree = Tree()
        with self.assertRaises(subprocess.TimeoutExpired) as caught:
            procsafe.run(tree.args, timeout=1.0, stop=QUICK, capture_output=True)
        self.assertIsInstance(caught.exception, procsafe.TimeoutExpired)
        self.assertTrue(caught.exception.result.timed_out)
        self.assertEqual(tree.alive(), [])

    def test_check(self):
        with self.assertRaises(subprocess.CalledProcessError) as caught:
            procsafe.run(["sh", "-c", "echo why >&2; exit 4"], check=True, capture_output=True)
        self.assertEqual((caught.exception.returncode, caught.exception.stderr), (4, b"why\n"))
        self.assertIsInstance(caught.exception, procsafe.Error)

    def test_spawn_failures_are_the_standard_errors(self):
        with self.assertRaises(FileNotFoundError) as caught:
            procsafe.run(["no-such-program-anywhere"])
        self.assertEqual(caught.exception.filename, "no-such-program-anywhere")
        self.assertIsInstance(caught.exception, procsafe.SpawnError)
        with self.assertRaises(FileNotFoundError) as caught:
            procsafe.run(["true"], cwd="/nowhere")
        self.assertEqual(caught.exception.filename, "/nowhere")
        with self.assertRaises(PermissionError):
            procsafe.run(["/etc/passwd"])
        with self.assertRaises(NotADirectoryError):
            procsafe.run(["true"], cwd="/etc/passwd")

    def test_usage(self):
        for wrong in ({"args": []}, {"args": ["a\0b"]}, {"args": ["true"], "timeout": -1}):
            with self.assertRaises(ValueError):
                procsafe.run(**wrong)

    def test_limit_of_active_processes(self):
        with procsafe.ProcessManager(max_processes=1) as manager:
            with manager.spawn(["sleep", "100"]), self.assertRaises(procsafe.LimitError):
                manager.spawn(["true"])
            self.assertEqual(manager.run(["true"]).returncode, 0)

    def test_all_faults_of_a_configuration(self):
        with self.assertRaises(procsafe.ConfigError) as caught:
            procsafe.ProcessManager(max_processes=0, term_wait="soon")
        self.assertEqual(len(caught.exception.faults), 2)

    def test_no_guard_is_an_error_and_nothing_is_started(self):
        with self.assertRaisesRegex(procsafe.ManagerError, "/nonexistent/guard.*PM_GUARD"):
            procsafe.ProcessManager(guard="/nonexistent/guard")

    def test_no_core_is_an_error(self):
        for path in ("/nonexistent/libprocsafe.so", "/etc/passwd"):
            script = "try:\n import procsafe\nexcept ImportError as e:\n print(type(e).__name__, e)"
            result = procsafe.run(
                [sys.executable, "-c", script], env={**os.environ, "PM_LIBRARY": path}, capture_output=True, text=True
            )
            self.assertRegex(result.stdout, f"^CoreLoadError .*{path}.*never starts a process without it")


class ProcessTest(unittest.TestCase):
    def test_leaving_the_block_ends_the_tree(self):
        tree = Tree()
        with procsafe.spawn(tree.args, stop=QUICK) as process:
            self.assertTrue(tree.wait_ready())
            self.assertEqual(len(process.tree()), 4)
            self.assertIsNone(process.poll())
        self.assertEqual(tree.alive(), [])
        self.assertTrue(process.wait().stopped)

    def test_an_exception_ends_the_tree(self):
        tree = Tree()
        with self.assertRaises(ZeroDivisionError), procsafe.spawn(tree.args, stop=QUICK):
            tree.wait_ready()
            1 / 0
        self.assertEqual(tree.alive(), [])

    def test_letting_go_ends_the_tree(self):
        tree = Tree()
        process = procsafe.spawn(tree.args, stop=QUICK)
        tree.wait_ready()
        del process
        self.assertEqual(tree.alive(), [])

    def test_input_and_output(self):
        with procsafe.spawn(["cat"], stdin=procsafe.PIPE, stdout=procsafe.PIPE, text=True) as process:
            self.assertTrue(process.write("some "))
            self.assertTrue(process.write(b"text"))
            process.close_stdin()
            self.assertEqual(process.wait(10).stdout, "some text")

    def test_lines(self):
        lines = []
        procsafe.spawn(["seq", "3"], stdout=lines.append, text=True).wait()
        self.assertEqual(lines, ["1", "2", "3"])

    def test_wait_with_a_limit_leaves_it_running(self):
        with procsafe.spawn(["sleep", "100"]) as process:
            with self.assertRaises(subprocess.TimeoutExpired):
                process.wait(0.05)
            self.assertIsNone(process.poll())

    def test_signals(self):
        with procsafe.spawn(["sleep", "100"]) as process:
            process.send_signal(signal.SIGUSR1)
            self.assertEqual(process.wait().returncode, -signal.SIGUSR1)
            process.send_signal(signal.SIGKILL)  # no effect, nobody else is hit

    def test_threads(self):
        failures = []

        def work():
            for i in range(10):
                text = f"{threading.get_ident()}-{i}"
                if procsafe.run(["echo", text], capture_output=True, text=True).stdout != text + "\n":
                    failures.append(text)
                with procsafe.spawn(["sleep", "100"], stop=QUICK):
                    pass

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        self.assertEqual(procsafe.ProcessManager.instance().active, 0)

    def test_a_forked_child_has_a_manager_of_its_own(self):
        parents = procsafe.ProcessManager.instance()
        with procsafe.spawn(["sleep", "100"]) as process:
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    process.tree()
                except procsafe.UsageError:
                    own = procsafe.ProcessManager.instance()
                    if own is not parents and own.run(["true"]).returncode == 0:
                        own.close()
                        status = 0
                os._exit(status)
            self.assertEqual(os.waitpid(child, 0)[1], 0)
            self.assertIsNone(process.poll())

    def test_nothing_is_left_open(self):
        def descriptors():
            return len(os.listdir("/proc/self/fd"))

        procsafe.spawn(["true"]).wait()
        before = descriptors()
        for _ in range(20):
            procsafe.spawn(["true"], stdout=procsafe.PIPE).wait()
            procsafe.run(["true"], capture_output=True)
            with self.assertRaises(FileNotFoundError):
                procsafe.spawn(["no-such-program-anywhere"], stdout=print)
        self.assertEqual(descriptors(), before)


class ObserveTest(unittest.TestCase):
    def test_health_metrics_guarantee(self):
        with procsafe.ProcessManager() as manager:
            manager.run(["true"])
            self.assertTrue(manager.health().ok, manager.health())
            self.assertEqual(manager.health().exit_code, 0)
            self.assertEqual(manager.metrics()["spawned"], 1)
            self.assertIn("procsafe_spawned_total 1", manager.prometheus())
            self.assertTrue(manager.guarantee().proved)
            self.assertRegex(manager.run_id, "^[0-9a-z]{7}$")
            self.assertTrue(manager.instance_id.startswith(manager.run_id))
            self.assertEqual(manager.config()["max_processes"], 100)

    def test_warnings_are_logged(self):
        with self.assertLogs("procsafe", logging.WARNING) as logs, self.assertRaises(procsafe.TimeoutExpired):
            procsafe.run(["sleep", "100"], timeout=0.05)
        self.assertTrue(any("timeout" in line for line in logs.output), logs.output)

    def test_every_event_comes_to_a_sink(self):
        events = []
        with procsafe.ProcessManager() as manager:
            manager.on_event(events.append)
            manager.run(["true"])
        kinds = [event["event"] for event in events]
        self.assertEqual(kinds[:3], ["spawn", "exit", "cleanup"])

    def test_stop_all(self):
        with procsafe.ProcessManager() as manager:
            manager.spawn(["true"]).wait()
            kept = [manager.spawn(["sleep", "100"]) for _ in range(3)]
            self.assertEqual(manager.stop_all(), 3)
            self.assertTrue(all(process.wait().stopped for process in kept))
            with self.assertRaises(procsafe.ManagerError):
                manager.run(["true"])

    def test_a_closed_manager_says_so(self):
        with procsafe.ProcessManager() as manager:
            kept = manager.spawn(["sleep", "100"])
        self.assertTrue(kept.wait().stopped)
        for use in (manager.health, manager.stop_all, lambda: manager.run(["true"]), lambda: manager.run_id):
            with self.assertRaisesRegex(procsafe.ManagerError, "closed"):
                use()
        manager.close()


LISTENER = """
import socket, sys, time
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
    print("listening", flush=True)
    time.sleep(300)
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class ServiceTest(unittest.TestCase):
    def test_ready_by_port_and_by_line(self):
        for ready in (procsafe.ready.tcp, lambda port: procsafe.ready.line("listening")):
            port = free_port()
            with procsafe.Service(
                "listener", [sys.executable, "-c", LISTENER, str(port)], ready=ready(port), ports=[port]
            ):
                self.assertIsNotNone(procsafe.find_port_holder(port))
            self.assertIsNone(procsafe.find_port_holder(port))

    def test_ready_by_http(self):
        port = free_port()
        server = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)]
        quiet = {"stdout": procsafe.DEVNULL, "stderr": procsafe.DEVNULL}
        with procsafe.Service("web", server, ready=procsafe.ready.http(port), cwd="/usr/share", **quiet):
            pass
        self.assertIsNone(procsafe.find_port_holder(port))

    def test_a_foreign_holder_is_named_and_left_alone(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            with self.assertRaisesRegex(procsafe.PortError, str(os.getpid())) as caught:
                procsafe.Service("late", ["sleep", "100"], ready=procsafe.ready.tcp(port))
            self.assertEqual(caught.exception.holder.processes[0].pid, os.getpid())

    def test_one_that_ends_or_is_late(self):
        with self.assertRaisesRegex(procsafe.ServiceError, "ended before it was ready: return code 7"):
            procsafe.Service("ended", ["sh", "-c", "exit 7"], ready=procsafe.ready.line("never"))
        with self.assertRaisesRegex(procsafe.ServiceError, "not ready within 0.1 s"):
            procsafe.Service("late", ["sleep", "100"], ready=procsafe.ready.line("never", timeout=0.1))


class StopTokenTest(unittest.TestCase):
    def test_signal(self):
        with procsafe.StopToken() as stop, procsafe.spawn(["sleep", "100"]) as process:
            self.assertFalse(stop.wait_for(0.01))
            os.kill(os.getpid(), signal.SIGTERM)
            self.assertTrue(stop.wait_for(10))
            self.assertEqual((stop.cause, stop.signal), ("signal", signal.SIGTERM))
            self.assertIsNone(process.poll())

    def test_file_and_request(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "stop")
            with procsafe.StopToken(file=path, file_interval=0.01) as stop:
                threading.Timer(0.05, lambda: open(path, "w").close()).start()
                self.assertTrue(stop.wait_for(10))
                self.assertEqual(stop.cause, "file")
        with procsafe.StopToken() as stop:
            threading.Timer(0.05, stop.request).start()
            self.assertTrue(stop.wait_for(10))
            self.assertEqual(stop.cause, "request")

    def test_signals_come_back(self):
        before = signal.getsignal(signal.SIGINT)
        with procsafe.StopToken(), self.assertRaises(procsafe.UsageError):
            procsafe.StopToken()
        self.assertIs(signal.getsignal(signal.SIGINT), before)


HOST = """
import procsafe, os, sys, signal, time
mode, tag, ready, tree = sys.argv[1:5]
process = procsafe.spawn([sys.executable, "-S", "-c", tree, tag, ready], stop=procsafe.StopPolicy(grace=0.1))
while not os.path.exists(ready) or os.path.getsize(ready) < 4:
    time.sleep(0.005)
if mode == "exit":
    sys.exit(0)
if mode == "_exit":
    os._exit(0)
if mode == "raise":
    raise RuntimeError
if mode == "abort":
    os.abort()
os.kill(os.getpid(), getattr(signal, mode))
time.sleep(100)
"""


class HostTest(unittest.TestCase):
    def test_however_the_program_ends_nothing_is_left(self):
        for mode in ("exit", "_exit", "raise", "abort", "SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"):
            with self.subTest(mode):
                tree = Tree()
                host = [sys.executable, "-c", HOST, mode, tree.tag, tree.ready, TREE]
                # Started without procsafe: what is examined is whether the host's own manager cleans up.
                with subprocess.Popen(host, stderr=subprocess.DEVNULL) as started:
                    started.wait(60)
                self.assertTrue(os.path.getsize(tree.ready) >= 4, "the tree stood")
                self.assertTrue(tree.gone(), tree.alive())


if __name__ == "__main__":
    unittest.main(verbosity=2)
