"""procsafe.aio: asyncio's forms, and that a cancelled task leaves nothing."""

import asyncio
import os
import signal
import time
import unittest

import procsafe
from procsafe import aio
from support import Tree

QUICK = procsafe.StopPolicy(grace=0.1, kill_wait=1.0)


async def ready(tree):
    return await asyncio.get_running_loop().run_in_executor(None, tree.wait_ready)


class CompatibleTest(unittest.IsolatedAsyncioTestCase):
    async def test_exec(self):
        process = await aio.create_subprocess_exec(
            "sh", "-c", "cat; echo err >&2; exit 3", stdin=aio.PIPE, stdout=aio.PIPE, stderr=aio.PIPE
        )
        self.assertEqual(await process.communicate(b"in\n" * 100_000), (b"in\n" * 100_000, b"err\n"))
        self.assertEqual(process.returncode, 3)
        self.assertEqual(await process.wait(), 3)

    async def test_shell_and_lines(self):
        process = await aio.create_subprocess_shell("seq 3; sleep 100", stdout=aio.PIPE)
        lines = [await process.stdout.readline() for _ in range(3)]
        self.assertEqual(lines, [b"1\n", b"2\n", b"3\n"])
        self.assertIsNone(process.returncode)
        process.terminate()
        self.assertEqual(await process.wait(), -signal.SIGTERM)

    async def test_stdin(self):
        process = await aio.create_subprocess_exec("cat", stdin=aio.PIPE, stdout=aio.PIPE)
        process.stdin.write(b"one\n")
        await process.stdin.drain()
        self.assertEqual(await process.stdout.readline(), b"one\n")
        process.stdin.close()
        await process.stdin.wait_closed()
        self.assertEqual(await process.wait(), 0)

    async def test_closed_input_is_no_error(self):
        process = await aio.create_subprocess_exec("true", stdin=aio.PIPE)
        self.assertEqual(await process.communicate(b"x" * 1_000_000), (None, None))

    async def test_errors(self):
        with self.assertRaises(FileNotFoundError):
            await aio.create_subprocess_exec("no-such-program-anywhere")
        with self.assertRaises(ValueError):
            await aio.create_subprocess_exec("true", text=True)
        with self.assertRaises(ValueError):
            await aio.create_subprocess_exec("true", preexec_fn=print)

    async def test_many_waiters(self):
        process = await aio.create_subprocess_exec("sleep", "0.1")
        self.assertEqual(await asyncio.gather(*(process.wait() for _ in range(5))), [0] * 5)

    async def test_the_loop_goes_on_meanwhile(self):
        started = time.monotonic()
        await asyncio.gather(*(aio.run(["sleep", "1"]) for _ in range(10)))
        self.assertLess(time.monotonic() - started, 8)


class CancellationTest(unittest.IsolatedAsyncioTestCase):
    async def cancelled_after_ready(self, tree, coroutine):
        task = asyncio.ensure_future(coroutine)
        self.assertTrue(await ready(tree))
        task.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await task
        self.assertEqual(tree.alive(), [])

    async def test_run(self):
        tree = Tree()
        await self.cancelled_after_ready(tree, aio.run(tree.args, stop=QUICK))

    async def test_communicate(self):
        tree = Tree()
        process = await aio.create_subprocess_exec(*tree.args, stdout=aio.PIPE)
        task = asyncio.ensure_future(process.communicate())
        self.assertTrue(await ready(tree))
        task.cancel()
        await asyncio.sleep(0.05)
        task.cancel()  # the second time there is no grace
        with self.assertRaises(asyncio.CancelledError):
            await task
        self.assertEqual(tree.alive(), [])

    async def test_wait_for(self):
        tree = Tree()
        process = await aio.create_subprocess_exec(*tree.args)
        self.assertTrue(await ready(tree))
        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(process.wait(), 0.01)
        self.assertEqual(tree.alive(), [])

    async def test_scope(self):
        tree = Tree()

        async def work():
            async with aio.spawn(tree.args, stop=QUICK):
                await asyncio.sleep(100)

        await self.cancelled_after_ready(tree, work())

    async def test_ended_lets_it_run(self):
        async with await aio.create_subprocess_exec("sleep", "100") as process:
            self.assertFalse(await process.ended(0.05))
            self.assertIsNone(process.returncode)
        self.assertEqual(process.returncode, -signal.SIGTERM)


class RunTest(unittest.IsolatedAsyncioTestCase):
    async def test_result(self):
        result = await aio.run(["sh", "-c", "echo out; exit 2"], capture_output=True, text=True)
        self.assertEqual((result.returncode, result.stdout), (2, "out\n"))

    async def test_errors(self):
        with self.assertRaises(procsafe.TimeoutExpired):
            await aio.run(["sleep", "100"], timeout=0.05)
        with self.assertRaises(procsafe.CalledProcessError):
            await aio.run(["false"], check=True)

    async def test_nothing_is_left_open(self):
        await aio.run(["true"])
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(10):
            await aio.run(["true"], capture_output=True)
            process = await aio.create_subprocess_exec("cat", stdin=aio.PIPE, stdout=aio.PIPE)
            await process.communicate(b"x")
            await process.stop()
        del process
        await asyncio.sleep(0.05)
        self.assertLessEqual(len(os.listdir("/proc/self/fd")), before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
