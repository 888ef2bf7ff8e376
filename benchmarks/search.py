"""Ten typical searches over 100,000 invoices, each with every facet: OpenSearch and the embedded PostgreSQL in one run.

Invented invoices with a Zipf vocabulary; each repeat asks for other words. Starts both services itself: a JDK 21 and Maven
are needed. INVOICEFLOW_BENCH_DOCUMENTS: another number.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from typing import Final
from uuid import UUID

from benchmarks.load import quantile
from invoiceflow import migrations
from invoiceflow.adapters.embedded_postgres import EmbeddedPostgres
from invoiceflow.adapters.opensearch.connection import OpenSearchLocation
from invoiceflow.adapters.opensearch.index import OpenSearchIndex
from invoiceflow.adapters.postgres_search import PostgresSearch
from invoiceflow.database import Database
from invoiceflow.domain.extraction import StoredExtraction
from invoiceflow.domain.ingestion import Ingestion, IngestionStatus
from invoiceflow.domain.invoice import Finding, Invoice, InvoiceLine, Party, Severity, Totals
from invoiceflow.domain.search.document import SearchDocument, search_document
from invoiceflow.domain.search.query import FACETS, Search
from invoiceflow.ports.search_index import SearchIndex

DOCUMENTS: Final = int(os.environ.get("INVOICEFLOW_BENCH_DOCUMENTS", "100000"))
PORTION: Final = 500
REPEATS: Final = 40
WARM_UP: Final = 5
WORDS_EACH: Final = 145
BEGIN: Final = datetime(2024, 1, 1, tzinfo=UTC)
SCRIPT: Final = Path(__file__).parents[1] / "deploy" / "services" / "opensearch.py"

Ask = Callable[[], Search]


def measure(folder: Path) -> dict[str, object]:
    with _opensearch(folder / "opensearch") as url, _database(folder / "postgres") as database:
        opensearch = OpenSearchIndex(OpenSearchLocation.parse(url))
        postgres = PostgresSearch(database)
        invented = Invented(random.Random(7))
        seconds = _fill((opensearch, postgres), invented)
        opensearch.refresh()
        with database.session("benchmark") as connection:
            connection.execute("VACUUM ANALYZE search_documents")
        results = {name: _compared(opensearch, postgres, ask) for name, ask in invented.questions().items()}
        opensearch.close()
    return {
        "documents": DOCUMENTS,
        "load_per_second": {"opensearch": round(DOCUMENTS / seconds[0]), "postgres": round(DOCUMENTS / seconds[1])},
        "milliseconds": results,
        "slowest_p95": {
            engine: max(float(one[f"{engine}_p95"]) for one in results.values()) for engine in ("opensearch", "postgres")
        },
    }


class Invented:
    """Invoices and what is asked about them, from one source of chance."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._phrases: list[str] = []
        syllables = [one + two for one in "bdfgklmnprstvwz" for two in ("a", "e", "i", "o", "u", "au", "ei", "er", "en", "or")]
        self._words = list(dict.fromkeys("".join(chance.choices(syllables, k=chance.randint(2, 5))) for _ in range(45_000)))
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self._words) + 1)))
        self._sellers = [f"{self._words[-n].title()} {self._words[n + 500].title()} GmbH" for n in range(1, 3001)]
        self._seller_weights = list(accumulate(1 / (rank + 10) for rank in range(len(self._sellers))))

    def words(self, count: int) -> list[str]:
        return self._chance.choices(self._words, cum_weights=self._weights, k=count)

    def seller(self) -> str:
        return self._chance.choices(self._sellers, cum_weights=self._seller_weights)[0]

    def document(self, serial: int) -> SearchDocument:
        chance = self._chance
        issued = BEGIN.date() + timedelta(days=serial * 700 // DOCUMENTS)
        net = Decimal(chance.randint(100, 900_000)).scaleb(-2)
        lines = tuple(InvoiceLine(description=" ".join(self.words(4))) for _ in range(chance.randint(1, 7)))
        codes = chance.choices([(), ("totals.do_not_add_up",), ("seller.no_vat_identifier", "duplicate.same_file")], [8, 1, 1])[
            0
        ]
        if serial % 100 == 0:
            self._phrases.append(" ".join((lines[0].description or "").split()[:2]))
        invoice = Invoice(
            number=number(serial),
            issue_date=issued,
            payment_due_date=issued + timedelta(days=30),
            currency_code=chance.choices(["EUR", "USD", "CHF", "PLN", None], [80, 8, 6, 4, 2])[0],
            seller=Party(name=self.seller(), vat_identifier=f"DE{chance.randint(10**8, 10**9 - 1)}"),
            buyer=Party(name=self._sellers[serial % 40]),
            totals=Totals(without_tax=net, tax=net * Decimal("0.19"), with_tax=round(net * Decimal("1.19"), 2)),
            lines=lines,
            findings=tuple(Finding(code, Severity.WARNING, code) for code in codes),
        )
        extraction = StoredExtraction(invoice, " ".join(self.words(WORDS_EACH)), 1, ("page",), "1", 0.1)
        return search_document(ingestion(serial), extraction)

    def questions(self) -> dict[str, Ask]:
        common, rare = self._words[:8], self._words[300:3000]
        pick, chance = self._chance.choice, self._chance

        between = Search(status=("COMPLETED",), issued_from=date(2024, 3, 1), issued_to=date(2025, 6, 30), sort="-total")

        def typo() -> str:
            word = max(self.seller().split(), key=len)
            return word[:2] + word[3:] + " "

        return {
            "newest first": lambda: Search(limit=chance.randint(15, 25)),
            "exact number": lambda: Search(q=f"{number(chance.randrange(DOCUMENTS))} "),
            "part of a number": lambda: Search(q=number(chance.randrange(DOCUMENTS))[:11]),
            "one word": lambda: Search(q=f"{pick(rare)} "),
            "two words": lambda: Search(q=f"{pick(rare)} {pick(self._words[:300])} "),
            "two of the commonest words": lambda: Search(q=f"{pick(common)} {pick(common)} "),
            "three letters being typed": lambda: Search(q=pick(rare)[:3]),
            "a phrase": lambda: Search(q=f'"{pick(self._phrases)}"'),
            "a seller with a typo": lambda: Search(q=typo()),
            "seller, status, dates, by total": lambda: replace(between, seller=(self.seller(),)),
        }


def number(serial: int) -> str:
    return f"RE-{2024 + serial * 700 // DOCUMENTS // 366}/{serial:06d}"


def ingestion(serial: int) -> Ingestion:
    at = BEGIN + timedelta(seconds=serial * 600)
    request_id = UUID(int=((int(at.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62) | serial))
    return Ingestion(
        id=request_id,
        filename=f"scan-{serial}.pdf",
        s3_key=f"raw/{request_id}.pdf",
        status=IngestionStatus.COMPLETED,
        created_at=at,
        updated_at=at,
        sha256="0" * 64,
        size=1,
        page_count=1,
        source="upload",
        correlation_id="benchmark",
        revision=1,
        attempts=1,
    )


def _fill(indexes: Sequence[SearchIndex], invented: Invented) -> list[float]:
    """Seconds that each index took for all documents."""
    seconds = [0.0] * len(indexes)
    for first in range(0, DOCUMENTS, PORTION):
        documents = [invented.document(serial) for serial in range(first, min(first + PORTION, DOCUMENTS))]
        for place, index in enumerate(indexes):
            started = time.perf_counter()
            if index.write(documents):
                raise RuntimeError("an invented invoice was refused")
            seconds[place] += time.perf_counter() - started
    return seconds


def _compared(opensearch: SearchIndex, postgres: SearchIndex, ask: Ask) -> dict[str, float]:
    """The same questions to both, in turn. Raises RuntimeError when the answers differ: then the times mean nothing."""
    times: tuple[list[float], list[float]] = ([], [])
    totals = []
    for turn in range(REPEATS + WARM_UP):
        search = replace(ask(), facets=FACETS)
        answers = []
        for place, index in enumerate((opensearch, postgres)):
            started = time.perf_counter()
            answers.append(index.search(search))
            if turn >= WARM_UP:
                times[place].append((time.perf_counter() - started) * 1000)
        one, other = answers
        if (one.total, one.relaxed, [h["request_id"] for h in one.hits], one.facets) != (
            other.total,
            other.relaxed,
            [h["request_id"] for h in other.hits],
            other.facets,
        ):
            raise RuntimeError(f"the two answer differently: {search}")
        totals.append(one.total)
    made = {
        f"{engine}_{name}": round(quantile(values, share), 1)
        for engine, values in zip(("opensearch", "postgres"), times, strict=True)
        for name, share in (("p50", 0.5), ("p95", 0.95))
    }
    ratio = quantile(times[1], 0.5) / quantile(times[0], 0.5)
    return {**made, "postgres_to_opensearch": round(ratio, 2), "median_hits": quantile(totals, 0.5)}


@contextmanager
def _opensearch(folder: Path) -> Iterator[str]:
    as_one_that_stays = {**os.environ, "OPENSEARCH_JAVA_OPTS": ""}
    command = [sys.executable, str(SCRIPT), "start", str(folder)]
    started = subprocess.run(command, check=True, capture_output=True, text=True, env=as_one_that_stays)
    try:
        yield started.stdout.strip()
    finally:
        subprocess.run([sys.executable, str(SCRIPT), "stop", str(folder)], check=True)


@contextmanager
def _database(folder: Path) -> Iterator[Database]:
    server = EmbeddedPostgres(folder)
    server.start(["invoices"])
    try:
        migrations.upgrade(server.url("invoices"))
        database = Database(server.url("invoices"), application_name="benchmark", size=4)
        yield database
        database.close()
    finally:
        server.stop()
