"""The part of `subprocess.Popen` that starts, signals and waits for a process, on the core."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import warnings
from typing import Any

import _signal  # type: ignore[import-not-found]  # signal.getsignal() makes enums, which is most of its time

from . import _core
from ._command import CommandBuilder, NoTimeout, Timeout, inherited_descriptor, timeout_ms
from ._errors import PreexecError, SpawnError
from ._manager import ProcessManager
from ._process import Handle
from ._results import ProcessInfo, processes_of, returncode_of

_PREEXEC_HINT = (
    "preexec_fn is refused: it runs between fork and exec, where a program with threads can deadlock, and procsafe does "
    "not fork this program; use cwd, umask, user, group, extra_groups, process_group, pass_fds or restore_signals, a "
    "procsafe.Limits for resource limits, or run a small program that prepares and then execs"
)
#: A deadline behind the caller's own, for a caller that does not come back to it.
_MARGIN = 5.0
_F_SETPIPE_SZ = 1031  # fcntl(2); the module has it from 3.10 on
_WIDE = 1 << 20
_IGNORABLE = sorted(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})
#: What restore_signals restores, as the standard library does.
_RESTORED = {getattr(signal, name) for name in ("SIGPIPE", "SIGXFZ", "SIGXFSZ") if hasattr(signal, name)}


def with_deadline(kwargs: dict[str, Any], timeout: float | None) -> dict[str, Any]:
    """Arguments for Popen whose deadline does not come before `timeout` seconds."""
    if timeout is not None and kwargs.get("deadline") is None:
        kwargs["deadline"] = max(0.0, timeout) + _MARGIN
    return kwargs


def _ignored_signals(restore: bool) -> int:
    """The mask of signals the command ignores because this program does (execve(2) keeps them ignored)."""
    mask = 0
    for number in _IGNORABLE:
        if _signal.getsignal(number) == 1 and not (restore and number in _RESTORED):
            mask |= 1 << (number - 1)
    return mask


def current_umask() -> int:
    """This program's, without changing it."""
    status = os.open("/proc/self/status", os.O_RDONLY | os.O_CLOEXEC)
    try:
        _, found, rest = os.read(status, 4096).partition(b"\nUmask:\t")
    finally:
        os.close(status)
    return int(rest[:4], 8) if found else -1


def _widen(pipe: Any) -> None:
    """Fewer turns between the command, which is a scheduling group of its own, and this program."""
    with contextlib.suppress(OSError):  # beyond the user's quota
        fcntl.fcntl(pipe, _F_SETPIPE_SZ, _WIDE)


def _inheritable_descriptors() -> list[int]:
    """What close_fds=False lets through."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        fd = int(name)
        try:
            if fd > 2 and os.get_inheritable(fd):
                found.append(fd)
        except OSError:
            pass  # the descriptor of the directory itself
    return found


class _Start:
    """What `Popen._execute_child` was called with, by name: its parameters differ between versions."""

    def __init__(self, names: tuple[str, ...], values: tuple[Any, ...]) -> None:
        given = dict(zip(names, values))
        self.given = given
        if given["preexec_fn"] is not None:
            raise PreexecError(_PREEXEC_HINT)
        self.args = self._arguments(given["args"], given["shell"])
        self.executable = given["executable"] if given["executable"] is not None else self.args[0]
        if given["shell"] and given["executable"]:
            self.args[0] = given["executable"]

    @staticmethod
    def _arguments(args: Any, shell: bool) -> list[Any]:
        if isinstance(args, os.PathLike) and shell:
            raise TypeError("path-like args is not allowed when shell is true")
        arguments = [args] if isinstance(args, (str, bytes, os.PathLike)) else list(args)
        return ["/bin/sh", "-c", *arguments] if shell else arguments

    def command(self, deadline: Timeout) -> CommandBuilder:
        """For the core."""
        given = self.given
        builder = CommandBuilder()
        raw = builder.raw
        raw.timeout_ms = timeout_ms(deadline)
        builder.set_arguments(self.args, False, self.executable)
        builder.set_directory(given["cwd"])
        builder.set_environment(given["env"])
        for number, stream, name in (
            (0, raw.input, "p2cread"),
            (1, raw.output, "c2pwrite"),
            (2, raw.error, "errwrite"),
        ):
            fd = given[name] if given[name] != -1 else inherited_descriptor(number)
            if fd != -1:
                builder.descriptor(stream, fd)
        passed = given["pass_fds"] if given["close_fds"] else _inheritable_descriptors()
        builder.set_passed(fd for fd in passed if fd > 2)
        raw.ignored_signals = _ignored_signals(given["restore_signals"])
        raw.file_mode_mask = given["umask"] if given["umask"] >= 0 else current_umask()
        builder.set_credentials(given["uid"], given["gid"], given["gids"])
        return builder

    def error(self, error: SpawnError) -> OSError:
        """As the standard library words it."""
        if error.filename is None:
            return OSError(error.errno, error.strerror)
        cwd = self.given["cwd"]
        about_directory = cwd is not None and error.filename == os.fsdecode(cwd)
        return OSError(error.errno, os.strerror(error.errno or 0), cwd if about_directory else self.executable)


def make_popen(standard: Any) -> Any:
    """A Popen that is `standard`, which belongs to this module alone, but for how processes are handled."""
    code = standard._execute_child.__code__
    parameters = code.co_varnames[1 : code.co_argcount]

    class Popen(standard):  # type: ignore[misc]
        __doc__ = standard.__doc__

        _handle: Handle | None = None
        returncode: int | None

        def __init__(self, *args: Any, deadline: float | NoTimeout | None = None, **kwargs: Any) -> None:
            self._deadline = deadline
            super().__init__(*args, **kwargs)

        def _execute_child(self, *values: Any) -> None:
            start = _Start(parameters, values)
            given = start.given
            sys.audit("subprocess.Popen", start.executable, start.args, given["cwd"], given["env"])
            manager = ProcessManager.instance()
            builder = start.command(self._deadline)
            try:
                self._handle = manager.start_raw(builder.raw)
            except SpawnError as error:
                raise start.error(error) from None
            finally:
                ends = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
                self._close_pipe_fds(*(given[end] for end in ends))
            self.pid = _core.library.procsafe_pid(self._handle.raw)
            self._child_created = True

        def _internal_poll(self, _deadstate: int | None = None, **unused: Any) -> int | None:
            if self.returncode is None and self._handle is not None and self._handle.owner == os.getpid():
                raw = _core.Result()
                if _core.check(_core.library.procsafe_result_of(self._handle.raw, ctypes.byref(raw))) == _core.OK:
                    self.returncode = returncode_of(raw)
            return self.returncode

        def _wait(self, timeout: float | None) -> int | None:
            if self.returncode is None and self._handle is not None:
                if not self._handle.wait(False, timeout):
                    raise subprocess.TimeoutExpired(self.args, timeout or 0)
                self._internal_poll()
            return self.returncode

        def communicate(self, input: Any = None, timeout: float | None = None) -> Any:
            for pipe in (self.stdout, self.stderr):
                if pipe is not None and not pipe.closed and getattr(self, "pipesize", -1) == -1:
                    _widen(pipe)
            return super().communicate(input, timeout)

        communicate.__doc__ = standard.communicate.__doc__

        def send_signal(self, sig: int) -> None:
            """Send a signal to the process. Never hits another one: nothing is looked up by number."""
            self.poll()
            if self.returncode is None and self._handle is not None:
                _core.check(_core.library.procsafe_signal(self._handle.raw, sig, 0))

        def stop(self) -> None:
            """End the whole tree by escalation; return when nothing of it is left."""
            if self._handle is not None:
                self._handle.stop()
                self.poll()

        def tree(self) -> list[ProcessInfo]:
            """The living descendants, however they detached themselves."""
            if self._handle is None:
                return []
            return processes_of(_core.take_json(_core.library.procsafe_tree, self._handle.raw))

        @property
        def timed_out(self) -> bool:
            """Whether the deadline ended the tree."""
            raw = _core.Result()
            if self._handle is None:
                return False
            known = _core.check(_core.library.procsafe_result_of(self._handle.raw, ctypes.byref(raw))) == _core.OK
            return known and bool(raw.flags & _core.TIMED_OUT)

        def __exit__(self, exc_type: Any, value: Any, traceback: Any) -> None:
            try:
                # After an exception nobody is left to wait for it.
                if exc_type is not None and self.poll() is None:
                    self.stop()
                super().__exit__(exc_type, value, traceback)
            finally:
                if self._handle is not None:
                    self._handle.wait(True, None)  # descendants have their drain time, then they are killed
                    self._handle.manager.deliver_events()
            # run(check=True) has raised for the status that the deadline brought about.
            failed = exc_type is not None and issubclass(exc_type, subprocess.CalledProcessError)
            if (exc_type is None or failed) and self.timed_out:
                output, error = (value.output, value.stderr) if failed else (None, None)
                raise subprocess.TimeoutExpired(
                    self.args, _seconds(self._deadline, self._handle), output, error
                ) from None

        def __del__(self, _warn: Any = warnings.warn) -> None:
            if self._child_created and self._internal_poll() is None:
                _warn(
                    f"subprocess {self.pid} is still running and is ended with its last reference",
                    ResourceWarning,
                    source=self,
                )

    Popen.__qualname__ = "Popen"
    Popen.__module__ = standard.__module__
    return Popen


def _seconds(deadline: Timeout, handle: Handle | None) -> float:
    if isinstance(deadline, (int, float)):
        return deadline
    return float(handle.manager.config()["default_timeout_ms"] or 0) / 1000 if handle else 0.0
