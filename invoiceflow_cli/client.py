"""Talking to a running system over its REST API: uploads that may be repeated, waiting until files are read."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import httpx

UNREACHABLE = "connection.failed"
FINAL = ("COMPLETED", "FAILED")
TRIES = 6
TRY_AGAIN = frozenset({409, 429, 502, 503, 504})
LONGEST_PAUSE = 30.0


@dataclass(frozen=True)
class Uploaded:
    """`request_id` is None when the file was refused; `code` and `detail` say why."""

    name: str
    request_id: str | None
    code: str = ""
    detail: str = ""


def upload_all(
    url: str, files: Sequence[tuple[str, Callable[[], bytes]]], run: str, concurrency: int = 8
) -> Iterator[Uploaded]:
    """Uploads the files, a few at a time, and yields them as they are answered.

    `run` makes the Idempotency-Keys of this call: a try that is repeated after a lost answer makes no second ingestion.
    """
    with httpx.Client(base_url=url, timeout=60) as client, ThreadPoolExecutor(concurrency) as threads:
        jobs = [threads.submit(_read_and_upload, client, name, read, run) for name, read in files]
        try:
            for job in as_completed(jobs):
                yield job.result()
        finally:
            threads.shutdown(wait=False, cancel_futures=True)  # whoever stops listening waits for those under way only


def _read_and_upload(client: httpx.Client, name: str, read: Callable[[], bytes], run: str) -> Uploaded:
    try:
        content = read()
    except OSError as error:
        return Uploaded(name, None, "file.unreadable", str(error))
    return upload(client, name, content, run)


def upload(client: httpx.Client, name: str, content: bytes, run: str) -> Uploaded:
    """One upload, tried again while the service is unavailable or has no room."""
    key = hashlib.sha256(f"{run}\0{name}\0".encode() + content).hexdigest()
    for attempt in range(TRIES):
        pause = 0.2 * 2**attempt
        try:
            answer = client.post(
                "/api/v1/ingest/upload",
                files={"file": (PurePath(name).name, content, "application/pdf")},
                headers={"Idempotency-Key": key},
            )
        except httpx.TransportError as error:
            fault = Uploaded(name, None, UNREACHABLE, str(error))
        else:
            body = _json(answer)
            if answer.status_code == httpx.codes.ACCEPTED and "request_id" in body:
                return Uploaded(name, str(body["request_id"]))
            fault = Uploaded(name, None, str(body.get("code", answer.status_code)), str(body.get("detail", "")))
            if answer.status_code not in TRY_AGAIN:
                return fault
            asked = answer.headers.get("Retry-After", "")
            pause = min(float(asked), LONGEST_PAUSE) if asked.isdecimal() else pause
        if attempt + 1 < TRIES:
            time.sleep(pause)
    return fault


def wait_final(url: str, request_ids: Sequence[str], seconds: float) -> Iterator[Mapping[str, Any]]:
    """The statuses as they become final; stops, with some left out, after `seconds`."""
    left = list(request_ids)
    deadline = time.monotonic() + seconds
    with httpx.Client(base_url=url, timeout=30) as client:
        while left and time.monotonic() < deadline:
            for request_id in list(left):
                status = _status(client, request_id)
                if status.get("status") in FINAL:
                    left.remove(request_id)
                    yield status
            time.sleep(0.1)


def _status(client: httpx.Client, request_id: str) -> Mapping[str, Any]:
    """Empty while the service is unavailable."""
    try:
        answer = client.get(f"/api/v1/ingest/status/{request_id}")
    except httpx.TransportError:
        return {}
    return _json(answer)


def _json(answer: httpx.Response) -> Mapping[str, Any]:
    """The answer's object; empty for anything else (a gateway's page)."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
