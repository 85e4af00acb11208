"""procsafe: processes that end with the scope that started them.

    import procsafe

    made = procsafe.run(["make", "-j2"], check=True)                       # waits, at most 300 s
    with procsafe.spawn(["my-server"], timeout=procsafe.NO_TIMEOUT) as server:
        …                                                                  # leaving the block ends the whole tree

When a scope ends, no process started in it is alive: not the child, not its children, not one that called setsid() or
double-forked, not one that ignores SIGTERM, however the scope ended, SIGKILL of this program included. And no other process
is ever signalled. `ProcessManager.instance().guarantee()` says what the platform leaves open.

`from procsafe import subprocess` is the standard module with that promise; `procsafe.aio` is for asyncio,
`procsafe.workers` for multiprocessing and concurrent.futures. Importing the package raises CoreLoadError (an ImportError)
when its core cannot be loaded.
"""

from . import ready
from ._command import DEVNULL, NO_TIMEOUT, PIPE, STDOUT, Limits, StopPolicy
from ._errors import (
    CalledProcessError,
    CleanupError,
    ConfigError,
    CoreLoadError,
    Error,
    LimitError,
    ManagerError,
    PortError,
    ServiceError,
    SpawnError,
    TimeoutExpired,
    UsageError,
)
from ._manager import ProcessManager, run, spawn
from ._process import Process
from ._results import CompletedProcess, Guarantee, Health, PortHolder, ProcessInfo, Usage
from ._service import Service, find_port_holder
from ._stop_token import StopToken

__version__ = "0.1.0"

__all__ = [
    "DEVNULL",
    "NO_TIMEOUT",
    "PIPE",
    "STDOUT",
    "CalledProcessError",
    "CleanupError",
    "CompletedProcess",
    "ConfigError",
    "CoreLoadError",
    "Error",
    "Guarantee",
    "Health",
    "LimitError",
    "Limits",
    "ManagerError",
    "PortError",
    "PortHolder",
    "Process",
    "ProcessInfo",
    "ProcessManager",
    "Service",
    "ServiceError",
    "SpawnError",
    "StopPolicy",
    "StopToken",
    "TimeoutExpired",
    "Usage",
    "UsageError",
    "find_port_holder",
    "ready",
    "run",
    "spawn",
]
