"""Events of a manager, to `logging` and to the program's own sinks."""

from __future__ import annotations

import ctypes
import json
import logging
import os
import select
import threading
from typing import Any, Callable

from . import _core

logger = logging.getLogger("procsafe")


class _OnlyCritical(logging.Handler):
    """For programs that have not configured logging: a library is quiet then, but for what must not be missed."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.CRITICAL and not logging.getLogger().handlers and logging.lastResort:
            logging.lastResort.handle(record)


logger.addHandler(_OnlyCritical())

_INFO, _WARNING, _NONE = 0, 1, 3
_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "critical": logging.CRITICAL}


class EventTap:
    """Takes the events of one manager.

    Warnings and critical events are logged whenever the program calls the manager. A thread that hands over every event at
    once is started only where somebody wants them all: it would cost every spawn something.
    """

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self._owner = os.getpid()
        self._sinks: list[Callable[[dict[str, Any]], None]] = []
        self._thread: threading.Thread | None = None
        self._lock = threading.RLock()
        self._closed = False
        self._fd = self._keep(_WARNING)
        if logger.isEnabledFor(logging.INFO):
            self._start()

    def add_sink(self, sink: Callable[[dict[str, Any]], None]) -> None:
        """Hands every event from now on to `sink` as well."""
        with self._lock:
            self._sinks.append(sink)
            self._start()

    def deliver(self) -> None:
        """Logs what has come, unless a thread does. A forked child leaves that to its parent."""
        if self._thread is None and self._owner == os.getpid() and self._lock.acquire(blocking=False):
            try:
                self._take_all()
            finally:
                self._lock.release()

    def close(self) -> None:
        """Delivers the rest. The manager lives until this returns."""
        self._closed = True
        if self._thread is not None:
            self._thread.join()
        self._take_all()
        with self._lock:
            self._manager = None

    def _keep(self, severity: int) -> int:
        descriptor = ctypes.c_int()
        _core.check(_core.library.procsafe_keep_events(self._manager, severity, ctypes.byref(descriptor)))
        return descriptor.value

    def _start(self) -> None:
        if self._thread is None:
            self._keep(_INFO)
            self._thread = threading.Thread(target=self._serve, name="procsafe-events", daemon=True)
            self._thread.start()

    def _serve(self) -> None:
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        while not self._closed:
            if poll.poll(100):
                self._take_all()

    def _take_all(self) -> None:
        with self._lock:
            while self._manager is not None:
                text = _core.take_text(_core.library.procsafe_take_event, self._manager)
                if text is None:
                    return
                self._hand_over(json.loads(text))

    def _hand_over(self, event: dict[str, Any]) -> None:
        level = _LEVELS.get(event.get("severity", "info"), logging.INFO)
        if logger.isEnabledFor(level):
            what = " ".join(str(event[key]) for key in ("event", "pid", "command", "reason") if event.get(key))
            logger.log(level, "%s", what, extra={"procsafe_event": event})
        for sink in self._sinks:
            try:
                sink(event)
            except Exception:
                logger.exception("a sink of procsafe events failed")
