"""What procsafe raises. Each class is also the standard one a program may already catch."""

from __future__ import annotations

import errno
import os
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._results import CompletedProcess, PortHolder


class Error(Exception):
    """Base of everything raised here."""


class CoreLoadError(Error, ImportError):
    """libprocsafe is missing, unloadable or of another version. There is no fallback to an unguarded spawn."""


class UsageError(Error, ValueError):
    """The call contradicts itself: an empty command, a negative time, use after fork."""


class PreexecError(UsageError, subprocess.SubprocessError):
    """preexec_fn was given, which is refused."""


class ConfigError(Error, ValueError):
    """A configuration that cannot work; `faults` has every fault, not only the first."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class ManagerError(Error, RuntimeError):
    """The manager cannot start, has been stopped, or its guard is gone."""


class LimitError(Error, RuntimeError):
    """PM_MAX_PROCESSES are active. Nothing was started and nothing is queued."""


class SpawnError(Error, OSError):
    """The command could not be started; nothing of it is left. `errno` and `filename` as OSError has them."""


class ProgramNotFoundError(SpawnError, FileNotFoundError):
    """There is no such program or working directory."""


class ProgramPermissionError(SpawnError, PermissionError):
    """The program may not be executed, or the directory not be entered."""


class WorkingDirectoryError(SpawnError, NotADirectoryError):
    """The working directory, or something on the way to the program, is no directory."""


_SPAWN_ERRORS = {
    errno.ENOENT: ProgramNotFoundError,
    errno.EACCES: ProgramPermissionError,
    errno.EPERM: ProgramPermissionError,
    errno.ENOTDIR: WorkingDirectoryError,
}


def spawn_error(number: int, text: str, path: str) -> SpawnError:
    """The class that the standard library would use for `number`."""
    kind = _SPAWN_ERRORS.get(number, SpawnError)
    return kind(number, os.strerror(number), path) if path else kind(number, text)


class TimeoutExpired(Error, subprocess.TimeoutExpired):
    """A deadline passed. `result` is what is known of the command; None when only a wait ran out of time."""

    def __init__(
        self, cmd: Any, timeout: float, output: Any = None, stderr: Any = None, result: CompletedProcess | None = None
    ) -> None:
        subprocess.TimeoutExpired.__init__(self, cmd, timeout, output, stderr)
        self.result = result

    __str__ = subprocess.TimeoutExpired.__str__


class CalledProcessError(Error, subprocess.CalledProcessError):
    """The command ended with a status other than 0, by a signal, or because it was stopped; `result` has the rest."""

    def __init__(
        self, returncode: int, cmd: Any, output: Any = None, stderr: Any = None, result: CompletedProcess | None = None
    ) -> None:
        subprocess.CalledProcessError.__init__(self, returncode, cmd, output, stderr)
        self.result = result

    __str__ = subprocess.CalledProcessError.__str__


class CleanupError(Error):
    """Processes survived SIGKILL (uninterruptible sleep, another user); `result.survivors` names them."""

    def __init__(self, text: str, result: CompletedProcess) -> None:
        super().__init__(text)
        self.result = result


class PortError(Error, OSError):
    """A port is held by a process this program did not start. It is named in `holder` and left alone."""

    def __init__(self, text: str, holder: PortHolder) -> None:
        super().__init__(errno.EADDRINUSE, text)
        self.holder = holder


class ServiceError(Error):
    """A service ended or ran out of time before it was ready. It has been ended; `result` says how."""

    def __init__(self, text: str, result: CompletedProcess) -> None:
        super().__init__(text)
        self.result = result
