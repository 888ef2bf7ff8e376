"""Writing many documents at once: each item's answer is looked at, and a busy OpenSearch is given less."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from opensearchpy import OpenSearch
from opensearchpy.exceptions import TransportError
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from invoiceflow.adapters.opensearch.connection import ROLE, reason, translated
from invoiceflow.ports.unavailable import Unavailable

PORTION: Final = 500
PORTION_BYTES: Final = 5 * 1024 * 1024
PORTION_SECONDS: Final = 20.0
"""How long one portion may take: a connection that went silent is noticed by it."""
SECONDS: Final = 30.0
"""How long a busy OpenSearch is tried again in all."""
_BUSY: Final = (429, 503)
_NEWER_IS_THERE: Final = 409
_GONE: Final = 404
_ANSWER: Final = "errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason"


@dataclass(frozen=True, slots=True)
class Action:
    """One line of a bulk request (two, with a document). `key` is the caller's name for it."""

    key: Any
    lines: bytes

    @classmethod
    def index(cls, key: Any, alias: str, request_id: str, revision: int, document: Mapping[str, Any]) -> "Action":
        return cls(key, orjson.dumps({"index": _target(alias, request_id, revision)}) + b"\n" + orjson.dumps(document) + b"\n")

    @classmethod
    def delete(cls, key: Any, alias: str, request_id: str, revision: int) -> "Action":
        return cls(key, orjson.dumps({"delete": _target(alias, request_id, revision)}) + b"\n")


class TargetGone(Exception):
    """An index that was written to is no longer there: its alias was moved meanwhile."""


class _Busy(Unavailable):
    """OpenSearch has too much to do: a moment later, and less at once."""


@dataclass(slots=True)
class _Progress:
    waiting: list[Action]
    portion: int = PORTION
    refused: dict[Any, str] = field(default_factory=dict)


def send(client: OpenSearch, actions: Sequence[Action], sleep: Callable[[float], None]) -> dict[Any, str]:
    """Everything, in portions; returns what is refused for good (key -> reason).

    A newer revision that stands there already counts as done. Raises Unavailable, also when OpenSearch stays busy;
    TargetGone. May be repeated.
    """
    progress = _Progress(list(actions))
    attempts = Retrying(
        retry=retry_if_exception_type(_Busy),
        wait=wait_random_exponential(multiplier=0.2, max=5),  # full jitter: writers that were refused together come apart
        stop=stop_after_delay(SECONDS),
        sleep=sleep,
        reraise=True,
    )
    attempts(_send_what_waits, client, progress)
    return progress.refused


def _send_what_waits(client: OpenSearch, progress: _Progress) -> None:
    while progress.waiting:
        count = _fitting(progress.waiting, progress.portion)
        portion = progress.waiting[:count]
        items = _answers(client, portion, progress)
        busy = [action for action, item in zip(portion, items, strict=True) if item["status"] in _BUSY]
        for action, item in zip(portion, items, strict=True):
            if item["status"] == _GONE and "error" in item:
                raise TargetGone(item["error"]["reason"])
            if item["status"] >= 400 and item["status"] not in (*_BUSY, _NEWER_IS_THERE, _GONE):
                if item["status"] >= 500:
                    raise Unavailable(ROLE, f"OpenSearch could not index: {_why(item)}")
                progress.refused[action.key] = _why(item)
        progress.waiting[:count] = busy
        if busy:
            progress.portion = max(1, progress.portion // 2)
            raise _Busy(ROLE, "OpenSearch has too much to do")


def _answers(client: OpenSearch, portion: Sequence[Action], progress: _Progress) -> list[dict[str, Any]]:
    """One answer an action."""
    with translated():
        try:
            answer = client.bulk(
                body=b"".join(action.lines for action in portion),
                params={"request_timeout": PORTION_SECONDS, "require_alias": "true", "filter_path": _ANSWER},
            )
        except TransportError as error:
            if error.status_code in _BUSY:
                progress.portion = max(1, len(portion) // 2)
                raise _Busy(ROLE, f"OpenSearch has too much to do: {reason(error)}") from error
            if error.status_code == 413 and len(portion) > 1:
                progress.portion = max(1, len(portion) // 2)
                raise _Busy(ROLE, "OpenSearch takes no request as large as this") from error
            if error.status_code in (400, 413) and len(portion) == 1:
                return [{"status": error.status_code, "error": {"type": "request", "reason": reason(error)}}]
            raise
    return [result for item in answer["items"] for result in item.values()]


def _fitting(actions: Sequence[Action], most: int) -> int:
    """How many of these go into one request: at least one."""
    size = 0
    for count, action in enumerate(actions[:most]):
        size += len(action.lines)
        if size > PORTION_BYTES and count:
            return count
    return min(most, len(actions))


def _target(alias: str, request_id: str, revision: int) -> dict[str, Any]:
    return {"_index": alias, "_id": request_id, "version": revision, "version_type": "external_gte"}


def _why(item: Mapping[str, Any]) -> str:
    error = item.get("error") or {}
    cause = (error.get("caused_by") or {}).get("reason")
    return " ".join(f"{error.get('type')}: {error.get('reason')}{f' ({cause})' if cause else ''}".split())[:500]
