"""Steady uploads: so many a second, whether they are answered or not, each known by its X-Request-ID. Judges nothing."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event, Thread
from types import TracebackType
from typing import Final, Self

import httpx

from samples.generate import sample_invoices

ANSWER_SECONDS: Final = 60.0
"""Twice the time that an upload may take: no answer by then is none."""
LARGEST: Final = 8000


@dataclass(slots=True)
class Sent:
    """One upload. Times are `time.time()`. `status` is None when no answer came, `reached` False when nobody took it."""

    name: str
    content: bytes
    started: float
    ended: float = 0.0
    status: int | None = None
    code: str = ""
    request_id: str | None = None
    reached: bool = True

    @property
    def accepted(self) -> bool:
        return self.request_id is not None

    @property
    def refused(self) -> bool:
        """Told so, or never taken; one that got no answer may be either."""
        return not self.accepted and (self.status is not None or not self.reached)


def small_invoices(count: int) -> list[bytes]:
    """PDFs of some kilobytes whose text can be read, so that the faults are measured and not the reading."""
    found: list[bytes] = []
    seed = 100
    while len(found) < count:
        samples = sample_invoices(seed=seed, count=10)
        found += [sample.pdf for sample in samples if sample.kind == "plain" and len(sample.pdf) < LARGEST]
        seed += 1
    return found[:count]


class SteadyLoad:
    """A context in which uploads go to `url`; at its end each has its answer, or none. `name` tells them from all others."""

    def __init__(self, url: str, name: str, invoices: Sequence[bytes], rate: float) -> None:
        self._url, self._name, self._invoices, self._rate = url, name, invoices, rate
        self._stop = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._run()), name="uploads")
        self.sent: list[Sent] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """No more; returns when the last one is answered."""
        self._stop.set()
        self._thread.join()

    async def _run(self) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
        async with (
            httpx.AsyncClient(base_url=self._url, timeout=ANSWER_SECONDS, limits=limits) as client,
            asyncio.TaskGroup() as uploads,
        ):
            began = time.monotonic()
            while not self._stop.is_set():
                number = len(self.sent)
                # unlike every other: what stands behind the end of a PDF is no part of it
                content = self._invoices[number % len(self._invoices)] + f"\n%% {self._name} {number}\n".encode()
                sent = Sent(f"{self._name}-{number}", content, time.time())
                self.sent.append(sent)
                uploads.create_task(_upload(client, sent))
                await asyncio.sleep(max(0.0, began + len(self.sent) / self._rate - time.monotonic()))


async def _upload(client: httpx.AsyncClient, sent: Sent) -> None:
    files = {"file": (f"{sent.name}.pdf", sent.content, "application/pdf")}
    try:
        answer = await client.post("/api/v1/ingest/upload", files=files, headers={"X-Request-ID": sent.name})
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        sent.reached, sent.code = False, type(error).__name__
    except httpx.TransportError as error:
        sent.code = type(error).__name__
    else:
        sent.status = answer.status_code
        if answer.status_code == 202:
            sent.request_id = answer.json()["request_id"]
        elif answer.headers.get("content-type", "").startswith("application/problem+json"):
            sent.code = answer.json()["code"]
    sent.ended = time.time()
