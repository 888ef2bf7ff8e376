"""The two APIs of a system, as commands ask them: found by the environment or by the home, with errors a person can act on."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from invoiceflow_cli import instance

SECONDS: Final = 60.0
PAGE: Final = 100


class CannotAsk(Exception):
    """The system cannot be asked or refuses; the text says why and what to do. `exit_code`: 2 when none is named."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Urls:
    """Where the APIs answer. `dagster` is empty where it is not known."""

    ingest: str
    query: str
    dagster: str = ""


def find_urls(home: Path) -> Urls:
    """INVOICEFLOW_URL (one gateway for both), INVOICEFLOW_INGEST_URL and INVOICEFLOW_QUERY_URL, or what runs in `home`.

    Raises CannotAsk.
    """
    shared = os.environ.get("INVOICEFLOW_URL", "").rstrip("/")
    running = instance.read(home)
    ingest = os.environ.get("INVOICEFLOW_INGEST_URL", "").rstrip("/") or shared or (running.ingest_url if running else "")
    query = os.environ.get("INVOICEFLOW_QUERY_URL", "").rstrip("/") or shared or (running.query_url if running else "")
    if not ingest or not query:
        message = f"No system runs in {home}: start one with `invoiceflow up`, or name one with INVOICEFLOW_URL."
        raise CannotAsk(message, exit_code=2)
    dagster = f"{shared}/dagster" if shared else running.dagster_url if running else ""
    return Urls(ingest, query, dagster)


class SystemClient:
    """Requests to both APIs. Every method raises CannotAsk."""

    def __init__(self, urls: Urls) -> None:
        self.urls = urls
        self._http = httpx.Client(timeout=SECONDS)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def statuses(self, ids: list[str]) -> tuple[list[dict[str, Any]], list[str]]:
        """The statuses of the ids that exist, and the ids that do not."""
        found: list[dict[str, Any]] = []
        missing: list[str] = []
        for start in range(0, len(ids), PAGE):
            chosen = [("id", one) for one in ids[start : start + PAGE]]
            answer = self._get(f"{self.urls.ingest}/api/v1/ingest/status", chosen).json()
            found += answer["items"]
            missing += answer["not_found"]
        return found, missing

    def overview(self) -> dict[str, Any]:
        """The number of invoices by status, and the service's health."""
        counts = self._get(f"{self.urls.ingest}/api/v1/ingest/stats").json()
        health = self._request("GET", f"{self.urls.ingest}/api/v1/ingest/health", accepted=(200, 503)).json()
        return {"invoices": counts, "health": health}

    def pages(self, params: list[tuple[str, str]], limit: int) -> Iterator[dict[str, Any]]:
        """The pages of a search, until `limit` hits are in them."""
        cursor: str | None = None
        left = limit
        while left > 0:
            chosen = [*params, ("limit", str(min(PAGE, left))), *([("cursor", cursor)] if cursor else [])]
            page: dict[str, Any] = self._get(f"{self.urls.query}/api/v1/invoices", chosen).json()
            yield page
            left -= len(page["items"])
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def invoice(self, request_id: str) -> dict[str, Any]:
        """One invoice with everything that was read of it."""
        body: dict[str, Any] = self._get(f"{self.urls.query}/api/v1/invoices/{request_id}").json()
        return body

    def reprocess(self, request_id: str) -> None:
        """Queues the invoice to be read again."""
        self._request("POST", f"{self.urls.query}/api/v1/invoices/{request_id}/reprocess", accepted=(202,))

    @contextmanager
    def csv(self, params: list[tuple[str, str]]) -> Iterator[Iterator[bytes]]:
        """A search as CSV, in pieces."""
        url = f"{self.urls.query}/api/v1/invoices/export.csv"
        try:
            with self._http.stream("GET", url, params=httpx.QueryParams(tuple(params))) as answer:
                if answer.status_code != httpx.codes.OK:
                    answer.read()
                    raise CannotAsk(_explanation(answer))
                yield answer.iter_bytes()
        except httpx.TransportError as error:
            raise CannotAsk(_unreachable(url, error)) from None

    def _get(self, url: str, params: list[tuple[str, str]] | None = None) -> httpx.Response:
        return self._request("GET", url, params=params)

    def _request(
        self, method: str, url: str, *, params: list[tuple[str, str]] | None = None, accepted: tuple[int, ...] = (200,)
    ) -> httpx.Response:
        try:
            answer = self._http.request(method, url, params=httpx.QueryParams(tuple(params or ())))
        except httpx.TransportError as error:
            raise CannotAsk(_unreachable(url, error)) from None
        if answer.status_code not in accepted or "json" not in answer.headers.get("content-type", ""):
            raise CannotAsk(_explanation(answer))
        return answer


def _unreachable(url: str, error: httpx.TransportError) -> str:
    host = httpx.URL(url)
    name = f"{host.scheme}://{host.netloc.decode()}"
    return f"{name} cannot be reached ({error}). Is the system running? `invoiceflow doctor` checks."


def _explanation(answer: httpx.Response) -> str:
    """The problem that the API describes, or what came instead of one."""
    try:
        body: Mapping[str, Any] = answer.json()
        errors = "; ".join(
            f"{one.get('field') or one.get('pointer') or ''}: {one.get('message')}" for one in body.get("errors", ())
        )
        return f"{body['detail']} ({body['code']})" + (f" {errors}" if errors else "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{answer.request.url} answered {answer.status_code}, and not as InvoiceFlow does. Is the URL right?"
