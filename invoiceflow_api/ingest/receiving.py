"""From a request to an accepted ingestion: the event loop receives the body, a thread stores it, refusals become problems."""

import asyncio
import time
from contextvars import copy_context
from functools import partial
from typing import TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect

from invoiceflow.domain.failures import PermanentFailure
from invoiceflow_api.correlation import correlation_id, traceparent
from invoiceflow_api.ingest.app_services import AppServices, UploadLimits
from invoiceflow_api.ingest.service import (
    Accepted,
    Duplicate,
    DuplicateInProgress,
    KeyInProgress,
    KeyReused,
    OnDuplicate,
    Wishes,
)
from invoiceflow_api.ingest.upload import OVERHEAD, ReceivedUpload
from invoiceflow_api.problems import ProblemError

T = TypeVar("T")


async def receive(request: Request, services: AppServices, idempotency_key: str | None, on_duplicate: OnDuplicate) -> Accepted:
    """The ingestion that this upload made, or an earlier one did. Raises ProblemError, Unavailable."""
    wishes = Wishes(correlation_id(), idempotency_key, on_duplicate, traceparent())
    try:
        return await _receive(request, services, wishes)
    except PermanentFailure as failure:
        raise ProblemError(400, failure.code, failure.message) from failure
    except KeyReused as error:
        detail = "This Idempotency-Key was used with another file before."
        raise ProblemError(422, "idempotency.key_reused", detail) from error
    except KeyInProgress as error:
        detail = "The first request with this Idempotency-Key is still in progress."
        raise ProblemError(409, "idempotency.in_progress", detail, {"Retry-After": "1"}) from error
    except Duplicate as error:
        detail = "The same file was uploaded before."
        raise ProblemError(409, "file.duplicate", detail, duplicate_of=error.first) from error
    except DuplicateInProgress as error:
        detail = "Another upload of the same file is in progress."
        raise ProblemError(409, "file.duplicate_in_progress", detail, {"Retry-After": "1"}) from error
    except ClientDisconnect as error:
        raise ProblemError(400, "upload.interrupted", "The client disconnected before the upload was complete.") from error


async def finish(work: asyncio.Future[T]) -> T:
    """The result of `work`. If the request is cancelled, waits for it all the same: it reads what the request has spooled."""
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        work.exception()  # nobody is left to report it to
        raise


def body_ends_soon(request: Request, limits: UploadLimits) -> bool:
    """Whether the rest of a refused body is small enough to be read to its end, which keeps the connection usable."""
    length = _content_length(request)
    return length is not None and length <= limits.file_bytes + OVERHEAD


async def _receive(request: Request, services: AppServices, wishes: Wishes) -> Accepted:
    limits = services.limits
    deadline = time.monotonic() + limits.seconds
    received = ReceivedUpload(
        request.headers.get("content-type", ""),
        _content_length(request),
        request.stream(),
        services.spool,
        limits.file_bytes,
    )
    try:
        async with asyncio.timeout(limits.seconds):
            upload = await received.__aenter__()
    except TimeoutError:
        raise ProblemError(408, "upload.timeout", f"The upload took longer than {limits.seconds:g} seconds.") from None
    try:
        work = partial(services.service.accept, upload, wishes, deadline)
        # in threads of our own: anyio's cost several times as much per upload
        return await finish(asyncio.get_running_loop().run_in_executor(services.threads, copy_context().run, work))
    finally:
        await received.__aexit__(None, None, None)


def _content_length(request: Request) -> int | None:
    given = request.headers.get("content-length", "")
    return int(given) if given.isdecimal() and len(given) < 20 else None
