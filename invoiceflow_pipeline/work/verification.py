"""All originals held against their SHA-256, in portions: what was verified is remembered, so that a run may end anywhere."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from invoiceflow.bootstrap import System
from invoiceflow.domain.ingestion import Ingestion
from invoiceflow.ports.alert_outbox import Alert
from invoiceflow.ports.object_store import NoSuchObject, ObjectStore

PORTION: Final = 200
EVERY: Final = timedelta(days=7)
BYTES_PER_SECOND: Final = 50_000_000
"""On average at the most: the store and the network are for uploads first."""
NAMED: Final = 50
"""Altered or missing originals that are named; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the verification has come. `after` is the last ingestion verified, None at the beginning; `finished_at` is when
    all were (ISO 8601), None while under way; `faults` counts altered and missing ones, of which `named` are some.
    `known_faults` are those that the pass before found: until this one is finished they may still be there."""

    after: str | None = None
    finished_at: str | None = None
    verified: int = 0
    faults: int = 0
    named: tuple[str, ...] = ()
    known_faults: int = 0

    @property
    def is_intact(self) -> bool:
        """Whether no fault is known, neither of this pass nor of the one before while this one is under way."""
        return self.faults == 0 and (self.finished_at is not None or self.known_faults == 0)

    @classmethod
    def parse(cls, text: str | None) -> "Progress":
        """The progress of a text; none yet for none."""
        if not text:
            return cls()
        given = json.loads(text)
        return cls(**{**given, "named": tuple(given["named"])})

    def text(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self))


def is_due(progress: Progress, now: datetime) -> bool:
    """Whether to verify now: never done, under way, or a week ago."""
    return progress.finished_at is None or now - datetime.fromisoformat(progress.finished_at) >= EVERY


def verify_originals(
    system: System,
    progress: Progress,
    *,
    now: Callable[[], datetime],
    clock: Callable[[], float],
    pause: Callable[[float], None],
    seconds: float,
    on_progress: Callable[[Progress], None],
) -> Progress:
    """Goes on where `progress` ends (anew when it had finished) until all are verified or `seconds` have passed.

    Each altered or missing original raises an alert, once. `on_progress` is called after each portion. Raises Unavailable.
    """
    if progress.finished_at is not None:
        progress = Progress(known_faults=progress.faults)
    started = clock()
    while clock() - started < seconds:
        portion = system.ingestions.page(UUID(progress.after) if progress.after else None, PORTION)
        if not portion:
            progress = replace(progress, finished_at=now().isoformat())
            on_progress(progress)
            break
        portion_started, size = clock(), 0
        for ingestion in portion:
            fault = fault_of(system, ingestion)
            size += ingestion.size
            progress = replace(progress, after=str(ingestion.id), verified=progress.verified + 1)
            if fault is not None:
                if "originals" in system.settings.alert_kinds:
                    system.alerts.add([_alert(system, ingestion, fault)], now())
                named = (*progress.named, f"{ingestion.id}: {fault}")[:NAMED]
                progress = replace(progress, faults=progress.faults + 1, named=named)
        on_progress(progress)
        pause(max(0.0, size / BYTES_PER_SECOND - (clock() - portion_started)))
    return progress


def fault_of(system: System, ingestion: Ingestion) -> str | None:
    """What is wrong with an original: `altered`, `missing`, or None. Raises Unavailable."""
    if not ingestion.sha256:  # a row that was not made by an upload: there is nothing to hold it against
        return None
    try:
        return None if _sha256(system.objects, ingestion.s3_key) == ingestion.sha256 else "altered"
    except NoSuchObject:
        # a refused upload's row is removed after its object
        return None if system.ingestions.get(ingestion.id) is None else "missing"


def wait(seconds: float) -> None:
    """The pause of a real run."""
    time.sleep(seconds)


def _sha256(objects: ObjectStore, key: str) -> str:
    digest = hashlib.sha256()
    for piece in objects.stream(key):
        digest.update(piece)
    return digest.hexdigest()


def _alert(system: System, ingestion: Ingestion, fault: str) -> Alert:
    body = f"{ingestion.filename} ({ingestion.id}): the stored original is {fault} (key {ingestion.s3_key})."
    url = f"{system.settings.query_base_url}/api/v1/invoices/{ingestion.id}"
    return Alert(f"file.{fault}:{ingestion.id}", f"Original {fault}", body, url=url)
