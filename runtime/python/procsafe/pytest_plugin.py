"""pytest: fixtures whose processes and services end with their scope, and tests that fail when they leave a process.

* `procs`, `procs_session`: a `procsafe.ProcessManager` for one test, or for the session.
* `service`, `service_session`: `service("db", args, ready=procsafe.ready.tcp(port))` starts a service and waits until it is
  ready; it is ended, and its ports are seen to be free again, when the test (the session) ends in whatever way.
* `free_port`: `free_port()` is a TCP port nobody listens on, another one each time.
* `--procsafe-leaks=fail|warn|ignore` (or `procsafe_leaks` in the ini file): what to do when a process that a test started,
  by whatever means, is alive after the fixtures of the test have ended. It is named; it is ended only if it is procsafe's.

Each worker of pytest-xdist is a program of its own, with a guard of its own.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import time
import uuid
import warnings
from typing import Any, Callable, Generator, Iterator

import pytest

from ._manager import ProcessManager
from ._results import ProcessInfo
from ._service import Service

#: Set while a test runs, and inherited by what it starts: it finds double-forked daemons as well.
MARKER = "PROCSAFE_TEST"
#: Helpers of multiprocessing that live as long as the program.
_STANDING = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")
_SETTLE_SECONDS = 1.0


class LeakWarning(pytest.PytestWarning):
    """A test has left a process (`--procsafe-leaks=warn`)."""


def pytest_addoption(parser: pytest.Parser) -> None:
    choices = ("fail", "warn", "ignore")
    parser.getgroup("procsafe").addoption(
        "--procsafe-leaks", choices=choices, default=None, help="what to do when a test leaves a process (fail)"
    )
    parser.addini("procsafe_leaks", "default of --procsafe-leaks: fail, warn or ignore", default="fail")


def _policy(config: pytest.Config) -> str:
    return str(config.getoption("--procsafe-leaks") or config.getini("procsafe_leaks"))


# ---- Leaks --------------------------------------------------------------------------------------------------------------


def _marked(marker: str) -> list[ProcessInfo]:
    """The living processes that inherited the marker, this one excepted."""
    wanted = f"{MARKER}={marker}".encode()
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError, ValueError, IndexError):
            with open(f"/proc/{name}/environ", "rb") as file:
                if wanted not in file.read().split(b"\0") or int(name) == os.getpid():
                    continue
            with open(f"/proc/{name}/cmdline", "rb") as file:
                command = os.fsdecode(file.read().replace(b"\0", b" ").strip())
            with open(f"/proc/{name}/stat") as file:
                state, parent = file.read().rpartition(")")[2].split()[:2]
            if state not in "ZX" and not any(standing in command for standing in _STANDING):
                found.append(ProcessInfo(int(name), int(parent), state, command))
    return found


def _left_behind(marker: str) -> list[ProcessInfo]:
    """Those that are alive after a moment in which what is about to end may do so."""
    end = time.monotonic() + _SETTLE_SECONDS
    left = _marked(marker)
    while left and time.monotonic() < end:
        time.sleep(0.02)
        left = _marked(marker)
    return left


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, None, None]:
    if _policy(item.config) == "ignore":
        yield
        return
    marker = uuid.uuid4().hex
    item.stash[_MARKER_KEY] = marker
    os.environ[MARKER] = marker
    try:
        yield
    finally:
        os.environ.pop(MARKER, None)


@pytest.hookimpl(hookwrapper=True)
def pytest_fixture_setup(fixturedef: Any) -> Generator[None, None, None]:
    """What a fixture of a wider scope starts is not left by the test that happens to come first."""
    marker = os.environ.pop(MARKER, None) if fixturedef.scope != "function" else None
    try:
        yield
    finally:
        if marker is not None:
            os.environ[MARKER] = marker


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """After pytest's own, which has ended the fixtures of the test."""
    marker = item.stash.get(_MARKER_KEY, None)
    if marker is None:
        return
    left = _left_behind(marker)
    if not left:
        return
    text = f"{item.nodeid} has left {len(left)} process(es): " + "; ".join(map(str, left))
    if _policy(item.config) == "warn":
        warnings.warn(LeakWarning(text), stacklevel=1)
    else:
        pytest.fail(text, pytrace=False)


_MARKER_KEY = pytest.StashKey[str]()


# ---- Fixtures -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def procs(request: pytest.FixtureRequest) -> Iterator[ProcessManager]:
    """A manager of this test's own; everything it started has ended when the test is over."""
    with ProcessManager(component=request.node.name) as manager:
        yield manager


@pytest.fixture(scope="session")
def procs_session() -> Iterator[ProcessManager]:
    """A manager of this session's own."""
    with ProcessManager(component="pytest session") as manager:
        yield manager


def _services(manager: ProcessManager) -> Iterator[Callable[..., Service]]:
    with contextlib.ExitStack() as stack:

        def start(name: str, args: Any, **options: Any) -> Service:
            """As `procsafe.Service`; ended, newest first, with the scope of the fixture."""
            return stack.enter_context(Service(name, args, manager=manager, **options))

        yield start


@pytest.fixture
def service(procs: ProcessManager) -> Iterator[Callable[..., Service]]:
    """Starts services for this test."""
    yield from _services(procs)


@pytest.fixture(scope="session")
def service_session(procs_session: ProcessManager) -> Iterator[Callable[..., Service]]:
    """Starts services for the whole session; call it in a session fixture of your own."""
    yield from _services(procs_session)


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """Gives TCP ports of the loopback interface that nobody listens on, each of them once in this session."""
    given: set[int] = set()

    def find() -> int:
        for _ in itertools.repeat(None, 100):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = int(probe.getsockname()[1])
            if port not in given:
                given.add(port)
                return port
        raise OSError("no free port was found in 100 attempts")

    return find
