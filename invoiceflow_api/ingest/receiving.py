"""From a request to an accepted ingestion: the event loop receives the body, a thread stores it, refusals become problems."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextvars import copy_context
from functools import partial
from typing import TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect

from invoiceflow.domain.failures import PermanentFailure
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_api.clients import client_key
from invoiceflow_api.ingest.app_services import AppServices, UploadLimits
from invoiceflow_api.ingest.service import (
    Accepted,
    Duplicate,
    DuplicateInProgress,
    KeyInProgress,
    KeyReused,
    Wishes,
)
from invoiceflow_api.ingest.upload import OVERHEAD, ReceivedUpload
from invoiceflow_api.ingest.upload_slots import SLOW, TooManyFromClient, TooManyUploads, UploadSlot
from invoiceflow_api.problems import ProblemError, unavailable

T = TypeVar("T")


def take_slot(request: Request, services: AppServices) -> UploadSlot:
    """A place among the uploads in progress, to be left with its context. Raises ProblemError when there is none."""
    try:
        return services.slots.take(client_key(request.client.host if request.client else None))
    except TooManyUploads:
        detail = "Too many uploads at one time. Please try again."
        raise ProblemError(503, "upload.busy", detail, {"Retry-After": "1"}) from None
    except TooManyFromClient:
        detail = "Too many uploads at one time from this address. Please try again."
        raise ProblemError(429, "upload.too_many", detail, {"Retry-After": "1"}) from None


async def receive(request: Request, services: AppServices, slot: UploadSlot, wishes: Wishes) -> Accepted:
    """The ingestion that this upload made, or an earlier one did. Raises ProblemError."""
    try:
        return await _receive(request, services, slot, wishes)
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
    except Unavailable as error:
        raise unavailable(error) from error
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


async def _receive(request: Request, services: AppServices, slot: UploadSlot, wishes: Wishes) -> Accepted:
    limits = services.limits
    deadline = time.monotonic() + limits.seconds
    received = ReceivedUpload(
        request.headers.get("content-type", ""),
        _content_length(request),
        _counted(request.stream(), slot),
        services.spool,
        limits.file_bytes,
    )
    try:
        async with asyncio.timeout(limits.seconds) as until:
            slot.receives_within(until)
            upload = await received.__aenter__()
            slot.is_received()
    except TimeoutError:
        if slot.is_evicted:
            detail = f"The upload was slower than {SLOW // 1024} kB/s while others were waiting."
            raise ProblemError(408, "upload.too_slow", detail) from None
        raise ProblemError(408, "upload.timeout", f"The upload took longer than {limits.seconds:g} seconds.") from None
    try:
        work = partial(services.service.accept, upload, wishes, deadline)
        # in threads of our own: anyio's cost several times as much per upload
        return await finish(asyncio.get_running_loop().run_in_executor(services.threads, copy_context().run, work))
    finally:
        await received.__aexit__(None, None, None)


async def _counted(stream: AsyncIterator[bytes], slot: UploadSlot) -> AsyncIterator[bytes]:
    async for chunk in stream:
        slot.progress(len(chunk))
        yield chunk


def _content_length(request: Request) -> int | None:
    given = request.headers.get("content-length", "")
    return int(given) if given.isdecimal() and len(given) < 20 else None
