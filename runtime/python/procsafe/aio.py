"""procsafe for asyncio: no child watcher, no thread that waits, and no process that outlives a cancelled task.

    result = await procsafe.aio.run(["make", "-j2"], check=True)
    async with procsafe.aio.spawn(["my-server"], timeout=procsafe.NO_TIMEOUT) as server:
        …
    process = await procsafe.aio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)   # as asyncio's own

Cancellation of anything that waits here ends the whole tree before CancelledError leaves: by the command's stop policy, or
at once when it is cancelled a second time. That holds for `asyncio.wait_for(process.wait(), …)` as well; to look whether a
process has ended and let it run on, await `process.ended(timeout)`.

Everything belongs to the running event loop and is not thread-safe, as asyncio itself.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess as _standard
from typing import Any, Awaitable

from . import _process
from . import subprocess as _subprocess
from ._command import Args, StopPolicy, StrOrBytesPath
from ._manager import ProcessManager
from ._results import CompletedProcess, ProcessInfo

PIPE, STDOUT, DEVNULL = _standard.PIPE, _standard.STDOUT, _standard.DEVNULL

_STREAM_LIMIT = 2**16


class _Watch:
    """The ends of a process as awaitables."""

    def __init__(self, handle: _process.Handle) -> None:
        self._handle = handle

    async def wait(self, tree: bool) -> None:
        """Returns once the main process, or the tree, has ended."""
        if self._handle.ended(tree):
            return
        loop = asyncio.get_running_loop()
        fd = self._handle.ended_fd(tree)
        # A descriptor of its own for each waiter: an event loop has one reader for each.
        own = os.dup(fd)
        ended = loop.create_future()

        def note() -> None:
            if not ended.done():
                ended.set_result(None)

        loop.add_reader(own, note)
        try:
            await ended
        finally:
            loop.remove_reader(own)
            os.close(own)

    async def end(self, policy: StopPolicy | None = None) -> None:
        """Ends the tree and returns when it is gone, however often the task is cancelled meanwhile."""
        cancelled = False
        while not self._handle.ended(True):
            self._handle.request_stop(policy)
            try:
                await self.wait(True)
            except asyncio.CancelledError:
                cancelled = True
                policy = StopPolicy(signal=signal.SIGKILL, grace=0)
        self._handle.manager.deliver_events()
        if cancelled:
            raise asyncio.CancelledError

    async def guard(self, waiting: Awaitable[Any]) -> Any:
        """What `waiting` gives; whatever is raised instead leaves nothing of the tree."""
        try:
            return await waiting
        except BaseException:
            await self.end()
            raise


class Process:
    """As `asyncio.subprocess.Process`, and a scope: leaving its `async with` block ends the whole tree."""

    def __init__(self, popen: Any, handle: _process.Handle) -> None:
        self._popen = popen
        self._watch = _Watch(handle)
        self._handle = handle
        self.stdin: asyncio.StreamWriter | None = None
        self.stdout: asyncio.StreamReader | None = None
        self.stderr: asyncio.StreamReader | None = None
        self._transports: list[asyncio.BaseTransport] = []
        self.pid: int = popen.pid

    async def _connect(self, limit: int) -> None:
        loop = asyncio.get_running_loop()
        if self._popen.stdin is not None:
            protocol = asyncio.StreamReaderProtocol(asyncio.StreamReader(loop=loop), loop=loop)
            writing, _ = await loop.connect_write_pipe(lambda: protocol, self._popen.stdin)
            self._transports.append(writing)
            self.stdin = asyncio.StreamWriter(writing, protocol, None, loop)
        self.stdout = await self._reader(self._popen.stdout, limit)
        self.stderr = await self._reader(self._popen.stderr, limit)

    async def _reader(self, pipe: Any, limit: int) -> asyncio.StreamReader | None:
        if pipe is None:
            return None
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=limit, loop=loop)
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader, loop=loop), pipe)
        self._transports.append(transport)
        return reader

    @property
    def returncode(self) -> int | None:
        """None while the main process runs."""
        code: int | None = self._popen.poll()
        return code

    async def wait(self) -> int:
        """The return code, once the main process has ended. Cancellation ends the tree."""
        await self._watch.guard(self._watch.wait(False))
        code = self.returncode
        assert code is not None
        return code

    async def ended(self, timeout: float) -> bool:
        """Whether the main process ends within `timeout` seconds. It runs on otherwise, also when this is cancelled."""
        try:
            await asyncio.wait_for(self._watch.wait(False), timeout)
        except asyncio.TimeoutError:
            return False
        return True

    async def communicate(
        self, input: bytes | bytearray | memoryview | None = None
    ) -> tuple[bytes | None, bytes | None]:
        """Feeds standard input, reads to the end of the streams and waits. Cancellation ends the tree."""
        parts = (self._feed(input), _read(self.stdout), _read(self.stderr), self._watch.wait(False))
        _, out, err, _ = await self._watch.guard(asyncio.gather(*parts))
        return out, err

    async def _feed(self, data: bytes | bytearray | memoryview | None) -> None:
        if self.stdin is None:
            return
        try:
            if data:
                self.stdin.write(data)
            await self.stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            pass  # the command has closed its input, which is its right
        self.stdin.close()

    def send_signal(self, number: int) -> None:
        """To the main process; no effect once it ended."""
        self._popen.send_signal(number)

    def terminate(self) -> None:
        """SIGTERM to the main process."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL to the main process; its descendants are ended 250 ms later."""
        self.send_signal(signal.SIGKILL)

    async def stop(self, policy: StopPolicy | None = None) -> int:
        """Ends the whole tree and returns when nothing of it is left."""
        await self._watch.end(policy)
        for transport in self._transports:
            transport.close()
        code = self.returncode
        assert code is not None
        return code

    def tree(self) -> list[ProcessInfo]:
        """The living descendants, however they detached themselves."""
        found: list[ProcessInfo] = self._popen.tree()
        return found

    async def __aenter__(self) -> Process:
        return self

    async def __aexit__(self, *unused: object) -> None:
        await self.stop()


async def _read(stream: asyncio.StreamReader | None) -> bytes | None:
    return None if stream is None else await stream.read()


async def _create(args: Any, limit: int, options: dict[str, Any], *, shell: bool) -> Process:
    for name in ("universal_newlines", "text", "encoding", "errors", "bufsize"):
        if options.get(name):
            raise ValueError(f"{name} must not be given: streams of asyncio are bytes")
        options.pop(name, None)
    popen = _subprocess.Popen(args, shell=shell, bufsize=0, **options)
    process = Process(popen, popen._handle)  # type: ignore[attr-defined]
    await process._watch.guard(process._connect(limit))
    return process


async def create_subprocess_exec(
    program: StrOrBytesPath,
    *args: StrOrBytesPath,
    stdin: Any = None,
    stdout: Any = None,
    stderr: Any = None,
    limit: int = _STREAM_LIMIT,
    **options: Any,
) -> Process:
    """As asyncio's; `options` are those of `procsafe.subprocess.Popen`, `deadline` among them."""
    return await _create(
        [program, *args], limit, {"stdin": stdin, "stdout": stdout, "stderr": stderr, **options}, shell=False
    )


async def create_subprocess_shell(
    cmd: str | bytes,
    stdin: Any = None,
    stdout: Any = None,
    stderr: Any = None,
    limit: int = _STREAM_LIMIT,
    **options: Any,
) -> Process:
    """As asyncio's; see create_subprocess_exec()."""
    return await _create(cmd, limit, {"stdin": stdin, "stdout": stdout, "stderr": stderr, **options}, shell=True)


class spawn:  # noqa: N801 - used as a function
    """`async with procsafe.aio.spawn(args, …) as process`: `ProcessManager.spawn()` as an asynchronous scope.

    `process` is a `procsafe.Process`; await `wait()` and `stop()` of this object instead of calling its.
    """

    def __init__(self, args: Args, *, manager: ProcessManager | None = None, **options: Any) -> None:
        self.process = (manager or ProcessManager.instance()).spawn(args, **options)
        self._watch = _Watch(self.process._handle)

    async def wait(self) -> CompletedProcess:
        """The result, once the tree has ended. Cancellation ends the tree."""
        await self._watch.guard(self._watch.wait(True))
        return self.process.wait()

    async def stop(self, policy: StopPolicy | None = None) -> CompletedProcess:
        """Ends the tree and returns when nothing of it is left."""
        await self._watch.end(policy)
        return self.process.wait()

    async def __aenter__(self) -> spawn:
        return self

    async def __aexit__(self, *unused: object) -> None:
        await self._watch.end()


async def run(args: Args, *, check: bool = False, capture_output: bool = False, **options: Any) -> CompletedProcess:
    """`ProcessManager.run()` for asyncio: the same options, results and errors."""
    if capture_output:
        options["stdout"] = options["stderr"] = PIPE
    result = await spawn(args, **options).wait()
    if result.timed_out or check:
        result.check_returncode()
    return result


__all__ = ["DEVNULL", "PIPE", "STDOUT", "Process", "create_subprocess_exec", "create_subprocess_shell", "run", "spawn"]
