"""Connections that die without a word: a relay that stops handing on what is under way, and serves new connections as before.

What toxiproxy cannot do: its toxics end for every connection at once.
"""

import selectors
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from typing import Final

PIECE: Final = 65536
LOOK_SECONDS: Final = 0.2


class Relay:
    """To the service at `to`; `port` is where it listens."""

    def __init__(self, to: tuple[str, int]) -> None:
        self._to = to
        self._server = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._server.getsockname()[1])
        self._lock = Lock()
        self._generation = Event()
        self._ended = Event()
        self._threads = [Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    def let_die(self) -> None:
        """Of the next message on every connection half arrives, then nothing, ever; none is closed."""
        with self._lock:
            self._generation.set()
            self._generation = Event()

    def close(self) -> None:
        self._ended.set()
        self._server.close()
        for thread in self._threads:
            thread.join(5)

    def _serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                here, _ = self._server.accept()
                with self._lock:
                    thread = Thread(target=self._hand_on, args=(here, self._generation), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _hand_on(self, here: socket.socket, dead: Event) -> None:
        with suppress(OSError), here, socket.create_connection(self._to) as there, selectors.DefaultSelector() as ready:
            ready.register(here, selectors.EVENT_READ, there)
            ready.register(there, selectors.EVENT_READ, here)
            while not self._ended.is_set():
                for key, _ in ready.select(LOOK_SECONDS):
                    source, other = key.fileobj, key.data
                    assert isinstance(source, socket.socket)
                    data = source.recv(PIECE)
                    if not data:
                        return
                    if dead.is_set():
                        other.sendall(data[: len(data) // 2])
                        self._ended.wait()  # open, and silent
                        return
                    other.sendall(data)


@contextmanager
def relay(to: tuple[str, int]) -> Iterator[Relay]:
    made = Relay(to)
    try:
        yield made
    finally:
        made.close()
