"""Self-only shutdown: signals, a kill-switch file and the program's own request, united."""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from typing import Any, Sequence

from . import _core
from ._errors import UsageError


class StopToken:
    """Stopped once a signal came, a file exists or `request()` was called; it stays stopped then.

        with procsafe.StopToken(file="/run/my-server/stop") as stop:
            while not stop.wait_for(1.0):
                work()

    While it lives, its signals only note that they came: a handler the program had before is called as well unless it is
    the default (KeyboardInterrupt included), and no manager ends its processes because of them: they end with their
    scopes. Made in the main thread (signal.signal); every other method may be called from any thread.
    """

    _taken: set[int] = set()

    def __init__(
        self,
        signals: Sequence[int] = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP),
        file: str | os.PathLike[str] | None = None,
        file_interval: float = 0.5,
    ) -> None:
        """`file_interval`: how often `file` is looked for while somebody waits, in seconds.

        Raises UsageError outside the main thread or when another token has one of the signals.
        """
        if threading.current_thread() is not threading.main_thread():
            raise UsageError("a StopToken takes signals, which only the main thread can do")
        if StopToken._taken.intersection(signals):
            raise UsageError("another StopToken has taken one of these signals")
        self._file = file
        self._interval = file_interval
        self._cause: str | None = None
        self._signal: int | None = None
        self._event = threading.Event()
        self._read_end, self._write_end = os.pipe()
        self._before: dict[int, Any] = {}
        for number in signals:
            before = signal.getsignal(number)
            if before is signal.SIG_IGN:
                continue  # an ignored signal stays ignored
            self._before[number] = before
            StopToken._taken.add(number)
            _core.library.procsafe_leave_signal(number, 1)
            signal.signal(number, self._handle)

    def _handle(self, number: int, frame: Any) -> None:
        self._signal = self._signal or number
        self._stop("signal")
        before = self._before.get(number)
        if callable(before) and before is not signal.default_int_handler:
            before(number, frame)

    def _stop(self, cause: str) -> None:
        if self._cause is None:
            self._cause = cause
            os.write(self._write_end, b"x")
            self._event.set()

    def request(self) -> None:
        """The program's own wish to stop."""
        self._stop("request")

    @property
    def stop_requested(self) -> bool:
        """Looks for the file as well."""
        if self._cause is None and self._file is not None and os.path.exists(self._file):
            self._stop("file")
        return self._cause is not None

    @property
    def cause(self) -> str | None:
        """ "signal", "file" or "request"; None before the stop."""
        return self._cause

    @property
    def signal(self) -> int | None:
        """The signal, when that was the cause."""
        return self._signal

    def fileno(self) -> int:
        """Readable once a stop was requested by a signal or request(); for event loops."""
        return self._read_end

    def wait_for(self, seconds: float) -> bool:
        """Waits at most `seconds`; True as soon as a stop is requested."""
        end = time.monotonic() + seconds
        while not self.stop_requested:
            left = end - time.monotonic()
            if left <= 0:
                return False
            step = left if self._file is None else min(left, self._interval)
            select.select([self._read_end], [], [], step)
        return True

    def close(self) -> None:
        """Gives the signals back."""
        for number, before in self._before.items():
            signal.signal(number, before)
            StopToken._taken.discard(number)
            _core.library.procsafe_leave_signal(number, callable(before))
        if self._before is not None and self._read_end >= 0:
            os.close(self._read_end)
            os.close(self._write_end)
            self._read_end = self._write_end = -1
        self._before = {}

    def __enter__(self) -> StopToken:
        return self

    def __exit__(self, *unused: object) -> None:
        self.close()
