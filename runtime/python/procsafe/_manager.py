"""The one entry point: ProcessManager, and `spawn` and `run` of the process-wide one."""

from __future__ import annotations

import atexit
import ctypes
import os
import signal
import threading
import weakref
from typing import Any, Callable, Iterable, Mapping, TypeVar

from . import _core
from ._command import PIPE, Args, Limits, NoTimeout, Output, StopPolicy, StrOrBytesPath, Timeout
from ._errors import ManagerError, TimeoutExpired, UsageError
from ._events import EventTap
from ._plan import Plan
from ._process import Handle, Process
from ._results import CompletedProcess, Guarantee, Health, health_of, read_result

_AnyProcess = TypeVar("_AnyProcess", bound=Process)

_CLEANUP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def _leave_handled_signals() -> None:
    """A signal the program handles in Python (KeyboardInterrupt included) ends scopes by unwinding, or as it decides."""
    for number in _CLEANUP_SIGNALS:
        _core.library.procsafe_leave_signal(number, callable(signal.getsignal(number)))


class ProcessManager:
    """Starts processes and ends what they started, in whatever way this program ends: SIGKILL included.

    `ProcessManager.instance()` is the one of this program; more are possible. Settings are the PM_ variables without PM_,
    in lower case (`max_processes=5`, `containment="strict"`), and win over the environment. ConfigError names all that
    are wrong; ManagerError says why no guard could be started: there is no fallback.

    Every method may be called from any thread. After fork() the child must not use its parent's manager (UsageError);
    `instance()` makes it one of its own.
    """

    _instance: ProcessManager | None = None
    _lock = threading.Lock()

    def __init__(self, **settings: Any) -> None:
        texts = [f"PM_{name.upper()}={_setting(value)}".encode() for name, value in settings.items()]
        raw = ctypes.c_void_p()
        _core.check(_core.library.procsafe_manager_create(_core.strings(texts), len(texts), ctypes.byref(raw)))
        self._raw: ctypes.c_void_p | None = raw
        self._owner = os.getpid()
        self._events = EventTap(raw)
        _leave_handled_signals()
        _managers.add(self)

    @classmethod
    def instance(cls) -> ProcessManager:
        """The process-wide manager, made on first use from the environment, ended at exit."""
        with ProcessManager._lock:
            if ProcessManager._instance is None:
                ProcessManager._instance = ProcessManager()
            return ProcessManager._instance

    # ---- Starting ----------------------------------------------------------------------------------------------------

    def spawn(
        self,
        args: Args,
        *,
        stdin: Any = None,
        stdout: Output = None,
        stderr: Output = None,
        input: Any = None,
        shell: bool = False,
        executable: StrOrBytesPath | None = None,
        cwd: StrOrBytesPath | None = None,
        env: Mapping[Any, Any] | None = None,
        timeout: Timeout = None,
        drain: float | None = None,
        stop: StopPolicy | None = None,
        limits: Limits | None = None,
        keep_leftovers: bool = False,
        name: str | None = None,
        pty: bool = False,
        umask: int = -1,
        user: int | None = None,
        group: int | None = None,
        extra_groups: Iterable[int] | None = None,
        pass_fds: Iterable[int] = (),
        text: bool | None = None,
        encoding: str | None = None,
        errors: str | None = None,
        max_output: int = 8 << 20,
    ) -> Process:
        """Starts a command; its handle is the scope of everything it starts.

        The names are those of `subprocess.Popen`. `timeout` is in seconds from the start: None is the manager's default
        (300 s), NO_TIMEOUT none; at the deadline the tree is ended. Captured output (PIPE) is drained all the time into at
        most `max_output` bytes, of which the first and the last half are kept. Descendants alive `drain` seconds (0.25)
        after the main process are ended and named in the result, unless `keep_leftovers`.

        Raises SpawnError (an OSError), LimitError, ManagerError, UsageError: nothing was started then.
        """
        options = dict(locals())
        del options["self"]
        return self._start(options, Process)

    def run(self, args: Args, *, check: bool = False, capture_output: bool = False, **options: Any) -> CompletedProcess:
        """Runs a command and returns when nothing of it is left. Options are those of `spawn()`.

        Raises TimeoutExpired when the deadline ended it, CalledProcessError if `check` and it failed; both hold the
        `result`. Whatever is raised here, KeyboardInterrupt included, the tree is gone by then.
        """
        if capture_output:
            if options.get("stdout") is not None or options.get("stderr") is not None:
                raise ValueError("stdout and stderr arguments may not be used with capture_output.")
            options["stdout"] = options["stderr"] = PIPE
        if options.get("stdin") == PIPE:
            raise UsageError("run: nobody could write to stdin=PIPE; use input=")
        result = self._start({"args": args, **options}, _DrivenProcess).drive()
        if result.timed_out or check:
            result.check_returncode()
        return result

    def _start(self, options: dict[str, Any], kind: type[_AnyProcess]) -> _AnyProcess:
        unknown = options.keys() - _OPTIONS
        if unknown:
            raise TypeError(f"unexpected keyword argument {sorted(unknown)[0]!r}")
        plan = Plan(options, kind is _DrivenProcess)
        try:
            handle = self.start_raw(plan.builder.raw)
        except BaseException:
            plan.close_readers()
            raise
        finally:
            plan.close_ours()
        return kind(handle, plan.args, plan.decode, plan.timeout, plan.start_readers(), plan.captured)

    def start_raw(self, command: _core.Command) -> Handle:
        """Starts what the other faces have put together."""
        raw = ctypes.c_void_p()
        try:
            _core.check(_core.library.procsafe_start(self._open_handle(), ctypes.byref(command), ctypes.byref(raw)))
        finally:
            self.deliver_events()
        return Handle(self, raw)

    def _open_handle(self) -> ctypes.c_void_p:
        if self._raw is None:
            raise ManagerError("this manager has been closed")
        return self._raw

    # ---- Ending and looking --------------------------------------------------------------------------------------------

    def stop_all(self) -> int:
        """Ends everything, newest first, within PM_GRACEFUL_TIMEOUT, then by force. Returns how many were ended.

        Later spawns raise ManagerError.
        """
        report = _core.take_json(_core.library.procsafe_stop_all, self._open_handle())
        self.deliver_events()
        return int(report["ended"])

    def close(self) -> None:
        """Ends everything, and the guard. The manager cannot be used any more."""
        raw, self._raw = self._raw, None
        if raw is None:
            return
        _managers.discard(self)
        if self._owner == os.getpid():
            if ProcessManager._instance is self:
                ProcessManager._instance = None
            _core.take_text(_core.library.procsafe_stop_all, raw)
            self._events.close()
        _core.library.procsafe_manager_destroy(raw)

    def __enter__(self) -> ProcessManager:
        return self

    def __exit__(self, *unused: object) -> None:
        self.close()

    def health(self) -> Health:
        """A look at guard, handlers, limits, zombies and orphans. Takes about a millisecond for each live process."""
        _leave_handled_signals()
        return health_of(_core.take_json(_core.library.procsafe_describe, self._open_handle(), _core.HEALTH))

    def metrics(self) -> dict[str, Any]:
        """Totals since the manager was created, and histograms of spawn latency and run time in seconds."""
        return dict(_core.take_json(_core.library.procsafe_describe, self._open_handle(), _core.METRICS))

    def prometheus(self) -> str:
        """The metrics as Prometheus text, format 0.0.4."""
        return _core.take_text(_core.library.procsafe_describe, self._open_handle(), _core.PROMETHEUS) or ""

    def guarantee(self) -> Guarantee:
        """Which containment is in force and what it leaves open; proved by a real probe on the first call."""
        return Guarantee(**_core.take_json(_core.library.procsafe_describe, self._open_handle(), _core.GUARANTEE))

    def config(self) -> dict[str, Any]:
        """The effective configuration."""
        return dict(_core.take_json(_core.library.procsafe_describe, self._open_handle(), _core.CONFIGURATION))

    @property
    def run_id(self) -> str:
        """7 characters, base 36; PM_RUN_ID of every process started."""
        return _core.take_text(_core.library.procsafe_describe, self._open_handle(), _core.RUN_ID) or ""

    @property
    def instance_id(self) -> str:
        """The run id and a number: which manager of this program."""
        return _core.take_text(_core.library.procsafe_describe, self._open_handle(), _core.INSTANCE_ID) or ""

    @property
    def active(self) -> int:
        """How many processes it holds."""
        return int(self.metrics()["active"])

    def on_event(self, sink: Callable[[dict[str, Any]], None]) -> None:
        """Also calls `sink` with every event from now on, from a thread of its own, one at a time.

        What it raises is logged. Without a sink events go to the logger "procsafe" alone.
        """
        self._events.add_sink(sink)

    def deliver_events(self) -> None:
        """Logs what has happened; called by every method that waits. Cheap when nothing has."""
        self._events.deliver()


class _DrivenProcess(Process):
    """Of run(): the calling thread moves its output, no other thread is involved."""

    def drive(self) -> CompletedProcess:
        raw = self._handle.raw
        drive = _core.library.procsafe_drive
        try:
            while _core.check(drive(raw, 1000)) == _core.AGAIN:
                pass  # handlers of signals run here
        except BaseException:
            self._end()
            raise
        finally:
            self._handle.manager.deliver_events()
        for reader in self._readers:
            reader.join()
        return self._finish(read_result(raw, self.args, self._timeout))

    def _end(self) -> None:
        drive = _core.library.procsafe_drive
        policy: StopPolicy | None = None
        while True:
            try:
                self._handle.request_stop(policy)
                while _core.check(drive(self._handle.raw, 1000)) == _core.AGAIN:
                    pass
                return
            except KeyboardInterrupt:
                policy = StopPolicy(signal=9, grace=0)


_OPTIONS = {"args", "universal_newlines"} | set(ProcessManager.spawn.__kwdefaults__ or ())


def _setting(value: Any) -> str:
    if value is None or isinstance(value, NoTimeout):
        return "none"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (list, tuple)):
        return ",".join(map(str, value))
    return str(value)


_managers: weakref.WeakSet[ProcessManager] = weakref.WeakSet()


@atexit.register
def _close_managers() -> None:
    for manager in list(_managers):
        manager.close()


def _forget_in_child() -> None:
    ProcessManager._instance = None
    ProcessManager._lock = threading.Lock()
    _managers.clear()


os.register_at_fork(after_in_child=_forget_in_child)


def spawn(args: Args, **options: Any) -> Process:
    """`ProcessManager.instance().spawn(args, …)`."""
    return ProcessManager.instance().spawn(args, **options)


def run(args: Args, **options: Any) -> CompletedProcess:
    """`ProcessManager.instance().run(args, …)`."""
    return ProcessManager.instance().run(args, **options)


__all__ = ["ProcessManager", "TimeoutExpired", "run", "spawn"]
