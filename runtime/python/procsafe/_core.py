"""The border to libprocsafe: loading it, its structures, its errors.

Everything here mirrors ``procsafe/c_api.h`` and knows nothing of Python's conventions for processes.
"""

from __future__ import annotations

import ctypes
import json
import os
from ctypes import (
    POINTER,
    Structure,
    byref,
    c_char_p,
    c_double,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
)
from typing import Any, NoReturn, Sequence

from ._errors import ConfigError, CoreLoadError, Error, LimitError, ManagerError, UsageError, spawn_error

C_ABI = 1

OK, AGAIN = 0, 1
NULL, DESCRIPTOR, FILE, APPEND, CAPTURE, BYTES, PIPE, TO_OUTPUT = range(8)
DEFAULT, NO_TIMEOUT = -1, -2
TIMED_OUT, STOPPED, LOST, TRUNCATED = 1, 2, 4, 8
HEALTH, METRICS, PROMETHEUS, GUARANTEE, CONFIGURATION, RUN_ID, INSTANCE_ID = range(7)


class Stream(Structure):
    """``procsafe_stream``."""

    _fields_ = [
        ("kind", c_int32),
        ("descriptor", c_int32),
        ("limit", c_uint64),
        ("path", c_char_p),
        ("data", c_char_p),
        ("size", c_size_t),
    ]


class Command(Structure):
    """``procsafe_command``."""

    _fields_ = [
        ("arguments", POINTER(c_char_p)),
        ("argument_count", c_size_t),
        ("executable", c_char_p),
        ("directory", c_char_p),
        ("name", c_char_p),
        ("environment", POINTER(c_char_p)),
        ("environment_count", c_size_t),
        ("passed", POINTER(c_int32)),
        ("passed_count", c_size_t),
        ("groups", POINTER(c_uint32)),
        ("group_count", c_int64),
        ("input", Stream),
        ("output", Stream),
        ("error", Stream),
        ("timeout_ms", c_int64),
        ("drain_ms", c_int64),
        ("grace_ms", c_int64),
        ("kill_wait_ms", c_int64),
        ("user", c_int64),
        ("group", c_int64),
        ("soft_signal", c_int32),
        ("file_mode_mask", c_int32),
        ("ignored_signals", c_uint64),
        ("memory_bytes", c_uint64),
        ("cpus", c_double),
        ("cpu_seconds", c_uint64),
        ("processes", c_uint64),
        ("open_files", c_uint64),
        ("inherit_environment", c_int32),
        ("keep_leftovers", c_int32),
        ("pty", c_int32),
        ("driven", c_int32),
    ]


class Result(Structure):
    """``procsafe_result``."""

    _fields_ = [
        ("exit_code", c_int32),
        ("term_signal", c_int32),
        ("flags", c_uint32),
        ("leftover_count", c_uint32),
        ("survivor_count", c_uint32),
        ("unused", c_uint32),
        ("duration_ms", c_int64),
        ("user_us", c_int64),
        ("system_us", c_int64),
        ("max_rss_bytes", c_uint64),
        ("output", c_void_p),
        ("output_size", c_size_t),
        ("error", c_void_p),
        ("error_size", c_size_t),
    ]


_HANDLE = c_void_p
_TEXT = POINTER(c_void_p)
_SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "procsafe_c_abi": (c_int, []),
    "procsafe_version": (c_int, []),
    "procsafe_free": (None, [c_void_p]),
    "procsafe_error_text": (c_char_p, []),
    "procsafe_error_number": (c_int, []),
    "procsafe_error_path": (c_char_p, []),
    "procsafe_manager_create": (c_int, [POINTER(c_char_p), c_size_t, POINTER(_HANDLE)]),
    "procsafe_manager_destroy": (None, [_HANDLE]),
    "procsafe_stop_all": (c_int, [_HANDLE, _TEXT]),
    "procsafe_describe": (c_int, [_HANDLE, c_int, _TEXT]),
    "procsafe_keep_events": (c_int, [_HANDLE, c_int, POINTER(c_int)]),
    "procsafe_take_event": (c_int, [_HANDLE, _TEXT]),
    "procsafe_leave_signal": (None, [c_int, c_int]),
    "procsafe_command_init": (None, [POINTER(Command)]),
    "procsafe_start": (c_int, [_HANDLE, POINTER(Command), POINTER(_HANDLE)]),
    "procsafe_destroy": (None, [_HANDLE]),
    "procsafe_drive": (c_int, [_HANDLE, c_int]),
    "procsafe_pid": (c_int, [_HANDLE]),
    "procsafe_ended_fd": (c_int, [_HANDLE, c_int, POINTER(c_int)]),
    "procsafe_has_ended": (c_int, [_HANDLE, c_int]),
    "procsafe_result_of": (c_int, [_HANDLE, POINTER(Result)]),
    "procsafe_remains_of": (c_int, [_HANDLE, _TEXT]),
    "procsafe_stop": (c_int, [_HANDLE, c_int, c_int64, c_int64]),
    "procsafe_signal": (c_int, [_HANDLE, c_int, c_int]),
    "procsafe_write": (c_int, [_HANDLE, c_char_p, c_size_t]),
    "procsafe_close_input": (c_int, [_HANDLE]),
    "procsafe_tree": (c_int, [_HANDLE, _TEXT]),
    "procsafe_port_holder": (c_int, [c_int, _TEXT]),
}


def _load() -> ctypes.CDLL:
    """The library of this package, or the one PM_LIBRARY names. There is no other and no substitute."""
    path = os.environ.get("PM_LIBRARY") or os.path.join(
        os.path.dirname(os.path.abspath(__file__)), "lib", "libprocsafe.so"
    )
    hint = "procsafe never starts a process without it; install a wheel for this platform, or set PM_LIBRARY"
    try:
        library = ctypes.CDLL(path)
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(library, name)
            function.restype = result
            function.argtypes = arguments
    except (OSError, AttributeError) as error:
        raise CoreLoadError(f"the core of procsafe cannot be loaded: {error}; {hint}") from error
    if library.procsafe_c_abi() != C_ABI:
        raise CoreLoadError(f"{path} speaks C ABI {library.procsafe_c_abi()}, this package {C_ABI}; {hint}")
    return library


library = _load()

_default_command = Command()
library.procsafe_command_init(byref(_default_command))


def new_command() -> Command:
    """A command with every default filled in."""
    return Command.from_buffer_copy(_default_command)


def strings(texts: Sequence[bytes]) -> Any:
    """An array of NUL-terminated strings."""
    return (c_char_p * len(texts))(*texts)


def fail(status: int) -> NoReturn:
    """Raises what `status`, an error of the last call in this thread, says."""
    text = os.fsdecode(library.procsafe_error_text())
    if status == 2:
        raise UsageError(text)
    if status == 3:
        raise ConfigError(text.split("\n"))
    if status == 4:
        raise ManagerError(text)
    if status == 5:
        raise spawn_error(library.procsafe_error_number(), text, os.fsdecode(library.procsafe_error_path()))
    if status == 6:
        raise LimitError(text)
    raise Error(text)


def check(status: int) -> int:
    """`status` when it is OK or AGAIN; raises otherwise."""
    if status > AGAIN:
        fail(status)
    return status


def take_text(function: Any, *arguments: Any) -> str | None:
    """The text a function gives; None when it says AGAIN."""
    text = c_void_p()
    if check(function(*arguments, byref(text))) == AGAIN:
        return None
    try:
        return ctypes.string_at(text.value or 0).decode("utf-8", "replace")
    finally:
        library.procsafe_free(text)


def take_json(function: Any, *arguments: Any) -> Any:
    """As take_text(), parsed."""
    text = take_text(function, *arguments)
    return None if text is None else json.loads(text)
