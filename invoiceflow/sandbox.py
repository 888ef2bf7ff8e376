"""Processes with limits for work on files from outside: a hostile file may hang, eat memory or kill its process, and costs
only itself. Knows nothing of PDFs; what runs inside is handed in by name.

Each process has a pipe and a thread of its own, nothing is shared: pebble's pool, which stood here, shares one pipe and its
locks, and a process killed at the wrong moment took other work with it, or the whole pool (both seen).
"""

import logging
import multiprocessing
import os
import pickle
import resource
import signal
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

START_SECONDS: Final = 60.0
"""A process that has not begun on its work by then never will."""
STARTS: Final = 3
"""Processes that may die before they begin on a piece of work, until the piece is given up."""
PATIENCE: Final = 4
LARGEST_ANSWER: Final = 256 * 1024 * 1024

logger = logging.getLogger(__name__)


class SandboxError(Exception):
    """The work did not end by itself."""


class SandboxTimeout(SandboxError):
    """It took longer than it may, of processor time or by the clock, and was killed."""


class SandboxOutOfMemory(SandboxError):
    """It asked for more memory than it may have."""


class SandboxCrashed(SandboxError):
    """Its process died (a crash in native code, the kernel's OOM killer, or kill -9), or the sandbox was closed."""


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """Of one process: address space in bytes, and of one piece of work: seconds by the clock, and of processor time where
    `cpu_seconds` is given. After `renew_after` pieces of work a process is replaced by a fresh one, so that what native code
    leaks stays bounded. `niceness` is added to the parent's (0 to 19): work that nobody waits for gives way to work that
    somebody does."""

    memory_bytes: int
    wall_seconds: float
    renew_after: int = 500
    niceness: int = 0
    cpu_seconds: float | None = None

    @classmethod
    def patient(cls, memory_bytes: int, seconds: float, *, renew_after: int = 500, niceness: int = 0) -> "SandboxLimits":
        """For work that nobody waits for: `seconds` of processor time, four times as long by the clock. A busy machine then
        gives later answers, not fewer (seen: at a load of seven a scanned page that takes 8 s was given up after 30)."""
        return cls(memory_bytes, PATIENCE * seconds, renew_after, niceness, seconds)


@dataclass(slots=True)
class _Piece:
    future: "Future[Any]"
    call: bytes


class Sandbox:
    """`workers` limited processes. `preload` names the modules they start with, so that the first work is not the slow one.

    Safe to use from many threads. A process that dies is replaced and fails only the work it had begun.
    """

    def __init__(self, workers: int, limits: SandboxLimits, preload: Sequence[str] = ()) -> None:
        # forkserver: cheap to start again after a kill, and nothing of the parent (sockets, locks, threads) is inherited
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["invoiceflow.sandbox", *preload])
        self._waiting: SimpleQueue[_Piece | None] = SimpleQueue()
        self._guard = Lock()
        self._closed = False
        self._servants = [_Servant(context, limits, self._waiting) for _ in range(workers)]
        for servant in self._servants:
            servant.thread.start()

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Runs `function` in a limited process. The future gives its result or raises its own exception, or a SandboxError.

        Raises what pickle raises when the call cannot be sent to another process.
        """
        piece = _Piece(Future(), pickle.dumps((function, args, kwargs)))
        with self._guard:
            if self._closed:
                piece.future.set_exception(SandboxCrashed("the sandbox is closed"))
            else:
                self._waiting.put(piece)
        return piece.future

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def workers(self) -> int:
        return len(self._servants)

    def close(self) -> None:
        """Stops the processes at once; work in hand and waiting ends with SandboxCrashed."""
        with self._guard:
            self._closed = True
        try:
            while True:
                if (piece := self._waiting.get_nowait()) is not None and piece.future.set_running_or_notify_cancel():
                    piece.future.set_exception(SandboxCrashed("the sandbox was closed"))
        except Empty:
            pass
        for servant in self._servants:
            servant.stop()
        for _ in self._servants:
            self._waiting.put(None)
        for servant in self._servants:
            servant.thread.join(10)


class _Servant:
    """The thread of one process: hands it one piece of work after the other, watches the clock, replaces it."""

    def __init__(self, context: ForkServerContext, limits: SandboxLimits, waiting: "SimpleQueue[_Piece | None]") -> None:
        self.thread = Thread(target=self._serve, name="sandbox", daemon=True)
        self._context = context
        self._limits = limits
        self._waiting = waiting
        self._guard = Lock()
        self._stopped = False
        self._process: ForkServerProcess | None = None
        self._pipe: Connection | None = None
        self._done = 0

    def stop(self) -> None:
        with self._guard:
            self._stopped = True
            if self._process is not None:
                self._process.kill()

    def _serve(self) -> None:
        self._try_to_start()  # before the first work comes
        while (piece := self._waiting.get()) is not None:
            if not piece.future.set_running_or_notify_cancel():
                continue
            try:
                result = self._do(piece.call)
            except BaseException as error:  # noqa: BLE001  whatever the work raised belongs to the caller
                piece.future.set_exception(error)
            else:
                piece.future.set_result(result)
            del piece
        self._end()

    def _do(self, call: bytes) -> Any:
        for _ in range(STARTS):
            pipe = self._pipe or self._try_to_start()
            if pipe is not None and self._begun(pipe, call):
                return self._answer(pipe)
            self._end()  # it died while it was idle, or never came up: not by this work's fault
        raise SandboxCrashed("no process for the work could be started")

    def _begun(self, pipe: Connection, call: bytes) -> bool:
        try:
            pipe.send_bytes(call)
            return pipe.poll(START_SECONDS) and pipe.recv_bytes(1) == b""
        except (OSError, EOFError):
            return False

    def _answer(self, pipe: Connection) -> Any:
        self._done += 1
        try:
            if not pipe.poll(self._limits.wall_seconds):
                self._end()
                raise SandboxTimeout("the work was stopped at its time limit")
            failed, value = pickle.loads(pipe.recv_bytes(LARGEST_ANSWER))  # noqa: S301  our own process wrote it
        except SandboxTimeout:
            raise
        except Exception as error:
            process = self._process
            self._end()
            if process is not None and process.exitcode == -signal.SIGPROF:
                raise SandboxTimeout("the work was stopped at its limit of processor time") from error
            raise SandboxCrashed(f"the process that did the work died ({type(error).__name__})") from error
        if isinstance(value, MemoryError) and failed:
            self._end()  # what is left of its memory is in pieces
            raise SandboxOutOfMemory("the work asked for more memory than it may have") from value
        if self._done >= self._limits.renew_after:
            self._end()
            self._try_to_start()
        if failed:
            raise value
        return value

    def _try_to_start(self) -> Connection | None:
        with self._guard:
            if self._stopped:
                return None
            ours, theirs = self._context.Pipe()
            process = self._context.Process(target=_work, args=(theirs, self._limits), daemon=True)
            try:
                process.start()
            except (OSError, EOFError) as error:
                logger.warning("A sandbox process could not be started: %s", error)
                ours.close()
                time.sleep(0.5)  # short of memory or processes: not at once again
                return None
            finally:
                theirs.close()
            self._process, self._pipe, self._done = process, ours, 0
            return ours

    def _end(self) -> None:
        with self._guard:
            process, pipe, self._process, self._pipe = self._process, self._pipe, None, None
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.kill()
            process.join(5)


def _work(pipe: Connection, limits: SandboxLimits) -> None:
    """In the process: one call after the other, each acknowledged before it begins, until the pipe ends."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(limits.niceness)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides when workers stop
    while True:
        try:
            call = pipe.recv_bytes()
            pipe.send_bytes(b"")
        except (OSError, EOFError):  # the parent is gone
            return
        signal.alarm(int(limits.wall_seconds) + 10)  # ends it even when nobody is left to do so
        signal.setitimer(signal.ITIMER_PROF, limits.cpu_seconds or 0)  # SIGPROF ends native code as well
        answer = _called(call)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        try:
            pipe.send_bytes(answer)
        except OSError:
            return


def _called(call: bytes) -> bytes:
    try:
        function, args, kwargs = pickle.loads(call)  # noqa: S301  from the parent
        return pickle.dumps((False, function(*args, **kwargs)))
    except BaseException as error:  # noqa: BLE001  whatever the work raised belongs to the caller
        error.add_note("".join(["In the sandbox:\n", *traceback.format_exception(error)]))
        try:
            answer = pickle.dumps((True, error))
            pickle.loads(answer)  # noqa: S301  an exception may pickle and not come back
        except Exception:  # noqa: BLE001  an exception that cannot travel is told in words
            return pickle.dumps((True, RuntimeError(repr(error))))
        return answer
