"""Named services: started, waited for until they are ready, ended with their scope, their ports seen to be free again."""

from __future__ import annotations

import os
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any, Callable, Iterable

from . import _core
from ._command import NO_TIMEOUT, Args
from ._errors import PortError, ServiceError, UsageError
from ._manager import ProcessManager
from ._process import Process
from ._results import CompletedProcess, PortHolder, processes_of


def find_port_holder(port: int) -> PortHolder | None:
    """Who listens on a TCP port of this machine. Reads /proc/net; signals nobody."""
    found = _core.take_json(_core.library.procsafe_port_holder, port)
    return None if found is None else PortHolder(found["port"], processes_of(found["processes"]))


@dataclass(frozen=True)
class Ready:
    """When a service counts as ready; made by tcp(), http(), line(), file() and check(). Times are seconds."""

    probe: Callable[[], bool] | None = None
    text: str | None = None
    port: int | None = None
    timeout: float = 30.0
    interval: float = 0.02


def tcp(port: int, host: str = "127.0.0.1", *, timeout: float = 30.0) -> Ready:
    """Ready when it accepts connections."""

    def probe() -> bool:
        try:
            socket.create_connection((host, port), 0.5).close()
        except OSError:
            return False
        return True

    return Ready(probe, port=port, timeout=timeout)


def http_get(port: int, path: str = "/", status: int = 200, host: str = "127.0.0.1", *, timeout: float = 30.0) -> Ready:
    """Ready when a GET of `path` is answered with `status`."""

    import http.client  # takes longer than everything else of the package

    def probe() -> bool:
        connection = http.client.HTTPConnection(host, port, timeout=1)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == status
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return Ready(probe, port=port, timeout=timeout)


def line(part: str, *, timeout: float = 30.0) -> Ready:
    """Ready when a line of its output or error holds `part`."""
    if not part:
        raise UsageError("readiness by a line needs a text")
    return Ready(text=part, timeout=timeout)


def file(path: str | os.PathLike[str], *, timeout: float = 30.0) -> Ready:
    """Ready when `path` exists."""
    return Ready(lambda: os.path.exists(path), timeout=timeout)


def check(probe: Callable[[], bool], *, timeout: float = 30.0) -> Ready:
    """Ready when `probe()` says so; it is asked every 20 ms."""
    return Ready(probe, timeout=timeout)


def _check_free(name: str, port: int, when: str) -> None:
    holder = find_port_holder(port)
    if holder is not None:
        who = str(holder.processes[0]) if holder.processes else "a process of another user"
        raise PortError(f"service {name!r}: port {port} is held by {who} {when}; it is left alone", holder)


class Service:
    """A running, ready service.

        with procsafe.Service("db", ["my-db", "--port", "5433"], ready=procsafe.ready.tcp(5433)):
            …

    Leaving the block ends it and sees that its ports are free. Any thread may stop it.
    """

    def __init__(
        self,
        name: str,
        args: Args,
        *,
        ready: Ready | None = None,
        ports: Iterable[int] = (),
        manager: ProcessManager | None = None,
        **options: Any,
    ) -> None:
        """Starts it and waits until it is ready; `options` are those of `ProcessManager.spawn()`, without a deadline.

        PortError when one of its ports is held already: the holder is named and left alone. ServiceError when it ends or
        is not ready in time; it has been ended then. The same holds for whatever interrupts the wait.
        """
        if not name:
            raise UsageError("a service needs a name")
        self.name = name
        ready = ready or Ready(lambda: True)
        self.ports = list(dict.fromkeys([*ports, *([ready.port] if ready.port else [])]))
        for port in self.ports:
            _check_free(name, port, "before it was started")
        options.setdefault("timeout", NO_TIMEOUT)
        options.setdefault("name", name)
        seen = threading.Event()
        if ready.text is not None:
            _watch_lines(options, ready.text, seen)
        self.process: Process = (manager or ProcessManager.instance()).spawn(args, **options)
        try:
            self._wait_ready(ready, ready.probe or seen.is_set)
        except BaseException:
            self.process.stop()
            raise

    def _wait_ready(self, ready: Ready, probe: Callable[[], bool]) -> None:
        end = time.monotonic() + ready.timeout
        while not probe():
            code = self.process.poll()
            if code is not None:
                raise ServiceError(
                    f"service {self.name!r} ended before it was ready: return code {code}", self.process.wait()
                )
            if time.monotonic() > end:
                raise ServiceError(f"service {self.name!r} was not ready within {ready.timeout} s", self.process.stop())
            time.sleep(ready.interval)

    def stop(self) -> CompletedProcess:
        """Ends it and waits until its ports are free. PortError when one is still held."""
        result = self.process.stop()
        # The kernel frees a listening socket with its last holder, which is gone; a moment covers what is under way.
        end = time.monotonic() + 1.0
        while any(find_port_holder(port) for port in self.ports) and time.monotonic() < end:
            time.sleep(0.01)
        for port in self.ports:
            _check_free(self.name, port, "after it was stopped")
        return result

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *unused: object) -> None:
        self.stop()


def _watch_lines(options: dict[str, Any], part: str, seen: threading.Event) -> None:
    """Lines are looked at on their way to the callable they go to anyway."""
    options.setdefault("text", True)
    for stream in ("stdout", "stderr"):
        target = options.get(stream)
        if target is not None and not callable(target):
            continue

        def look(text: str, target: Any = target) -> None:
            if part in text:
                seen.set()
            if target is not None:
                target(text)

        options[stream] = look
