"""How commands ended, and what a manager says of itself."""

from __future__ import annotations

import ctypes
import subprocess
from dataclasses import dataclass, field
from typing import Any

from . import _core
from ._errors import CalledProcessError, CleanupError, TimeoutExpired


@dataclass(frozen=True)
class ProcessInfo:
    """A process as it was seen. Good for messages; never signal it by number."""

    pid: int
    parent: int
    state: str  #: as in proc(5): R, S, D, Z, T …
    command: str  #: the command line, shortened to 118 bytes

    def __str__(self) -> str:
        return f"pid {self.pid} ({self.command})"


@dataclass(frozen=True)
class PortHolder:
    """Who listens on a TCP port. No process: one of another user or network namespace."""

    port: int
    processes: list[ProcessInfo]


@dataclass(frozen=True)
class Usage:
    """What the main process and the children it waited for used: seconds of CPU time, bytes of memory."""

    user: float
    system: float
    max_rss: int


@dataclass(frozen=True)
class Health:
    """A look at a manager; `ok` when there is no problem."""

    ok: bool
    guard_alive: bool
    handlers_registered: bool  #: ours are on SIGTERM and SIGHUP, or the program has its own there
    active: int
    max_processes: int
    cleanup_failures: int
    zombies: list[ProcessInfo]  #: ended children of this program that nobody has reaped
    orphans: list[ProcessInfo]  #: descendants whose command has ended
    problems: list[str]

    @property
    def exit_code(self) -> int:
        """0 healthy, 1 problems, 2 the guard is gone."""
        return 2 if not self.guard_alive else 0 if self.ok else 1


@dataclass(frozen=True)
class Guarantee:
    """Which containment is in force, whether a real probe has proved it, and what it leaves open."""

    containment: str  #: "guard", "cgroup", "pid-namespace", "trace"
    kernel_bound: bool
    proved: bool
    evidence: str
    holes: list[str]
    limits: str


def processes_of(entries: list[dict[str, Any]]) -> list[ProcessInfo]:
    """Processes from their JSON."""
    return [ProcessInfo(entry["pid"], entry["parent"], entry["state"], entry["command"]) for entry in entries]


def health_of(data: dict[str, Any]) -> Health:
    """Health from its JSON."""
    return Health(**{**data, "zombies": processes_of(data["zombies"]), "orphans": processes_of(data["orphans"])})


@dataclass
class CompletedProcess(subprocess.CompletedProcess):  # type: ignore[type-arg]
    """How a command ended: `subprocess.CompletedProcess` with what procsafe knows beyond it.

    Exit status and output are never lost to a descendant that holds a pipe open.
    """

    args: Any
    returncode: int  #: negative: ended by that signal
    stdout: Any = None
    stderr: Any = None
    timed_out: bool = False  #: the deadline passed and the tree was ended
    stopped: bool = False  #: stop(), the end of the scope or of the manager ended it
    lost: bool = False  #: its cell was killed: the tree was ended, the status is not known
    truncated: bool = False  #: stdout or stderr holds only the beginning and the end
    leftovers: list[ProcessInfo] = field(default_factory=list)  #: descendants that outlived the main process
    survivors: list[ProcessInfo] = field(default_factory=list)  #: alive in spite of SIGKILL
    duration: float = 0.0  #: seconds
    usage: Usage = Usage(0.0, 0.0, 0)
    pid: int = 0
    timeout: float | None = None  #: the deadline it had, in seconds

    @property
    def ok(self) -> bool:
        """Exit status 0, in time, by itself, and nothing of it alive."""
        return self.returncode == 0 and not self.timed_out and not self.stopped and not self.survivors

    def check_returncode(self) -> None:
        """Raises CleanupError, TimeoutExpired or CalledProcessError unless it is `ok`."""
        if self.survivors:
            raise CleanupError(f"survived SIGKILL: {', '.join(map(str, self.survivors))}", self)
        if self.timed_out:
            raise TimeoutExpired(self.args, self.timeout or self.duration, self.stdout, self.stderr, self)
        if self.returncode != 0 or self.stopped:
            raise CalledProcessError(self.returncode, self.args, self.stdout, self.stderr, self)


def read_result(handle: Any, args: Any, timeout: float | None) -> CompletedProcess | None:
    """The result of a process as far as it is known, streams as bytes; None while its main process runs."""
    raw = _core.Result()
    if _core.check(_core.library.procsafe_result_of(handle, ctypes.byref(raw))) == _core.AGAIN:
        return None
    flags = raw.flags
    result = CompletedProcess(
        args,
        returncode_of(raw),
        ctypes.string_at(raw.output, raw.output_size),
        ctypes.string_at(raw.error, raw.error_size),
        timed_out=bool(flags & _core.TIMED_OUT),
        stopped=bool(flags & _core.STOPPED),
        lost=bool(flags & _core.LOST),
        truncated=bool(flags & _core.TRUNCATED),
        duration=raw.duration_ms / 1000,
        usage=Usage(raw.user_us / 1e6, raw.system_us / 1e6, raw.max_rss_bytes),
        pid=_core.library.procsafe_pid(handle),
        timeout=timeout,
    )
    if raw.leftover_count or raw.survivor_count:
        remains = _core.take_json(_core.library.procsafe_remains_of, handle)
        result.leftovers = processes_of(remains["leftovers"])
        result.survivors = processes_of(remains["survivors"])
    return result


def returncode_of(raw: _core.Result) -> int:
    """As the standard library counts; a lost status is that of the SIGKILL which ended it."""
    if raw.exit_code >= 0:
        return int(raw.exit_code)
    return -int(raw.term_signal or 9)
