"""Computes in a process of our own beside this one, where a person would feel that the interpreter is busy.

A thread does not help: parsers hold the interpreter until they are done, and everybody else waits for them.
"""

import json
import logging
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, ParamSpec, Protocol, TypeVar

from ..ports import Unavailable

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

_PROGRAM = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from {} import serve
serve(int(sys.argv[2]))
"""


_SIZE = 8
"""Bytes that say how many follow."""


class Beside(Protocol):
    """Calls a function of a module with values; where that happens is not the caller's affair."""

    def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T: ...


def here(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The simplest `Beside`."""
    return function(*args, **kwargs)


class Aside:
    """One process, started when it is needed first; it does one thing after another.

    Blocks: call it in a thread. The process ends with ours, however that ends, for its input ends then.
    """

    def __init__(self, nice: int = 0) -> None:
        """``nice`` is added to the niceness of this process."""
        self._nice = nice
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._unwanted: subprocess.Popen[bytes] | None = None
        self._closed = threading.Event()

    def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Raise ``Unavailable`` when it is stopped or closed meanwhile, besides what the function raises."""
        with self._turn:
            done = self._ask(function, args, kwargs)
        # What it raises there it raises here again, for who asked to see.
        return function(*args, **kwargs) if done is None else done[0]

    def stop(self) -> None:
        """End the process, also while it computes; the next call starts another."""
        if (process := self._process) is not None:
            self._unwanted = process
            process.kill()
            process.wait()

    def close(self) -> None:
        """The same, for good."""
        self._closed.set()
        self.stop()
        with self._turn:  # Whoever waited has been told by the end of what it read.
            _forget(self._process)

    def _ask(
        self, function: Callable[..., T], args: tuple[object, ...], named: dict[str, object]
    ) -> tuple[T] | None:
        if self._closed.is_set():
            raise _stopped()
        if self._process is None or self._process.poll() is not None:
            _forget(self._process)
            self._process = self._start()
        process = self._process
        if self._closed.is_set():  # While it was being started.
            process.kill()
            raise _stopped()
        if process.stdin is None or process.stdout is None:
            return None
        try:
            _write(process.stdin, (function, args, named))
            done: tuple[T] | None = _read(process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            process.kill()
            process.wait()
            if process is self._unwanted:
                raise _stopped() from None
            logger.warning("the process for computing has ended; what it was to do is done here")
            return None
        return done

    def _start(self) -> subprocess.Popen[bytes]:
        # Isolated: whatever lies in the folder where an editor was started is nothing to be imported.
        program = _PROGRAM.format(__name__)
        command = [sys.executable, "-I", "-c", program, json.dumps(sys.path), str(self._nice)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603  (our own)


def _stopped() -> Unavailable:
    return Unavailable("It was stopped.", "Start it again.")


def _forget(process: subprocess.Popen[bytes] | None) -> None:
    """Close what led to a process that has ended."""
    if process is not None:
        with suppress(OSError):  # There may be a question that it never read.
            process.communicate()


def serve(nice: int) -> None:
    """What the process does: answer until its input ends, and leave in the middle of anything then."""
    os.nice(nice)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # Whatever prints must not speak in our name.
    questions = sys.stdin.buffer
    asked: queue.SimpleQueue[tuple[Callable[..., object], tuple[object, ...], dict[str, object]]]
    asked = queue.SimpleQueue()

    def listen() -> None:
        while True:
            try:
                asked.put(_read(questions))
            except (EOFError, OSError):
                os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        function, args, named = asked.get()
        try:
            done = (function(*args, **named),)
        except Exception:  # noqa: BLE001  (a fence: who asked does it again, and meets it himself)
            done = None
        _write(answers, done)


def _write(stream: IO[bytes], value: object) -> None:
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    stream.write(len(data).to_bytes(_SIZE, "big") + data)
    stream.flush()


def _read(stream: IO[bytes]) -> Any:  # noqa: ANN401  (values of any kind, each known to who asked)
    """Whatever was written. Raise ``EOFError`` at the end."""
    size = stream.read(_SIZE)
    data = stream.read(int.from_bytes(size, "big"))
    if len(size) < _SIZE:
        raise EOFError
    return pickle.loads(data)  # noqa: S301  (from a process of our own, through a pipe that nobody else has)
