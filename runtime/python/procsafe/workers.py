"""multiprocessing and concurrent.futures whose processes die with their scope, and with this program however it ends.

    with procsafe.workers.Process(target=work, args=(1,)) as worker:
        …                                                     # leaving the block ends the worker and all it started
    with procsafe.workers.ProcessPoolExecutor() as executor:
        print(executor.submit(pow, 2, 10).result())

Workers start as with multiprocessing's "spawn": in a fresh interpreter, from a module that can be imported. They have no
deadline unless one is given. `context` is a multiprocessing context: its queues, locks and pools work with these processes.
"""

from __future__ import annotations

import concurrent.futures
import ctypes
import io
import os
import signal
import weakref
from multiprocessing import context as _context
from multiprocessing import popen_spawn_posix, reduction, resource_tracker, spawn, util
from multiprocessing.process import BaseProcess
from typing import Any

from . import _core
from ._command import NO_TIMEOUT, CommandBuilder, StopPolicy, Timeout, inherited_descriptor, timeout_ms
from ._manager import ProcessManager
from ._process import Handle
from ._results import ProcessInfo, processes_of, returncode_of


def _pickled(process: BaseProcess, popen: Any) -> bytes:
    """What the fresh interpreter reads first: how this one is set up, and the process object."""
    data = io.BytesIO()
    _context.set_spawning_popen(popen)
    try:
        reduction.dump(spawn.get_preparation_data(process.name), data)
        reduction.dump(process, data)
    finally:
        _context.set_spawning_popen(None)
    return data.getvalue()


class _Popen(popen_spawn_posix.Popen):
    """Starts, signals and waits for a worker on the core; pickling and inherited descriptors are multiprocessing's."""

    method = "spawn"
    _fds: list[int]
    finalizer: Any

    def _launch(self, process_obj: Any) -> None:
        tracker: int = resource_tracker.getfd()  # type: ignore[assignment]
        data = _pickled(process_obj, self)
        # The worker sees the death of its parent, as multiprocessing counts it, by the end of this pipe.
        read_end, write_end = os.pipe()
        self.finalizer = util.Finalize(self, os.close, (write_end,))
        try:
            line = spawn.get_command_line(tracker_fd=tracker, pipe_handle=read_end)
            self._handle = self._start(line, [*self._fds, tracker, read_end], process_obj)
        finally:
            os.close(read_end)
        self.pid = _core.library.procsafe_pid(self._handle.raw)
        self.sentinel = self._handle.ended_fd(False)
        with open(write_end, "wb", closefd=False) as pipe:
            pipe.write(data)

    @staticmethod
    def _start(line: list[str], fds: list[int], process: Any) -> Handle:
        builder = CommandBuilder()
        builder.set_arguments(line, False, spawn.get_executable())
        builder.set_passed(fds)
        builder.set_name(process.name)
        builder.set_stop(process._stop_policy)
        builder.raw.timeout_ms = timeout_ms(process._timeout)
        for number, stream in ((0, builder.raw.input), (1, builder.raw.output), (2, builder.raw.error)):
            if number > 0 and inherited_descriptor(number) == number:  # standard input is nobody's
                builder.descriptor(stream, number)
        return ProcessManager.instance().start_raw(builder.raw)

    def poll(self, flag: int = os.WNOHANG) -> int | None:
        if self.returncode is None:
            raw = _core.Result()
            if _core.check(_core.library.procsafe_result_of(self._handle.raw, ctypes.byref(raw))) == _core.OK:
                self.returncode = returncode_of(raw)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        if self.returncode is None and self._handle.wait(False, timeout):
            self.poll()
        return self.returncode

    def _send_signal(self, sig: int) -> None:
        if self.poll() is None:
            _core.check(_core.library.procsafe_signal(self._handle.raw, sig, 0))

    def stop(self, policy: StopPolicy | None) -> None:
        self._handle.stop(policy)
        self.poll()


class Process(BaseProcess):
    """As `multiprocessing.Process`, and a scope: leaving its block, stop(), or the end of this program ends its tree."""

    _start_method = "spawn"
    _popen: Any

    def __init__(
        self, *args: Any, timeout: Timeout = NO_TIMEOUT, stop: StopPolicy | None = None, **kwargs: Any
    ) -> None:
        """`timeout` in seconds from the start: None is the manager's default."""
        super().__init__(*args, **kwargs)
        self._timeout = timeout
        self._stop_policy = stop

    @staticmethod
    def _Popen(process_obj: Any) -> _Popen:
        popen = _Popen(process_obj)
        _started.add(popen)
        return popen

    def __reduce__(self) -> Any:
        # The copy in the worker has no use for the scope of the original.
        state = {key: value for key, value in self.__dict__.items() if key not in ("_timeout", "_stop_policy")}
        return _rebuild, (type(self), state)

    def stop(self, policy: StopPolicy | None = None) -> int | None:
        """Ends the worker and all it started; the exit code once nothing of it is left."""
        if self._popen is not None:
            self._popen.stop(policy)
            self.join()
        return self.exitcode

    def tree(self) -> list[ProcessInfo]:
        """The living processes of it, however they detached themselves."""
        if self._popen is None:
            return []
        return processes_of(_core.take_json(_core.library.procsafe_tree, self._popen._handle.raw))

    def __enter__(self) -> Process:
        if self._popen is None:
            self.start()
        return self

    def __exit__(self, *unused: object) -> None:
        self.stop()


def _rebuild(kind: type[Process], state: dict[str, Any]) -> Process:
    process = kind.__new__(kind)
    process.__dict__.update(state)
    return process


class _Context(_context.SpawnContext):
    _name = "spawn"
    Process = Process  # type: ignore[assignment]


context = _Context()

_started: weakref.WeakSet[_Popen] = weakref.WeakSet()


def _stop_started() -> None:
    for popen in list(_started):
        if popen._handle.owner == os.getpid():
            popen._handle.stop(StopPolicy(grace=1.0))


# Before multiprocessing, at exit, waits for its children for as long as they like.
util.Finalize(None, _stop_started, exitpriority=100)


class ProcessPoolExecutor(concurrent.futures.ProcessPoolExecutor):
    """As the standard one; its workers and all they started are gone when the block is left.

    After an exception (KeyboardInterrupt, CancelledError …) nothing is waited for: what has not begun is cancelled, and
    the workers are ended.
    """

    def __init__(self, max_workers: int | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(max_workers, context, *args, **kwargs)

    def stop(self) -> None:
        """Cancels what has not begun and ends the workers."""
        workers = list((getattr(self, "_processes", None) or {}).values())
        for worker in workers:
            worker.stop(StopPolicy(signal=signal.SIGKILL, grace=0))
        self.shutdown(wait=True, cancel_futures=True)

    def __exit__(self, exc_type: Any, value: Any, traceback: Any) -> None:
        if exc_type is not None:
            self.stop()
        else:
            workers = list((getattr(self, "_processes", None) or {}).values())
            self.shutdown(wait=True)
            for worker in workers:
                worker.stop()


__all__ = ["Process", "ProcessPoolExecutor", "context"]
