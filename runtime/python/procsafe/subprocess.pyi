from collections.abc import Sequence
from os import PathLike
from subprocess import DEVNULL as DEVNULL
from subprocess import PIPE as PIPE
from subprocess import STDOUT as STDOUT
from subprocess import CalledProcessError as CalledProcessError
from subprocess import CompletedProcess as CompletedProcess
from subprocess import Popen as _Popen
from subprocess import SubprocessError as SubprocessError
from subprocess import TimeoutExpired as TimeoutExpired
from subprocess import getoutput as getoutput
from subprocess import getstatusoutput as getstatusoutput
from subprocess import list2cmdline as list2cmdline
from typing import Any, AnyStr, Union

from ._command import NoTimeout
from ._results import ProcessInfo

_Path = Union[str, bytes, PathLike[str], PathLike[bytes]]
_Args = Union[_Path, Sequence[_Path]]

class Popen(_Popen[AnyStr]):
    def __init__(
        self, args: _Args, *positional: Any, deadline: float | NoTimeout | None = ..., **options: Any
    ) -> None: ...
    def stop(self) -> None: ...
    def tree(self) -> list[ProcessInfo]: ...
    @property
    def timed_out(self) -> bool: ...

def run(
    args: _Args,
    *positional: Any,
    input: Any = ...,
    capture_output: bool = ...,
    timeout: float | None = ...,
    check: bool = ...,
    deadline: float | NoTimeout | None = ...,
    **options: Any,
) -> CompletedProcess[Any]: ...
def call(
    args: _Args, *positional: Any, timeout: float | None = ..., deadline: float | NoTimeout | None = ..., **options: Any
) -> int: ...
def check_call(
    args: _Args, *positional: Any, timeout: float | None = ..., deadline: float | NoTimeout | None = ..., **options: Any
) -> int: ...
def check_output(
    args: _Args, *positional: Any, timeout: float | None = ..., deadline: float | NoTimeout | None = ..., **options: Any
) -> Any: ...
