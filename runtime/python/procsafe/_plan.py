"""What spawn() and run() were asked for, as a command with all that goes with it."""

from __future__ import annotations

import locale
import os
import threading
from typing import Any, Callable

from . import _core
from ._command import DEVNULL, PIPE, STDOUT, CommandBuilder, Output, inherited_descriptor, milliseconds, timeout_ms


class Plan:
    """What spawn() was asked for, as a command, with the descriptors and threads that go with it."""

    def __init__(self, options: dict[str, Any], driven: bool) -> None:
        get = options.get
        self.args = options["args"]
        self.builder = builder = CommandBuilder()
        self._ours: list[int] = []
        self._lines: list[tuple[int, Callable[[Any], None]]] = []
        self.decode = _decoder(get("text") or get("universal_newlines"), get("encoding"), get("errors"))
        timeout = get("timeout")
        self.timeout = timeout if isinstance(timeout, (int, float)) else None
        raw = builder.raw
        raw.driven, raw.pty, raw.keep_leftovers = driven, get("pty", False), get("keep_leftovers", False)
        raw.timeout_ms, raw.drain_ms = timeout_ms(timeout), milliseconds(get("drain"))
        raw.file_mode_mask = get("umask", -1)
        builder.set_arguments(self.args, get("shell", False), get("executable"))
        builder.set_directory(get("cwd"))
        builder.set_environment(get("env"))
        builder.set_limits(get("limits"))
        builder.set_stop(get("stop"))
        builder.set_name(get("name"))
        builder.set_passed(get("pass_fds", ()))
        builder.set_credentials(get("user"), get("group"), get("extra_groups"))
        limit = get("max_output", 8 << 20)
        try:
            self._set_input(get("stdin"), get("input"))
            self.captured = (
                self._set_output(raw.output, 1, get("stdout"), limit),
                self._set_output(raw.error, 2, get("stderr"), limit),
            )
        except BaseException:
            self.close_ours()
            self.close_readers()
            raise

    def _set_input(self, stdin: Any, data: Any) -> None:
        stream = self.builder.raw.input
        if data is not None:
            if stdin is not None:
                raise ValueError("stdin and input arguments may not both be used.")
            self.builder.input_bytes(data.encode() if isinstance(data, str) else bytes(data))
        elif stdin is None:
            if inherited_descriptor(0) == 0:
                self.builder.descriptor(stream, 0)
        elif stdin == PIPE:
            stream.kind = _core.PIPE
        elif stdin == DEVNULL:
            stream.kind = _core.NULL
        elif isinstance(stdin, (str, bytes, os.PathLike)):
            self.builder.file(stream, _core.FILE, stdin)
        else:
            self.builder.descriptor(stream, stdin if isinstance(stdin, int) else stdin.fileno())

    def _set_output(self, stream: _core.Stream, number: int, target: Output, limit: int) -> bool:
        """Whether it is captured."""
        if target is None:
            if inherited_descriptor(number) == number:
                self.builder.descriptor(stream, number)
        elif callable(target):
            read_end, write_end = os.pipe()
            self._ours.append(write_end)
            self._lines.append((read_end, target))
            self.builder.descriptor(stream, write_end)
        elif isinstance(target, (str, bytes, os.PathLike)):
            self.builder.file(stream, _core.FILE, target)
        elif target == PIPE:
            stream.kind, stream.limit = _core.CAPTURE, limit
            return True
        elif target == STDOUT:
            if number != 2:
                raise ValueError("STDOUT can only be used for stderr")
            stream.kind = _core.TO_OUTPUT
        elif target != DEVNULL:
            self.builder.descriptor(stream, target if isinstance(target, int) else target.fileno())
        return False

    def close_ours(self) -> None:
        """Only the command may hold them from its start on, or the end of its output would never come."""
        for fd in self._ours:
            os.close(fd)
        self._ours = []

    def close_readers(self) -> None:
        """Nothing was started that could write."""
        for fd, _ in self._lines:
            os.close(fd)

    def start_readers(self) -> list[threading.Thread]:
        """A thread for each stream whose lines are to be handed to a callable."""
        threads = []
        for fd, callback in self._lines:
            thread = threading.Thread(
                target=_hand_over_lines, args=(fd, callback, self.decode), name="procsafe-lines", daemon=True
            )
            thread.start()
            threads.append(thread)
        return threads


def _hand_over_lines(fd: int, callback: Callable[[Any], None], decode: Callable[[bytes], Any]) -> None:
    with open(fd, "rb") as stream:
        for line in stream:
            callback(decode(line.rstrip(b"\n")))


def _decoder(text: bool | None, encoding: str | None, errors: str | None) -> Callable[[bytes], Any]:
    if not (text or encoding or errors):
        return lambda data: data
    name = encoding or locale.getpreferredencoding(False)

    def decode(data: bytes) -> str:
        return data.decode(name, errors or "strict").replace("\r\n", "\n").replace("\r", "\n")

    return decode
