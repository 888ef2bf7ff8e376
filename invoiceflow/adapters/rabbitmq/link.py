"""One connection to RabbitMQ in a thread of its own, and its channels, for callers in any thread. Knows no queue.

pika is not safe among threads: everything that touches a connection runs in its thread. That thread does nothing else, so
heartbeats are kept however long the work takes that the messages cause.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Any, Final

from pika import SelectConnection
from pika.adapters.select_connection import IOLoop
from pika.exceptions import AMQPError, ChannelClosedByBroker

from invoiceflow.adapters.rabbitmq.location import CONNECT_SECONDS, RabbitLocation, RabbitNode
from invoiceflow.ports.unavailable import Unavailable

ROLE: Final = "queue"
ANSWER_SECONDS: Final = 5.0
CLOSE_SECONDS: Final = 2.0

logger = logging.getLogger(__name__)


class Refused(Exception):
    """RabbitMQ closed a channel instead of answering. `code`: 403 forbidden, 404 not found, 406 precondition failed."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text

    def __str__(self) -> str:
        return f"RabbitMQ answered {self.code}: {self.text}"


class Answer:
    """What a caller waits for; the first word counts. Given by the connection's thread."""

    def __init__(self) -> None:
        self._future: Future[Any] = Future()

    def give(self, value: Any = None) -> None:
        if not self._future.done():
            self._future.set_result(value)

    def fail(self, error: Exception) -> None:
        if not self._future.done():
            self._future.set_exception(error)

    def wait(self, seconds: float) -> Any:
        """Raises what it was failed with, and Unavailable when nothing came in time."""
        try:
            return self._future.result(max(0.0, seconds))
        except TimeoutError:
            raise Unavailable(ROLE, f"RabbitMQ gave no answer within {seconds:.1f} s") from None


class Link:
    """An open connection, for as long as it lasts: a lost one is not opened again, callers open another.

    Opened by the constructor, which raises Unavailable. `purpose` is what RabbitMQ's own pages call it.
    """

    def __init__(self, location: RabbitLocation, node: RabbitNode, purpose: str, seconds: float = CONNECT_SECONDS) -> None:
        self._node = node
        self._lock = Lock()
        self._waiting: set[Answer] = set()
        self._lost: str | None = None
        self._given_up = False
        self.blocked: str | None = None
        """Why RabbitMQ takes no messages now (it is short of memory or disk); None when it does."""
        try:
            parameters = location.parameters(node, purpose)
        except OSError as error:
            raise Unavailable(ROLE, f"the certificates to trust cannot be read: {error}") from error
        self._when_blocked: list[Callable[[str], None]] = []
        self._opened = Answer()
        self._loop = IOLoop()
        self._connection: Any = None
        self._thread = Thread(target=self._run, args=(parameters,), name=f"rabbitmq {purpose}", daemon=True)
        self._thread.start()
        try:
            self._opened.wait(seconds)
        except Unavailable:
            self._given_up = True  # opens it after all, it is closed at once
            raise

    @property
    def is_lost(self) -> bool:
        return self._lost is not None

    def check(self) -> None:
        """Raises Unavailable when the connection is lost."""
        if self._lost is not None:
            raise Unavailable(ROLE, self._lost)

    def ask(self, start: Callable[[Answer], None], seconds: float = ANSWER_SECONDS) -> Any:
        """Runs `start` in the connection's thread and returns what its answer is given. Raises Unavailable."""
        answer = Answer()

        def begin() -> None:
            try:
                start(answer)
            except Exception as error:  # noqa: BLE001  it would end the connection's thread; its caller is told
                answer.fail(Unavailable(ROLE, _words(error)))

        with self._lock:
            self.check()
            self._waiting.add(answer)
            self._loop.add_callback_threadsafe(begin)
        try:
            return answer.wait(seconds)
        finally:
            with self._lock:
                self._waiting.discard(answer)

    def when_blocked(self, work: Callable[[str], None]) -> None:
        """`work` is called with the reason, in the connection's thread, when RabbitMQ takes no messages any more."""
        self._when_blocked.append(work)

    def soon(self, work: Callable[[], None]) -> None:
        """Runs `work`, which must not fail, in the connection's thread, if there still is one; does not wait for it."""
        with self._lock:
            if self._lost is None:
                self._loop.add_callback_threadsafe(work)

    def channel(self, seconds: float = ANSWER_SECONDS) -> "LinkChannel":
        """A new channel. Raises Unavailable."""

        def start(answer: Answer) -> None:
            self._connection.channel(on_open_callback=lambda raw: answer.give(LinkChannel(self, raw)))

        made: LinkChannel = self.ask(start, seconds)
        return made

    def close(self) -> None:
        """Says goodbye, if it can be said; does not raise."""

        def goodbye() -> None:
            if self._connection.is_open:
                self._connection.close()

        with self._lock:
            if self._lost is not None:
                return
            self._loop.add_callback_threadsafe(goodbye)
        self._thread.join(CLOSE_SECONDS)
        self.soon(self._hang_up)  # the other end is silent

    def _hang_up(self) -> None:
        transport = getattr(self._connection, "_transport", None)  # pika has no public name for it
        if transport is None:
            self._loop.stop()
        else:
            transport.abort()  # pika tells `_on_end`

    def _run(self, parameters: Any) -> None:
        try:
            self._connection = SelectConnection(
                parameters,
                on_open_callback=self._on_open,
                on_open_error_callback=self._on_end,
                on_close_callback=self._on_end,
                custom_ioloop=self._loop,
            )
            self._loop.start()
        except Exception as error:
            logger.exception("The connection's thread ended by a fault of ours")
            self._end(_words(error))
        finally:
            self._end("the connection was closed")  # nobody asks the loop for anything from here on
            self._loop.close()

    def _on_open(self, connection: Any) -> None:
        if self._given_up:
            connection.close()
            return
        connection.add_on_connection_blocked_callback(self._on_blocked)
        connection.add_on_connection_unblocked_callback(self._on_unblocked)
        self._opened.give()

    def _on_blocked(self, _: Any, frame: Any) -> None:
        self.blocked = f"RabbitMQ takes no messages now ({frame.method.reason})"
        logger.warning(self.blocked)
        for work in self._when_blocked:
            work(self.blocked)

    def _on_unblocked(self, *_: Any) -> None:
        self.blocked = None

    def _on_end(self, _: Any, error: BaseException) -> None:
        self._end(f"RabbitMQ at {self._node} cannot be reached: {_words(error)}")
        self._loop.call_later(0, self._loop.stop)  # what pika has still to close comes before

    def _end(self, reason: str) -> None:
        with self._lock:
            if self._lost is not None:
                return
            self._lost = reason
            waiting = list(self._waiting)
        for answer in (*waiting, self._opened):
            answer.fail(Unavailable(ROLE, reason))


class LinkChannel:
    """A channel, used by callers in any thread. One that RabbitMQ closed is of no more use."""

    def __init__(self, link: Link, raw: Any) -> None:
        self.link = link
        self._raw = raw
        self._waiting: set[Answer] = set()  # touched by the connection's thread only
        self._closed: Exception | None = None
        self._on_close: list[Callable[[], None]] = []
        raw.add_on_close_callback(self._end)

    def ask(self, start: Callable[[Any, Answer], None], seconds: float = ANSWER_SECONDS) -> Any:
        """Runs `start` with pika's channel in the connection's thread. Raises Unavailable; Refused when RabbitMQ closes it."""
        mine: list[Answer] = []

        def begin(answer: Answer) -> None:
            if self._closed is not None:
                answer.fail(self._closed)
                return
            mine.append(answer)
            self._waiting.add(answer)
            start(self._raw, answer)

        def forget() -> None:
            self._waiting.difference_update(mine)

        try:
            return self.link.ask(begin, seconds)
        finally:
            self.link.soon(forget)

    @property
    def is_closed(self) -> bool:
        return self._closed is not None

    @property
    def reason(self) -> str:
        """Why it is closed."""
        return str(self._closed)

    def on_close(self, work: Callable[[], None]) -> None:
        """`work` is called in the connection's thread when the channel is gone, by whosever doing."""
        self._on_close.append(work)

    def close(self) -> None:
        """Returns when RabbitMQ has done all that was asked of it on this channel. Raises Unavailable."""

        def start(raw: Any, answer: Answer) -> None:
            raw.add_on_close_callback(lambda *_: answer.give())
            raw.close()

        try:
            self.ask(start)
        except Refused as error:
            raise Unavailable(ROLE, str(error)) from error

    def _end(self, _: Any, error: BaseException) -> None:
        refused = isinstance(error, ChannelClosedByBroker)
        self._closed = Refused(error.reply_code, error.reply_text) if refused else Unavailable(ROLE, _words(error))  # type: ignore[attr-defined]  # refused says which it is
        for answer in list(self._waiting):
            if refused:
                answer.fail(self._closed)
        for work in self._on_close:
            work()


def _words(error: BaseException) -> str:
    """pika wraps errors in errors; the innermost says what happened."""
    while isinstance(error, AMQPError) and error.args and isinstance(error.args[-1], BaseException):
        error = error.args[-1]
    nested = getattr(error, "exceptions", None)
    if nested:
        return _words(nested[-1])
    inner = getattr(error, "exception", None)
    if isinstance(inner, BaseException):
        return _words(inner)
    return f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(": ")
