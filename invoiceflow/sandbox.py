"""Processes with limits for work on files from outside: a hostile file may hang, eat memory or kill its process, and costs
only itself. Knows nothing of PDFs; what runs inside is handed in by name.
"""

import multiprocessing
import resource
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

P = ParamSpec("P")
T = TypeVar("T")


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
        self._limits = limits
        self._in_hand: set[Future[Any]] = set()
        self._pool = ProcessPool(
            max_workers=workers,
            max_tasks=limits.renew_after,
            initializer=_confine,
            initargs=[limits.memory_bytes],
            context=context,
        )

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Runs `function` in a limited process. The future gives its result or raises its own exception, or a SandboxError."""
        future: Future[T] = self._pool.schedule(function, args=args, kwargs=kwargs, timeout=self._limits.wall_seconds)
        translated: Future[T] = Future()
        translated.set_running_or_notify_cancel()
        self._in_hand.add(translated)
        translated.add_done_callback(self._in_hand.discard)
        future.add_done_callback(lambda done: _hand_over(done, translated))
        return translated

    def close(self) -> None:
        """Stops the processes at once; work in hand ends with SandboxCrashed."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble's base class has no annotations
        self._pool.join()
        for future in list(self._in_hand):  # a stopped pool leaves its futures unresolved: nobody may wait on one for ever
            with suppress(InvalidStateError):
                future.set_exception(SandboxCrashed("the sandbox was closed"))


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
    except (ProcessExpired, CancelledError) as error:
        to.set_exception(SandboxCrashed(f"the process that did the work died ({error})"))
    except InvalidStateError:
        raise
    except BaseException as error:  # noqa: BLE001  whatever the work raised belongs to the caller
        to.set_exception(error)
