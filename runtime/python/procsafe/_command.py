"""Turning Python's way of saying what to run into a command for the core."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from dataclasses import dataclass
from typing import Any, Callable, Iterable, Mapping, Sequence, Union

from . import _core
from ._errors import UsageError

StrOrBytesPath = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]
Args = Union[StrOrBytesPath, Sequence[StrOrBytesPath]]

PIPE, STDOUT, DEVNULL = subprocess.PIPE, subprocess.STDOUT, subprocess.DEVNULL


#: Of a user or group; -1 means no change to the system calls.
_MAX_ID = 2**32 - 2


class NoTimeout:
    """The type of NO_TIMEOUT: a deadline has to be given up in writing."""

    def __repr__(self) -> str:
        return "procsafe.NO_TIMEOUT"


NO_TIMEOUT = NoTimeout()

Timeout = Union[float, NoTimeout, None]
#: None: this program's; PIPE: captured; DEVNULL; a descriptor, an open file, a path, or a callable that gets each line.
Output = Union[None, int, StrOrBytesPath, Any, Callable[[Any], None]]


@dataclass(frozen=True)
class StopPolicy:
    """How a tree is ended: `signal` to every process, after `grace` seconds SIGKILL until nothing is left.

    What lives on `kill_wait` seconds later is reported as survivors. None: as the manager is configured.
    """

    signal: int = signal.SIGTERM
    grace: float | None = None
    kill_wait: float | None = None


@dataclass(frozen=True)
class Limits:
    """Bounds for the whole tree of a command. None: as for this program."""

    memory_bytes: int | None = None
    cpus: float | None = None  #: CPU time per elapsed time; needs a cgroup
    cpu_seconds: int | None = None  #: per process
    processes: int | None = None  #: needs a cgroup
    open_files: int | None = None  #: per process


def milliseconds(seconds: float | None) -> int:
    """For the core; None is its default."""
    if seconds is None:
        return _core.DEFAULT
    if seconds < 0:
        raise UsageError(f"a time is negative: {seconds}")
    return int(min(seconds, 315_619_200) * 1000)


def timeout_ms(timeout: Timeout) -> int:
    """For the core: None is the manager's default."""
    return _core.NO_TIMEOUT if isinstance(timeout, NoTimeout) else milliseconds(timeout)


class CommandBuilder:
    """A command for the core, and what must live until it was started."""

    def __init__(self) -> None:
        self.raw = _core.new_command()
        self._kept: list[Any] = []

    def set_arguments(self, args: Args, shell: bool, executable: StrOrBytesPath | None) -> None:
        """As Popen does: a string is one argument, or the shell's command line."""
        arguments = [args] if isinstance(args, (str, bytes, os.PathLike)) else list(args)
        if shell:
            arguments = [executable or "/bin/sh", "-c", *arguments]
            executable = None
        encoded = [os.fsencode(argument) for argument in arguments]
        self._keep_strings("arguments", "argument_count", encoded, "argument")
        if executable is not None:
            self.raw.executable = self._text(os.fsencode(executable), "executable")

    def set_environment(self, env: Mapping[Any, Any] | None) -> None:
        """None: this program's."""
        if env is None:
            return
        self.raw.inherit_environment = 0
        variables = []
        for name, value in env.items():
            name = os.fsencode(name)
            if not name or b"=" in name:
                raise ValueError("illegal environment variable name")
            variables.append(name + b"=" + os.fsencode(value))
        self._keep_strings("environment", "environment_count", variables, "environment variable")

    def set_directory(self, cwd: StrOrBytesPath | None) -> None:
        if cwd is not None:
            self.raw.directory = self._text(os.fsencode(cwd), "working directory")

    def set_passed(self, fds: Iterable[int]) -> None:
        """Descriptors the command gets at the same numbers."""
        passed = sorted(set(map(int, fds)))
        array = (ctypes.c_int32 * len(passed))(*passed)
        self._kept.append(array)
        self.raw.passed = ctypes.cast(array, ctypes.POINTER(ctypes.c_int32))
        self.raw.passed_count = len(passed)

    def set_credentials(self, user: int | None, group: int | None, groups: Iterable[int] | None) -> None:
        """Whom the command runs as; None: as this program."""
        for name, number in (("user", user), ("group", group)):
            if number is not None:
                if number > _MAX_ID:
                    raise OverflowError(f"{name} {number} is greater than maximum")
                if number < 0:
                    raise ValueError(f"{name} {number} is negative")
                setattr(self.raw, name, number)
        if groups is None:
            return
        numbers = list(groups)
        if any(not 0 <= number <= _MAX_ID for number in numbers):
            raise ValueError("a number in extra_groups is not possible")
        array = (ctypes.c_uint32 * len(numbers))(*numbers)
        self._kept.append(array)
        self.raw.groups = ctypes.cast(array, ctypes.POINTER(ctypes.c_uint32))
        self.raw.group_count = len(numbers)

    def set_limits(self, limits: Limits | None) -> None:
        for name, value in vars(limits).items() if limits else ():
            if value is not None:
                if value <= 0:
                    raise UsageError(f"limit {name} must be greater than 0")
                setattr(self.raw, name, value)

    def set_stop(self, stop: StopPolicy | None) -> None:
        if stop is not None:
            self.raw.soft_signal = stop.signal
            self.raw.grace_ms = milliseconds(stop.grace)
            self.raw.kill_wait_ms = milliseconds(stop.kill_wait)

    def set_name(self, name: str | None) -> None:
        if name:
            self.raw.name = self._text(os.fsencode(name), "name")

    def descriptor(self, stream: _core.Stream, fd: int) -> None:
        """Connects a stream to a descriptor, which is borrowed until the start."""
        stream.kind = _core.DESCRIPTOR
        stream.descriptor = fd

    def input_bytes(self, data: bytes) -> None:
        """Standard input holds `data`."""
        stream = self.raw.input
        self._kept.append(data)
        stream.kind, stream.data, stream.size = _core.BYTES, data, len(data)

    def file(self, stream: _core.Stream, kind: int, path: StrOrBytesPath) -> None:
        stream.kind, stream.path = kind, self._text(os.fsencode(path), "path")

    def _text(self, text: bytes, what: str) -> bytes:
        if b"\0" in text:
            raise ValueError(f"embedded null byte in {what}")
        self._kept.append(text)
        return text

    def _keep_strings(self, field: str, count: str, texts: list[bytes], what: str) -> None:
        for text in texts:
            if b"\0" in text:
                raise ValueError(f"embedded null byte in {what}")
        array = _core.strings(texts)
        self._kept += [array, texts]
        setattr(self.raw, field, ctypes.cast(array, ctypes.POINTER(ctypes.c_char_p)))
        setattr(self.raw, count, len(texts))


def inherited_descriptor(number: int) -> int:
    """`number` where it is open in this program; -1: the command gets /dev/null there instead of nothing."""
    try:
        os.fstat(number)
    except OSError:
        return -1
    return number
