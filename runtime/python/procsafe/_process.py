"""A running command and the scope of everything it starts."""

from __future__ import annotations

import ctypes
import os
import select
import threading
import time
from typing import TYPE_CHECKING, Any, Callable

from . import _core
from ._command import StopPolicy, milliseconds
from ._errors import TimeoutExpired, UsageError
from ._results import CompletedProcess, ProcessInfo, processes_of, read_result

if TYPE_CHECKING:
    from ._manager import ProcessManager


class Handle:
    """Owns a process of the core. Letting go of it ends the tree.

    Waits are done in Python, on descriptors, so that signal handlers of the program run meanwhile.
    """

    def __init__(self, manager: ProcessManager, raw: Any) -> None:
        self.manager = manager
        self.raw = raw
        self.owner = os.getpid()

    def ended(self, tree: bool) -> bool:
        """Whether the main process, or the whole tree, has ended."""
        return _core.check(_core.library.procsafe_has_ended(self.raw, tree)) == _core.OK

    def ended_fd(self, tree: bool) -> int:
        """Readable once it has, and from then on. Borrowed."""
        descriptor = ctypes.c_int()
        _core.check(_core.library.procsafe_ended_fd(self.raw, tree, ctypes.byref(descriptor)))
        return descriptor.value

    def wait(self, tree: bool, timeout: float | None) -> bool:
        """Whether it ended within `timeout` seconds. Any thread; no lock is held."""
        if self.ended(tree):
            return True
        poll = select.poll()
        poll.register(self.ended_fd(tree), select.POLLIN)
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            # Fractions of a millisecond are waited for as well, or the caller would be called again and again.
            left = None if end is None else max(0.0, end - time.monotonic())
            if poll.poll(None if left is None else int(left * 1000) + (left > 0)):
                return True
            if left is not None and left <= 0:
                return False

    def request_stop(self, stop: StopPolicy | None) -> None:
        """Asks for the end of the tree; returns at once."""
        policy = stop or StopPolicy(signal=0)
        _core.check(
            _core.library.procsafe_stop(
                self.raw, policy.signal, milliseconds(policy.grace), milliseconds(policy.kill_wait)
            )
        )

    def stop(self, stop: StopPolicy | None = None) -> None:
        """Ends the tree and returns when it is gone. A second interrupt on the way kills at once."""
        if self.ended(True):
            return
        self.request_stop(stop)
        try:
            self.wait(True, None)
        except BaseException:
            self.request_stop(StopPolicy(signal=9, grace=0))
            self.wait(True, None)
            raise

    def __del__(self) -> None:
        # In a forked child the process is its parent's.
        if self.owner == os.getpid():
            _core.library.procsafe_destroy(self.raw)


class Process:
    """A command that runs, and the scope of everything it starts; from `ProcessManager.spawn()`.

        with procsafe.spawn(["my-server"], timeout=procsafe.NO_TIMEOUT) as server:
            …

    Leaving the block, or letting go of the last reference, ends the whole tree: soft signal, grace, SIGKILL. Every method
    may be called from any thread.
    """

    def __init__(
        self,
        handle: Handle,
        args: Any,
        decode: Callable[[bytes], Any],
        timeout: float | None,
        readers: list[threading.Thread],
        captured: tuple[bool, bool],
    ) -> None:
        self.args = args
        self.pid: int = _core.library.procsafe_pid(handle.raw)  #: good for messages; use send_signal()
        self._handle = handle
        self._decode = decode
        self._timeout = timeout
        self._readers = readers
        self._captured = captured

    def poll(self) -> int | None:
        """The return code of the main process; None while it runs."""
        result = self._result_of_main()
        return None if result is None else result.returncode

    @property
    def returncode(self) -> int | None:
        """As poll()."""
        return self.poll()

    def wait(self, timeout: float | None = None) -> CompletedProcess:
        """The result, once the main process has ended and its descendants are gone.

        TimeoutExpired after `timeout` seconds; the process runs on then. A deadline of the command's own is not an error
        here: it is a field of the result, and `check_returncode()` raises it.
        """
        try:
            if not self._handle.wait(True, timeout):
                raise TimeoutExpired(self.args, timeout or 0)
        finally:
            self._handle.manager.deliver_events()
        for reader in self._readers:
            reader.join()
        return self._finish(read_result(self._handle.raw, self.args, self._timeout))

    def stop(self, policy: StopPolicy | None = None) -> CompletedProcess:
        """Ends the tree by `policy` (None: the command's) and returns when nothing of it is left."""
        self._handle.stop(policy)
        return self.wait()

    def send_signal(self, number: int, *, whole_tree: bool = False) -> None:
        """Sends a signal to the main process or to all of its tree. No effect once it ended; never hits another one."""
        _core.check(_core.library.procsafe_signal(self._handle.raw, number, whole_tree))

    def write(self, data: bytes | str) -> bool:
        """Writes to standard input (`stdin=PIPE`). False: the command has closed it."""
        encoded = data.encode() if isinstance(data, str) else bytes(data)
        return _core.check(_core.library.procsafe_write(self._handle.raw, encoded, len(encoded))) == _core.OK

    def close_stdin(self) -> None:
        """The end of standard input, after what was written."""
        _core.check(_core.library.procsafe_close_input(self._handle.raw))

    def tree(self) -> list[ProcessInfo]:
        """The living descendants, the main process included, however they detached themselves."""
        return processes_of(_core.take_json(_core.library.procsafe_tree, self._handle.raw))

    def fileno(self) -> int:
        """Readable once the tree has ended; for event loops. Borrowed."""
        return self._handle.ended_fd(True)

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *unused: object) -> None:
        if self._handle.owner != os.getpid():
            raise UsageError("this process belongs to the parent of this program")
        self._handle.stop()
        self._handle.manager.deliver_events()

    def __repr__(self) -> str:
        return f"<procsafe.Process pid={self.pid} args={self.args!r}>"

    def _result_of_main(self) -> CompletedProcess | None:
        return read_result(self._handle.raw, self.args, self._timeout)

    def _finish(self, result: CompletedProcess | None) -> CompletedProcess:
        assert result is not None  # the tree has ended
        result.stdout = self._decode(result.stdout) if self._captured[0] else None
        result.stderr = self._decode(result.stderr) if self._captured[1] else None
        return result
