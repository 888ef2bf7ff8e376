"""Processes with limits for work on files from outside: a hostile file may hang, eat memory or kill its process, and costs
only itself. Knows nothing of PDFs; what runs inside is handed in by name.
"""

import logging
import multiprocessing
import resource
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, InvalidStateError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Any, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger(__name__)


class SandboxError(Exception):
    """The work did not end by itself."""


class SandboxTimeout(SandboxError):
    """It took longer than its wall time and was killed."""


class SandboxOutOfMemory(SandboxError):
    """It asked for more memory than it may have."""


class SandboxCrashed(SandboxError):
    """Its process died (a crash in native code, the CPU limit, the kernel's OOM killer, or kill -9)."""


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """Of one process: address space in bytes, and of one piece of work: wall time in seconds. After `renew_after` pieces of
    work a process is replaced by a fresh one, so that what native code leaks stays bounded."""

    memory_bytes: int
    wall_seconds: float
    renew_after: int = 500


class Sandbox:
    """`workers` limited processes. `preload` names the modules they start with, so that the first work is not the slow one.

    Safe to use from many threads. A worker that dies is replaced and fails only the work it had in hand.
    """

    def __init__(self, workers: int, limits: SandboxLimits, preload: Sequence[str] = ()) -> None:
        # forkserver: cheap to start again after a kill, and nothing of the parent (sockets, locks, threads) is inherited
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["invoiceflow.sandbox", *preload])
        self._workers = workers
        self._limits = limits
        self._context = context
        self._in_hand: set[Future[Any]] = set()
        self._opening = Lock()
        self._pool: ProcessPool | None = None
        self._endings: list[Thread] = []
        self._closed = False

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Runs `function` in a limited process. The future gives its result or raises its own exception, or a SandboxError."""
        translated: Future[T] = Future()
        translated.set_running_or_notify_cancel()
        self._in_hand.add(translated)
        translated.add_done_callback(self._in_hand.discard)
        self._start(
            translated, lambda pool: pool.schedule(function, args=args, kwargs=kwargs, timeout=self._limits.wall_seconds)
        )
        return translated

    def close(self) -> None:
        """Stops the processes at once; work in hand ends with SandboxCrashed."""
        with self._opening:
            self._closed = True
        if self._pool is not None:
            _end(self._pool)
        for ending in self._endings:
            ending.join(5)
        for future in list(self._in_hand):  # a stopped pool leaves its futures unresolved: nobody may wait on one for ever
            with suppress(InvalidStateError):
                future.set_exception(SandboxCrashed("the sandbox was closed"))

    def _start(self, to: "Future[T]", schedule: "Callable[[ProcessPool], Future[T]]", tries: int = 3) -> None:
        try:
            future = schedule(self._open_pool())
        except SandboxCrashed as error:
            with suppress(InvalidStateError):  # closing has ended it already
                to.set_exception(error)
            return
        except RuntimeError as error:  # the pool broke between the look at it and its use
            if tries <= 1:
                to.set_exception(SandboxCrashed(f"the sandbox cannot be opened ({error})"))
                return
            self._start(to, schedule, tries - 1)
            return

        def over(done: "Future[T]") -> None:
            if tries > 1 and not done.cancelled() and isinstance(done.exception(), BrokenProcessPool):
                self._start(to, schedule, tries - 1)  # not by its own fault: that would have been ProcessExpired
            else:
                _hand_over(done, to)

        future.add_done_callback(over)

    def _open_pool(self) -> ProcessPool:
        # an idle process that is killed from outside (the kernel's OOM killer) breaks pebble's pool for good: a fresh one
        with self._opening:
            if self._closed:
                raise SandboxCrashed("the sandbox is closed")
            if self._pool is not None and not self._pool.active:
                logger.warning("The sandbox broke and is opened again")
                # not here: this may be one of its own threads
                ending = Thread(target=_end, args=[self._pool], name="end-broken-pool", daemon=True)
                ending.start()
                self._endings.append(ending)
                self._pool = None
            if self._pool is None:
                self._pool = ProcessPool(
                    max_workers=self._workers,
                    max_tasks=self._limits.renew_after,
                    initializer=_confine,
                    initargs=[self._limits.memory_bytes],
                    context=self._context,
                )
            return self._pool


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]  # pebble's base class has no annotations
    pool.join()


def _confine(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides when workers stop


def _hand_over(done: "Future[T]", to: "Future[T]") -> None:
    with suppress(InvalidStateError):  # closed meanwhile
        _translate(done, to)


def _translate(done: "Future[T]", to: "Future[T]") -> None:
    try:
        to.set_result(done.result())
    except TimeoutError:
        to.set_exception(SandboxTimeout("the work was stopped at its time limit"))
    except MemoryError:
        to.set_exception(SandboxOutOfMemory("the work asked for more memory than it may have"))
    except (ProcessExpired, BrokenProcessPool, CancelledError) as error:
        to.set_exception(SandboxCrashed(f"the process that did the work died ({error})"))
    except InvalidStateError:
        raise
    except BaseException as error:  # noqa: BLE001  whatever the work raised belongs to the caller
        to.set_exception(error)
